"""Which bin a number falls into, several times faster than a binary search a value."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Lookup"]

_GRID = 1 << 14


class Lookup:
    """`np.searchsorted(edges, values)` through a table: one grid step finds the place, a comparison or two settle it.

    >>> Lookup(np.array([1.0, 2.0, 4.0]))(np.array([0.0, 1.0, 1.5, 4.0, 9.0])).tolist()
    [0, 0, 1, 2, 3]
    """

    def __init__(self, edges: NDArray[np.float64]) -> None:
        self.edges = edges
        self.cells = len(edges) + 2  # with the missing cell
        inner = edges[12:-12] if len(edges) > 48 else edges  # the far tails would make the grid too coarse
        self._low, self._scale = (float(inner[0]), 0.0) if len(inner) else (0.0, 0.0)
        span = float(inner[-1] - inner[0]) if len(inner) > 1 else 0.0
        if len(edges) < 32 or not np.isfinite(_GRID / span if span else np.inf):
            self._table = None
            return
        self._scale = _GRID / span
        cell = self._grid(edges)
        count = np.bincount(cell, minlength=_GRID + 2)
        first = np.concatenate(([0], np.cumsum(count)[:-1]))
        self._table = first.astype(np.int64)
        self._crowded = count > 2
        self._crowds = bool(self._crowded.any())
        self._padded = np.append(edges, [np.inf, np.inf])

    def __call__(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """The bin of each value, none of them NaN: 0 up to the first edge, len(edges) above the last (n,) int64."""
        if self._table is None:
            return np.searchsorted(self.edges, values).astype(np.int64, copy=False)
        cell = self._grid(values)
        index = self._table[cell]
        index += values > self._padded[index]
        index += values > self._padded[index]
        if self._crowds:
            crowded = np.flatnonzero(self._crowded[cell])
            index[crowded] = np.searchsorted(self.edges, values[crowded])
        return index

    def _grid(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """The grid cell of each value: 0 below the grid, _GRID + 1 above it. Monotone, so that edges and values agree."""
        at = values - self._low
        at *= self._scale
        np.clip(at, -1.0, _GRID, out=at)
        at += 1.0
        return at.astype(np.int64)
