"""Which bin a number falls into, an order of magnitude faster than a binary search a value.

Numbers are placed on a grid whose lines are exact in floating point: even steps of a power of two, or even steps of the float's own
bits, which is even in the logarithm. A cell between two lines, the upper one included, that holds no edge within lies in one bin,
and a table says in which. Edges that lie on lines (`aligned`) leave nothing to compare.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["TAILS", "Lookup", "aligned"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TAILS = 14  # edges on each side that lie far apart, beyond the bulk of the values
_GRID = 1 << 16  # cells, about: a table of them stays in the processor's cache
_BLOCK = 1 << 14  # values at once, so that what lies between the steps stays there too
_MANY = 4_096  # values: fewer are not worth a table
_KEPT = 0.9  # of the edges have to stay apart on a grid
_MASK = np.int64(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True)
class _Grid:
    """Lines `first` to `first + cells`, a unit of `2 ** shift` apart: in the value (`even`) or in its bits."""

    even: bool
    shift: int
    first: int
    cells: int

    def lines(self, values: Floats) -> Integers:
        """The line at or next above each value (n,)."""
        if self.even:
            return np.asarray(np.ceil(np.ldexp(values, -self.shift)), dtype=np.int64)
        return (_ordered(values) + ((1 << self.shift) - 1)) >> self.shift

    def values(self, lines: Integers) -> Floats:
        """The value at each line (n,)."""
        return np.ldexp(lines.astype(np.float64), self.shift) if self.even else _unordered(lines << self.shift)

    def place(self, values: Floats, floats: Floats, out: Integers) -> Integers:
        """The cell of each value, 1 to `cells`; anything outside of them, and for NaN, where there is none."""
        if self.even:
            np.multiply(values, 2.0**-self.shift, out=floats)
            np.ceil(floats, out=floats)
            return np.subtract(floats, self.first, out=out, casting="unsafe")
        bits, lost = values.view(np.int64), floats.view(np.int64)
        np.right_shift(bits, 63, out=out)
        np.bitwise_and(out, _MASK, out=out)
        np.bitwise_xor(bits, out, out=out)
        np.add(out, (1 << self.shift) - 1, out=lost)
        np.right_shift(lost, self.shift, out=out)
        return np.subtract(out, self.first, out=out)


class Lookup:
    """`np.searchsorted(edges, values)` through a table: a cell of a grid tells the bin, a binary search the few that it does not.

    tails : edges on each side that lie far from the others, where values are few.

    >>> Lookup(np.array([1.0, 2.0, 4.0]))(np.array([0.0, 1.0, 1.5, 4.0, 9.0])).tolist()
    [0, 0, 1, 2, 3]
    """

    def __init__(self, edges: Floats, tails: int = TAILS) -> None:
        self.edges = edges
        self._tails = tails if len(edges) > 2 * TAILS + 2 else max(tails - 2, 0)
        self._grid: _Grid | None = None
        self._table: NDArray[Any] | None = None
        self._prepared = False

    def __call__(self, values: Floats) -> Integers:
        """The bin of each value: 0 up to the first edge, len(edges) above the last, -1 where it is NaN (n,) int64."""
        cells = self.cells(values).astype(np.int64, copy=False)
        return np.subtract(cells, 1, out=cells)

    def cells(self, values: Floats) -> NDArray[np.signedinteger[Any]]:
        """The cell of each value in a summary: 0 where it is NaN, else its bin + 1 (n,), in integers that may be narrow."""
        if not self._prepared and len(values) >= _MANY:
            self._prepare()
        if self._table is None or self._grid is None or len(values) < _MANY:
            return self._searched(values)
        values, out = np.ascontiguousarray(values), np.empty(len(values), dtype=self._table.dtype)
        floats, place = np.empty(_BLOCK), np.empty(_BLOCK, dtype=np.int64)
        with np.errstate(over="ignore", invalid="ignore"):
            for start in range(0, len(values), _BLOCK):
                block = values[start : start + _BLOCK]
                n = len(block)
                np.take(self._table, self._grid.place(block, floats[:n], place[:n]), out=out[start : start + n], mode="clip")
        unsaid = np.flatnonzero(out < 0)
        if len(unsaid):
            out[unsaid] = self._searched(values[unsaid])
        return out

    def _searched(self, values: Floats) -> Integers:
        cells = np.searchsorted(self.edges, values).astype(np.int64, copy=False) + 1
        cells[np.isnan(values)] = 0
        return cells

    def _prepare(self) -> None:
        """Choose the grid on which the most edges lie, the coarsest that does, and fill the table; none for extreme edges."""
        self._prepared = True
        inner = self.edges[self._tails : len(self.edges) - self._tails]
        grids = [grid for finest in _grids(inner, 2 * _GRID) for grid in _coarser(finest)]
        if not grids:
            return
        lying = [int((grid.values(grid.lines(inner)) == inner).sum()) for grid in grids]
        grid = min((grid for grid, count in zip(grids, lying, strict=True) if count == max(lying)), key=lambda g: (g.cells, not g.even))
        with np.errstate(over="ignore", invalid="ignore"):
            place = grid.place(self.edges, np.empty(len(self.edges)), np.empty(len(self.edges), dtype=np.int64))
        first, last = grid.values(np.array([grid.first, grid.first + grid.cells]))
        place[self.edges <= first], place[self.edges > last] = 0, grid.cells + 1
        on = grid.values(place + grid.first) == self.edges
        narrow = np.int16 if len(self.edges) < np.iinfo(np.int16).max - 1 else np.int64
        table = np.concatenate(([0], np.cumsum(np.bincount(place, minlength=grid.cells + 2))[:-1])).astype(narrow) + 1
        table[place[~on]] = -1
        table[[0, -1]] = -1
        if grid.even and grid.shift > 0 and 0 <= -grid.first <= grid.cells + 1:
            table[-grid.first] = -1  # a positive value may vanish on its way to the grid
        self._grid, self._table = grid, table


def aligned(edges: Floats) -> Floats:
    """Edges moved up to the lines of a grid, by less than 1/32,000 of their range or of themselves; as they are where they would meet.

    A value that equals an edge stays below it, and different values stay apart unless they differ by less than a cell.

    >>> edges = aligned(np.linspace(0, 1, 1001))
    >>> float(np.abs(edges - np.linspace(0, 1, 1001)).max()) < 1 / 32_768
    True
    """
    best = edges
    least = _KEPT * len(edges)
    for grid in _grids(edges, _GRID):
        moved = np.unique(grid.values(grid.lines(edges)))
        if len(moved) > least:
            best, least = moved, len(moved) + 0.05 * len(edges)
    return best


def _grids(edges: Floats, cells: int) -> Iterator[_Grid]:
    """The finest grid of each kind that spans edges with at most this many cells and is exact."""
    if not len(edges):
        return
    low, high = float(edges[0]), float(edges[-1])
    largest = max(abs(low), abs(high))
    span = max(high - low, largest * 2.0**-30, 2.0**-900)
    if np.isfinite(span) and largest < 2.0**900:
        yield _spanning(True, int(np.ceil(np.log2(span / cells))), edges)
    width = int(_ordered(edges[-1:])[0]) - int(_ordered(edges[:1])[0])
    if width < 1 << 62:  # of one sign, or nearly: else the grid is spent on values next to zero
        yield _spanning(False, max((width // cells).bit_length(), 1), edges)


def _spanning(even: bool, shift: int, edges: Floats) -> _Grid:
    """The grid of a kind whose lines span these edges: the first lies below the first edge."""
    grid = _Grid(even, shift, 0, 0)
    first, last = grid.lines(edges[[0, -1]]).tolist()
    return _Grid(even, shift, first - 1, last - first + 1)


def _coarser(grid: _Grid) -> Iterator[_Grid]:
    """A grid and those of half, a quarter and an eighth of its lines."""
    for more in range(4):
        first = (grid.first >> more) - 1
        yield _Grid(grid.even, grid.shift + more, first, -(-(grid.first + grid.cells) >> more) - first)


def _ordered(values: Floats) -> Integers:
    """The bits of floats as integers in the same order (n,)."""
    bits = np.ascontiguousarray(values).view(np.int64)
    return bits ^ ((bits >> 63) & _MASK)


def _unordered(bits: Integers) -> Floats:
    """The floats of such integers (n,)."""
    return (bits ^ ((bits >> 63) & _MASK)).view(np.float64)
