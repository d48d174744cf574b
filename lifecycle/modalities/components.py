"""Principal components of a reference, as a state that JSON can hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["component_frame", "fit_components"]

_ROWS = 5_000


def fit_components(values: NDArray[np.float64], count: int) -> dict[str, Any]:
    """The mean and the first components of the rows without missing values, at most 5,000 evenly spread: mean (d,), axes (count, d).

    >>> state = fit_components(np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]]), 1)
    >>> state["mean"], state["axes"]
    ([1.0, 0.0], [[1.0, 0.0]])
    """
    whole = values[np.isfinite(values).all(axis=1)]
    whole = whole[:: max(1, -(-len(whole) // _ROWS))]
    if len(whole) < 2:
        return {"mean": [0.0] * values.shape[1], "axes": []}
    mean = whole.mean(axis=0)
    axes = np.linalg.svd(whole - mean, full_matrices=False)[2][:count]
    # the sign of an axis is arbitrary: its largest part is made positive, so that the same data give the same state
    axes *= np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])[:, None]
    return {"mean": np.round(mean, 10).tolist(), "axes": np.round(axes, 10).tolist()}


def component_frame(values: NDArray[np.float64], state: Mapping[str, Any]) -> pd.DataFrame:
    """`component 1`, ... of each row; NaN where it misses a value or has another length than the reference (rows, count)."""
    axes, mean = np.asarray(state["axes"], dtype=np.float64), np.asarray(state["mean"], dtype=np.float64)
    names = [f"component {i + 1}" for i in range(len(axes))]
    if values.shape[1] != len(mean) or not len(axes):
        return pd.DataFrame(np.full((len(values), len(names)), np.nan), columns=names)
    return pd.DataFrame((values - mean) @ axes.T, columns=names)
