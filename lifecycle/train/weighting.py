"""Which rows count more in training: those that an expert labelled, the recent ones, the rare classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.records import Schema

__all__ = ["check", "weighed"]

EXPERTS = ("expert", "adjudication")
Array = np.ndarray[Any, Any]


def _above(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _is_span(value: Any) -> bool:
    try:
        return isinstance(value, str) and pd.Timedelta(value) > pd.Timedelta(0)
    except ValueError:
        return False


WEIGHTS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "expert": (_above, "a number above 0: how much more an expert's label counts"),
    "half_life": (_is_span, "a span such as '180D', after which a row counts half"),
    "balance": (lambda value: isinstance(value, bool), "True or False: whether all classes count the same"),
}


def check(weights: Mapping[str, Any]) -> None:
    """Refuse training weights that are not known.

    >>> check({"expert": 0})
    Traceback (most recent call last):
    ...
    lifecycle.errors.InvalidValue: training_weights has expert=0; it must be a number above 0: how much more an expert's label counts.

    Raises
    ------
    UnknownName, InvalidValue : no such weight, or a value outside what is allowed.
    """
    for name, value in weights.items():
        if name not in WEIGHTS:
            raise UnknownName.among("training weight", name, WEIGHTS)
        right, allowed = WEIGHTS[name]
        if not right(value):
            raise InvalidValue(f"training_weights has {name}={value!r}; it must be {allowed}.")


def weighed(table: pa.Table, schema: Schema, weights: Mapping[str, Any], now: datetime) -> Array | None:
    """The weight of each row, (rows,) with mean 1; None where all count the same. Rows without a time count as the oldest.

    >>> from datetime import UTC
    >>> table = pa.table({"y": ["a", "a", "a", "b"], "source": ["expert", None, None, None]})
    >>> schema = Schema((), "y", None, "classification", "tabular", ("a", "b"))
    >>> weighed(table, schema, {"balance": True}, datetime(2026, 1, 1, tzinfo=UTC)).round(3).tolist()
    [0.667, 0.667, 0.667, 2.0]
    """
    found = np.ones(table.num_rows)
    if "expert" in weights:
        said = np.isin(table["source"].to_numpy(zero_copy_only=False).astype(str), EXPERTS)
        found[said] *= float(weights["expert"])
    if "half_life" in weights and "time" in table.column_names:
        times = pd.Series(table["time"].to_pandas())
        age = (pd.Timestamp(now) - times.fillna(times.min())).dt.total_seconds() / pd.Timedelta(weights["half_life"]).total_seconds()
        found *= np.exp2(-np.nan_to_num(age.to_numpy(dtype=float)))
    if weights.get("balance") and schema.task == "classification":
        _, codes, counts = np.unique(table[schema.target].to_numpy(zero_copy_only=False).astype(str), return_inverse=True, return_counts=True)
        found *= len(codes) / (len(counts) * counts[codes])
    return found / found.mean() if weights and len(found) else None
