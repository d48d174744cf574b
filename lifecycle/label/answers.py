"""Many people's answers as arrays: what agreement and consensus are computed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lifecycle.errors import BadData
from lifecycle.label.uncertainty import Integers

__all__ = ["Answers", "answers_from"]


@dataclass(frozen=True, slots=True)
class Answers:
    """One entry an answer: the places of its item, annotator and value in the sorted names."""

    item: Integers
    annotator: Integers
    value: Integers
    items: NDArray[Any]
    annotators: NDArray[Any]
    values: NDArray[Any]

    def counts(self) -> NDArray[np.float64]:
        """How often each item was given each value, shape (items, values)."""
        shape = (len(self.items), len(self.values))
        return np.bincount(self.item * shape[1] + self.value, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)


def answers_from(frame: pd.DataFrame) -> Answers:
    """The rows of a frame with the columns item, annotator, value; a missing value is no answer.

    Raises
    ------
    BadData : a column is missing, or somebody answered the same item twice.
    """
    absent = [name for name in ("item", "annotator", "value") if name not in frame.columns]
    if absent:
        raise BadData(f"Column {', '.join(map(repr, absent))} is missing; give item, annotator and value, a row an answer.")
    rows = frame.loc[frame["value"].notna(), ["item", "annotator", "value"]]
    twice = rows.duplicated(["item", "annotator"])
    if twice.any():
        first = rows[twice].iloc[0]
        raise BadData(f"{first['annotator']!r} answered item {first['item']!r} more than once; keep one answer each.")
    item, items = pd.factorize(rows["item"])
    annotator, annotators = pd.factorize(rows["annotator"], sort=True)
    values = np.array(sorted(rows["value"].unique(), key=_in_order), dtype=object)
    value = pd.Index(values).get_indexer(pd.Index(rows["value"].to_numpy(dtype=object)))
    return Answers(item, annotator, value, np.asarray(items, dtype=object), np.asarray(annotators, dtype=object), values)


def _in_order(value: Any) -> tuple[str, Any]:
    return ("", value) if isinstance(value, int | float) else (type(value).__name__, value)
