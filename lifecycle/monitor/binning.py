"""Which bin a number falls into, an order of magnitude faster than a binary search a value."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Lookup"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_GRID = 1 << 16
_BLOCK = 1 << 15  # values at once, so that what lies between the steps stays in the processor's cache
_STEPS = 3
_FEW = 24  # edges: a binary search is as fast
_MANY = 4096  # values: fewer are not worth a table


class Lookup:
    """`np.searchsorted(edges, values)` through a table: a step on a grid finds the place, a comparison or a few settle it.

    The grid is even between the edges, or even in the logarithm of the distance from the lowest (by the bits of the float) where
    edges crowd at the low end, whichever leaves fewer edges in one cell.

    >>> Lookup(np.array([1.0, 2.0, 4.0]))(np.array([0.0, 1.0, 1.5, 4.0, 9.0])).tolist()
    [0, 0, 1, 2, 3]
    """

    def __init__(self, edges: Floats) -> None:
        self.edges = edges
        self._table: Integers | None = None
        self._prepared = False

    def _prepare(self) -> None:
        """Build the table, once, unless the edges are too few or lie too far apart for one."""
        self._prepared = True
        edges = self.edges
        tails = len(edges) // 60  # the far tails would make the grid too coarse
        inner = edges[tails : len(edges) - tails]
        if len(inner) < _FEW or not np.isfinite(float(inner[-1]) - float(inner[0])):
            return
        self._low, self._high = float(inner[0]), float(inner[-1])
        with np.errstate(over="ignore"):
            self._scale = _GRID / (self._high - self._low)
        if not np.isfinite(self._scale):
            return
        first, last = np.array([max(float(inner[1]) - self._low, 5e-324), self._high - self._low]).view(np.int64).tolist()
        self._shift = max((last - first) // _GRID, 1).bit_length()
        self._base = (first >> self._shift) - 1
        tables = []
        for self._logarithmic in (False, True):
            counts = np.bincount(self._place(edges, np.empty(len(edges)), np.empty(len(edges), dtype=np.int64)), minlength=_GRID + 2)
            tables.append(counts)
        self._logarithmic = bool(_crowded(tables[1]) < _crowded(tables[0]))
        self._fill(tables[int(self._logarithmic)])

    def __call__(self, values: Floats) -> Integers:
        """The bin of each value, none of them NaN: 0 up to the first edge, len(edges) above the last (n,) int64."""
        if not self._prepared and len(values) >= _MANY:
            self._prepare()
        if self._table is None or len(values) < _MANY:
            return np.searchsorted(self.edges, values).astype(np.int64, copy=False)
        out = np.empty(len(values), dtype=np.int64)
        floats, place, above = np.empty(_BLOCK), np.empty(_BLOCK, dtype=np.int64), np.empty(_BLOCK, dtype=bool)
        for start in range(0, len(values), _BLOCK):
            block, found = values[start : start + _BLOCK], out[start : start + _BLOCK]
            n = len(block)
            np.take(self._table, self._place(block, floats[:n], place[:n]), out=found, mode="clip")
            for _ in range(self._steps):
                np.take(self._padded, found, out=floats[:n], mode="clip")
                np.greater(block, floats[:n], out=above[:n])
                np.add(found, above[:n], out=found)
            if self._crowds and found.min() < 0:
                crowded = np.flatnonzero(found < 0)
                found[crowded] = np.searchsorted(self.edges, block[crowded])
        return out

    def _place(self, values: Floats, floats: Floats, out: Integers) -> Integers:
        """The grid cell of each value, 0 below the grid and _GRID + 1 above it. Monotone, so that edges and values agree."""
        np.clip(values, self._low, self._high, out=floats)
        np.subtract(floats, self._low, out=floats)
        if self._logarithmic:
            np.right_shift(floats.view(np.int64), self._shift, out=out)
            np.subtract(out, self._base, out=out)
            return np.clip(out, 0, _GRID + 1, out=out)
        np.multiply(floats, self._scale, out=floats)
        np.copyto(out, floats, casting="unsafe")
        return out

    def _fill(self, counts: Integers) -> None:
        """The table: where to begin to compare for each grid cell, far below zero for one that holds too many edges to compare."""
        self._steps = int(min(counts.max(), _STEPS))
        self._table = np.concatenate(([0], np.cumsum(counts)[:-1])).astype(np.int64)
        self._table[counts > _STEPS] = -(1 << 40)
        self._crowds = bool((counts > _STEPS).any())
        self._padded = np.append(self.edges, np.inf)


def _crowded(counts: Integers) -> int:
    """How many edges lie in grid cells that hold too many."""
    return int(counts[counts > _STEPS].sum())
