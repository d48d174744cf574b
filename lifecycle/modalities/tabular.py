"""A row of named values: numbers and categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from lifecycle.errors import BadData
from lifecycle.modalities.registration import ColumnFacts, register

__all__ = ["features", "fit", "preview", "read", "unusual", "usual"]

_RARE = 0.01


def read(cell: Any) -> Any:
    """A number or a string; None is missing.

    >>> read(np.int64(3)), read(" a "), read(float("nan"))
    (3, ' a ', None)
    """
    value = cell.item() if isinstance(cell, np.generic) else cell
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, str | bool | int | float) and (not isinstance(value, float) or np.isfinite(value)):
        return value
    raise BadData(f"A table's cell holds {value!r}; allowed: a finite number, a text, or nothing.")


def fit(frame: pd.DataFrame, columns: Sequence[str]) -> dict[str, Any]:
    """Nothing has to be learned: the columns are readable as they are."""
    return {}


def features(frame: pd.DataFrame, columns: Sequence[str], state: Mapping[str, Any]) -> pd.DataFrame:
    """The numeric columns among `columns`, as float64."""
    return frame[[name for name in columns if pd.api.types.is_numeric_dtype(frame[name])]].astype(np.float64)


def preview(sample: Mapping[str, Any], columns: Sequence[str], facts: Mapping[str, ColumnFacts]) -> dict[str, Any]:
    """`{"kind": "table", "rows": [(name, value, note)]}`; the note is empty for a usual value and says what is unusual else.

    >>> facts = {"age": ColumnFacts("numeric", lower=18, upper=90), "plan": ColumnFacts("categorical", shares={"basic": 1.0})}
    >>> preview({"age": 130.0, "plan": "basic"}, ["age", "plan"], facts)["rows"]
    [('age', 130.0, 'above 99 % of the reference'), ('plan', 'basic', '')]
    """
    return {"kind": "table", "rows": [(name, sample.get(name), unusual(sample.get(name), facts.get(name))) for name in columns]}


def unusual(value: Any, facts: ColumnFacts | None) -> str:
    """What is unusual about a value beside its reference, '' for nothing."""
    if facts is None or value is None:
        return ""
    if facts.kind == "categorical":
        share = facts.shares.get(str(value))
        return "not in the reference" if share is None else f"rare: {share:.1%} of the reference" if share < _RARE else ""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return ""
    return "below 99 % of the reference" if number < facts.lower else "above 99 % of the reference" if number > facts.upper else ""


def usual(facts: ColumnFacts | None) -> str:
    """What a column's values usually are: 98 % of the reference's numbers, or its three most frequent levels; '' where nothing is known.

    >>> usual(ColumnFacts("numeric", lower=18, upper=90.25)), usual(ColumnFacts("categorical", shares={"basic": 0.8, "pro": 0.2}))
    ('18 to 90.2', 'basic 80 %, pro 20 %')
    """
    if facts is None:
        return ""
    if facts.kind == "categorical":
        often = sorted(facts.shares.items(), key=lambda item: -item[1])[:3]
        return ", ".join(f"{level} {share:.0%}".replace("%", " %") for level, share in often)
    return f"{facts.lower:.3g} to {facts.upper:.3g}" if np.isfinite(facts.lower) and np.isfinite(facts.upper) else ""


register("tabular", read=read, fit=fit, features=features, preview=preview)
