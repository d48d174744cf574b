"""What boosted trees have to be spared."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["without_empty"]


def without_empty(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """The table to learn from, (n, T), with zeros in columns that hold no value at all: scikit-learn's trees fail to bin nothing.

    A constant splits nothing, so that such a column says nothing, now or later.

    >>> without_empty(np.array([[1.0, np.nan], [np.nan, np.nan]])).tolist()
    [[1.0, 0.0], [nan, 0.0]]
    """
    empty = np.isnan(table).all(axis=0)
    return np.where(empty, 0.0, table) if empty.any() else table
