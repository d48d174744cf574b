"""Sequences of numbers, one column, and vectors that describe a sample (embeddings)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lifecycle.errors import BadData
from lifecycle.modalities.components import component_frame, fit_components
from lifecycle.modalities.registration import ColumnFacts, register

__all__ = ["features", "fit", "preview", "read"]

_COMPONENTS = 4


def read(cell: Any) -> list[float] | None:
    """A sequence of numbers as floats; None is missing.

    >>> read((1, 2))
    [1.0, 2.0]
    """
    if cell is None:
        return None
    try:
        numbers = np.asarray(cell, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadData(f"A sequence's cell holds {type(cell).__name__}; allowed: a list of numbers.") from error
    if numbers.ndim != 1 or not np.isfinite(numbers).all():
        raise BadData("A sequence has to be one-dimensional and of finite numbers.")
    return [float(number) for number in numbers]


def fit(frame: pd.DataFrame, columns: Sequence[str]) -> dict[str, Any]:
    """Nothing has to be learned of sequences."""
    return {}


def features(frame: pd.DataFrame, columns: Sequence[str], state: Mapping[str, Any]) -> pd.DataFrame:
    """length, mean, spread (standard deviation), lowest, highest, first, last, trend (slope a step), roughness (mean size of a step) (rows, 9).

    >>> features(pd.DataFrame({"s": [[1.0, 2.0, 3.0]]}), ["s"], {})[["mean", "trend", "last"]].values.tolist()
    [[2.0, 1.0, 3.0]]
    """
    return pd.DataFrame([_measures(cell) for cell in frame[columns[0]]], columns=list(_NAMES), dtype=np.float64)


def preview(sample: Mapping[str, Any], columns: Sequence[str], facts: Mapping[str, ColumnFacts]) -> dict[str, Any]:
    """`{"kind": "series", "values": list of floats}`."""
    cell = sample.get(columns[0])
    return {"kind": "series", "values": [] if cell is None else [float(value) for value in cell]}


_NAMES = ("length", "mean", "spread", "lowest", "highest", "first", "last", "trend", "roughness")


def _measures(cell: Any) -> tuple[float, ...]:
    numbers = np.asarray(cell, dtype=np.float64) if cell is not None and np.ndim(cell) == 1 else np.empty(0)
    if not len(numbers):
        return (float("nan"),) * len(_NAMES)
    steps = np.arange(len(numbers)) - (len(numbers) - 1) / 2
    slope = float(steps @ numbers / (steps @ steps)) if len(numbers) > 1 else 0.0
    rough = float(np.abs(np.diff(numbers)).mean()) if len(numbers) > 1 else 0.0
    ends = (float(numbers.min()), float(numbers.max()), float(numbers[0]), float(numbers[-1]))
    return (float(len(numbers)), float(numbers.mean()), float(numbers.std()), *ends, slope, rough)


def _vectors(frame: pd.DataFrame, column: str, size: int | None = None) -> NDArray[np.float64]:
    cells = [np.asarray(cell, dtype=np.float64) if cell is not None and np.ndim(cell) == 1 else np.empty(0) for cell in frame[column]]
    size = max((len(cell) for cell in cells), default=0) if size is None else size
    out = np.full((len(cells), size), np.nan)
    for row, cell in enumerate(cells):
        if len(cell) == size:
            out[row] = cell
    return out


def _fit_vectors(frame: pd.DataFrame, columns: Sequence[str]) -> dict[str, Any]:
    return fit_components(_vectors(frame, columns[0]), _COMPONENTS)


def _vector_features(frame: pd.DataFrame, columns: Sequence[str], state: Mapping[str, Any]) -> pd.DataFrame:
    vectors = _vectors(frame, columns[0], len(state["mean"]))
    return pd.concat([pd.DataFrame({"norm": np.linalg.norm(vectors, axis=1)}), component_frame(vectors, state)], axis=1)


register("series", read=read, fit=fit, features=features, preview=preview)
register("embedding", read=read, fit=_fit_vectors, features=_vector_features, preview=preview)
