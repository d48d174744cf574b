"""Mergeable summaries: what a column of a window was, as counts on cells that the reference froze.

Cells of a numeric column are `[missing, bin 0, ..., bin k]`: about 1,000 bins at trimmed quantiles of the reference, with tail
bins that double in width beyond them, so that one outlier moves one count and nothing else. Bin i holds the values
above edge i-1 and up to edge i; a column of few distinct values has each of them as an edge. Cells of a categorical column are
`[missing, level 0, ..., level k, unseen]`. Merging is adding, and the merge of parts is the summary of the whole.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pandas.util import hash_array

from lifecycle.monitor.binning import Lookup, aligned

__all__ = [
    "Bins",
    "Counts",
    "Floats",
    "Summary",
    "cells_of",
    "decode",
    "encode",
    "fold",
    "freeze_levels",
    "freeze_numbers",
    "merge",
    "quantile",
    "runs_of",
    "summarise",
    "unseen_counts",
]

Floats: TypeAlias = NDArray[np.float64]
Counts: TypeAlias = NDArray[np.int64]
Runs: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int64]]

FINE = 1_000
LEVELS = 2_000
BUCKETS = 256
_SAMPLE = 100_000
_TAILS = 12
_UNSEEN_KEPT = 300
_LONG = 2_048  # rows of a run, on average, that are counted by themselves
_PIECE = 1 << 16  # rows at once, so that values and all that lies between them and their counts stay in the processor's cache


@dataclass(frozen=True, slots=True)
class Bins:
    """The frozen cells of one column. Numeric: `edges` (k,) ascending, k + 2 cells. Categorical: `levels`, len + 2 cells.

    `hashed`: a column of very many levels, whose cells are buckets that a level falls into by its hash. Naming its most frequent
    levels would judge them by the luck that made them frequent in the reference.
    """

    kind: str
    edges: Floats
    levels: tuple[str, ...] = ()
    hashed: bool = False

    @property
    def cells(self) -> int:
        """How many cells a summary of this column has."""
        return 2 + (len(self.levels) if self.kind == "categorical" else len(self.edges))

    @property
    def positions(self) -> Floats:
        """A value that stands for each numeric cell but the missing one (cells - 1,): the middle of its bin, the edge for an open tail."""
        if not len(self.edges):
            return np.zeros(1)
        return np.concatenate((self.edges[:1], (self.edges[:-1] + self.edges[1:]) / 2, self.edges[-1:]))


@dataclass(frozen=True, slots=True)
class Summary:
    """One column of several windows: counts (windows, cells), and per window the sums, extremes and unseen levels of what is there."""

    counts: Counts
    low: Floats
    high: Floats
    total: Floats
    squares: Floats
    unseen: tuple[Mapping[str, int], ...] = ()

    def rows(self) -> Counts:
        """Rows of each window, missing ones included."""
        return np.asarray(self.counts.sum(axis=1))


def freeze_numbers(values: Floats, fine: int = FINE) -> Bins:
    """Cells for a numeric column from its reference values; missing ones are left out, at most 100,000 evenly spread ones are sorted.

    >>> freeze_numbers(np.array([1.0, 2.0, 2.0, 5.0, np.nan])).edges[13:-12]
    array([1., 2., 5.])
    """
    known = values[~np.isnan(values)] if len(values) and np.isnan(values.min()) else values  # one missing value makes the least one missing
    if not len(known):
        return Bins("numeric", np.empty(0))
    step = -(-len(known) // _SAMPLE)
    ordered = np.sort(known[::step])
    # trimmed: the outermost 1/fine on each side belongs to the tails once there are enough rows to say so
    trim = 0.0 if len(ordered) < 2 * fine else 1.0 / fine
    at = np.linspace(trim, 1.0 - trim, fine + 1)
    edges = aligned(np.unique(ordered[np.round(at * (len(ordered) - 1)).astype(np.int64)]))
    span = float(edges[-1] - edges[0]) or abs(float(edges[0])) or 1.0
    reach = span * (2.0 ** np.arange(_TAILS) - 0.5) / 4
    low, high = float(known.min()), float(known.max())  # so that what lies outside the reference can be told exactly
    ends = np.array([np.nextafter(low, -np.inf), low, high])
    edges = np.concatenate((edges[0] - reach[::-1], edges, edges[-1] + reach, ends))
    return Bins("numeric", np.unique(edges[np.isfinite(edges)]))


def freeze_levels(values: pa.Array, known: Sequence[str] = ()) -> Bins:
    """Cells for a categorical column: the levels of its reference, the most frequent first, then `known` ones not seen; buckets beyond 2,000.

    >>> freeze_levels(pa.array(["b", "a", "b", None]), known=["c"]).levels
    ('b', 'a', 'c')
    """
    codes, dictionary = _codes(values)
    found: dict[str, int] = {}
    whole = np.zeros(1, dtype=np.int64)  # one window that starts at the first row
    counts = _tally(codes, len(dictionary) + 1, whole, 1, (whole, whole))[0]
    for name, count in zip(dictionary.to_pylist(), counts.tolist(), strict=False):
        if count and name is not None:
            found[name] = found.get(name, 0) + count
    levels = sorted(found, key=lambda name: (-found[name], name))
    levels += [level for level in known if level not in found]
    if len(levels) > LEVELS:
        return Bins("categorical", np.empty(0), tuple(f"bucket {i + 1}" for i in range(BUCKETS)), hashed=True)
    return Bins("categorical", np.empty(0), tuple(levels))


def cells_of(column: pa.Array | pa.ChunkedArray | Floats, bins: Bins, lookup: Lookup | None = None) -> NDArray[np.int64]:
    """The cell that each row falls into (n,).

    Parameters
    ----------
    column : (n,) floats (NaN missing) for a numeric column, an Arrow array (strings or a dictionary) for a categorical one.
    lookup : a prepared `Lookup(bins.edges)`, to be reused over batches.

    >>> cells_of(pa.array(["a", None, "z"]), freeze_levels(pa.array(["a"]))).tolist()
    [1, 0, 2]
    """
    if bins.kind == "categorical":
        codes, dictionary = _codes(column)
        return np.append(_cells_of_levels(dictionary, bins), 0).take(codes)
    return (lookup or Lookup(bins.edges)).cells(_floats(column)).astype(np.int64)


def summarise(
    column: pa.Array | pa.ChunkedArray | Floats,
    bins: Bins,
    windows: NDArray[np.int64],
    count: int,
    cells: NDArray[np.int64] | None = None,
    runs: Runs | None = None,
    lookup: Lookup | None = None,
) -> Summary:
    """Count one column's rows into their windows.

    Parameters
    ----------
    column : (n,) as `cells_of` takes it.
    windows : (n,) the place of each row's window, 0 .. count - 1.
    cells : (n,) what `cells_of` gave for a categorical column, where it is known already.
    runs : `runs_of(windows)`, to be reused over columns.
    lookup : a prepared `Lookup(bins.edges)` of a numeric column, to be reused over batches.

    >>> bins = freeze_levels(pa.array(["a", "b"]))
    >>> summarise(pa.array(["a", None, "z", "a"]), bins, np.array([0, 0, 1, 1]), 2).counts.tolist()
    [[1, 1, 0, 0], [0, 1, 0, 1]]
    """
    runs = runs_of(windows) if runs is None else runs
    if bins.kind == "categorical":
        return _of_levels(column, bins, windows, count, runs, cells)
    values, lookup = _floats(column), lookup or Lookup(bins.edges)
    if len(values) >= _LONG * len(runs[0]):
        return _of_pieces(values, bins, count, runs, lookup)
    cells = lookup.cells(values)
    counts = _tally(cells, bins.cells, windows, count, runs)
    if counts[:, 0].any():
        there = cells > 0
        values, windows = values[there], windows[there]
        runs = runs_of(windows)
    return Summary(counts, *_moments(values, windows, count, runs), ({},) * count)


def runs_of(windows: NDArray[np.int64]) -> Runs:
    """The stretches of rows that lie in one window (their first rows, their windows).

    >>> [part.tolist() for part in runs_of(np.array([4, 4, 7, 4]))]
    [[0, 2, 3], [4, 7, 4]]
    """
    starts = np.concatenate(([0], np.flatnonzero(np.diff(windows)) + 1)) if len(windows) else np.zeros(0, dtype=np.int64)
    return starts, windows[starts]


def merge(first: Summary, second: Summary) -> Summary:
    """The summary of both parts, window by window.

    >>> part = summarise(np.array([1.0, 3.0]), freeze_numbers(np.array([1.0, 2.0, 3.0])), np.array([0, 0]), 1)
    >>> float(merge(part, part).total[0]), int(merge(part, part).rows()[0])
    (8.0, 4)
    """
    unseen = tuple(_top(a, b) for a, b in zip(first.unseen, second.unseen, strict=True))
    return Summary(
        first.counts + second.counts,
        np.fmin(first.low, second.low),
        np.fmax(first.high, second.high),
        first.total + second.total,
        first.squares + second.squares,
        unseen,
    )


def encode(counts: Counts) -> bytes:
    """One window's counts as few bytes: the narrowest integers that hold them, deflated."""
    width = np.min_scalar_type(int(counts.max(initial=0)))
    return np.dtype(width).char.encode() + zlib.compress(counts.astype(width).tobytes(), 1)


def decode(blob: bytes) -> Counts:
    """What `encode` wrote.

    >>> decode(encode(np.array([0, 70_000, 3]))).tolist()
    [0, 70000, 3]
    """
    return np.frombuffer(zlib.decompress(blob[1:]), dtype=blob[:1].decode()).astype(np.int64)


def fold(reference: Counts, groups: int = 30) -> NDArray[np.int64]:
    """The group, ascending from 0, of each of the reference's ordered cells, so that each group holds about the same share of it (cells,).

    >>> fold(np.array([0, 10, 10, 0, 10, 10, 0]), 2).tolist()
    [0, 0, 0, 1, 1, 1, 1]
    """
    total = reference.sum()
    if not total:
        return np.zeros(len(reference), dtype=np.int64)
    before = np.cumsum(reference) - reference / 2
    group = np.minimum((before / total * groups).astype(np.int64), groups - 1)
    return np.asarray(np.unique(group, return_inverse=True)[1].reshape(-1), dtype=np.int64)


def unseen_counts(unseen: Sequence[Mapping[str, int]]) -> Counts:
    """The rows of each new level of several windows, padded with zeros (windows, most levels of any).

    >>> unseen_counts([{"x": 2}, {}, {"y": 1, "z": 3}]).tolist()
    [[2, 0], [0, 0], [1, 3]]
    """
    out = np.zeros((len(unseen), max(map(len, unseen), default=0)), dtype=np.int64)
    for row, levels in enumerate(unseen):
        out[row, : len(levels)] = list(levels.values())
    return out


def quantile(bins: Bins, counts: Counts, q: float) -> float:
    """The edge at or above which the share `q` of a window's known values is reached; NaN where there is none.

    >>> bins = freeze_numbers(np.arange(101.0))
    >>> quantile(bins, summarise(np.arange(101.0), bins, np.zeros(101, dtype=np.int64), 1).counts[0], 0.5)
    50.0
    """
    reached = np.cumsum(counts[1:])
    if not len(reached) or not reached[-1]:
        return float("nan")
    at = int(np.searchsorted(reached, q * reached[-1]))
    return float(bins.edges[min(at, len(bins.edges) - 1)])


def _floats(column: Any) -> Floats:
    if isinstance(column, np.ndarray):
        return column.astype(np.float64, copy=False)
    return np.asarray(column.to_numpy() if isinstance(column, pa.ChunkedArray) else column.to_numpy(zero_copy_only=False), dtype=np.float64)


def _of_levels(column: Any, bins: Bins, windows: NDArray[np.int64], count: int, runs: Runs, cells: NDArray[np.int64] | None) -> Summary:
    """Counts of a categorical column: of its dictionary's codes, which are then brought to their cells."""
    codes, dictionary = _codes(column)
    if cells is None and len(dictionary) <= 2 * bins.cells:
        place = np.append(_cells_of_levels(dictionary, bins), 0)
        counts = np.zeros((bins.cells, count), dtype=np.int64)
        np.add.at(counts, place, _tally(codes, len(place), windows, count, runs).T)
        counts = np.ascontiguousarray(counts.T)
    else:
        cells = cells_of(column, bins) if cells is None else cells
        counts = _tally(cells, bins.cells, windows, count, runs)
    nothing = np.full(count, np.nan)
    new: tuple[Mapping[str, int], ...] = ({},) * count
    if counts[:, -1].any():
        new = _unseen(codes, dictionary, bins, windows, count)
    return Summary(counts, nothing, nothing, np.zeros(count), np.zeros(count), new)


def _tally(cells: NDArray[Any], size: int, windows: NDArray[np.int64], count: int, runs: Runs) -> Counts:
    """Rows by window and cell (count, size)."""
    if len(cells) < _LONG * len(runs[0]):
        return np.bincount(cells + windows * size, minlength=count * size).reshape(count, size)
    counts = np.zeros((count, size), dtype=np.int64)
    for start, end, owner in _stretches(runs, len(cells)):
        counts[owner] += np.bincount(cells[start:end], minlength=size)
    return counts


def _stretches(runs: Runs, rows: int) -> Iterator[tuple[int, int, int]]:
    """The first row, the end and the window of each run, long ones cut into pieces."""
    starts, owners = runs
    for start, end, owner in zip(starts.tolist(), np.append(starts, rows)[1:].tolist(), owners.tolist(), strict=True):
        for first in range(start, end, _PIECE):
            yield first, min(first + _PIECE, end), owner


def _of_pieces(values: Floats, bins: Bins, count: int, runs: Runs, lookup: Lookup) -> Summary:
    """Counts and moments of a numeric column whose windows lie in long runs."""
    counts = np.zeros((count, bins.cells), dtype=np.int64)
    low, high = np.full(count, np.nan), np.full(count, np.nan)
    total, squares = np.zeros(count), np.zeros(count)
    with np.errstate(over="ignore"):  # a value near the largest float has an infinite square, and that is what the sum says
        for start, end, owner in _stretches(runs, len(values)):
            part = values[start:end]
            cells = lookup.cells(part)
            found = np.bincount(cells, minlength=bins.cells)
            counts[owner] += found
            if found[0]:
                part = part[cells > 0]
            if len(part):
                low[owner], high[owner] = np.fmin(low[owner], part.min()), np.fmax(high[owner], part.max())
                total[owner] += part.sum()
                squares[owner] += np.einsum("i,i->", part, part)  # not BLAS, whose threads cost more than they save, and change the bits
    return Summary(counts, low, high, total, squares, ({},) * count)


def _moments(known: Floats, windows: NDArray[np.int64], count: int, runs: Runs) -> tuple[Floats, Floats, Floats, Floats]:
    """Lowest, highest, sum and sum of squares of each window's values (count,) each."""
    low, high = np.full(count, np.nan), np.full(count, np.nan)
    total, squares = np.zeros(count), np.zeros(count)
    starts, owners = runs
    with np.errstate(over="ignore"):
        if len(starts) < 4 * count:  # windows lie in runs, as they do in a log in order
            np.fmin.at(low, owners, np.minimum.reduceat(known, starts))
            np.fmax.at(high, owners, np.maximum.reduceat(known, starts))
            np.add.at(total, owners, np.add.reduceat(known, starts))
            np.add.at(squares, owners, np.add.reduceat(known * known, starts))
        else:
            np.fmin.at(low, windows, known)
            np.fmax.at(high, windows, known)
            total += np.bincount(windows, known, minlength=count)
            squares += np.bincount(windows, known * known, minlength=count)
    return low, high, total, squares


def _codes(column: Any) -> tuple[NDArray[np.integer[Any]], pa.Array]:
    """The dictionary code of each row, the dictionary's length where missing, and the dictionary as strings."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    coded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    codes = pc.fill_null(coded.indices, len(coded.dictionary)) if coded.indices.null_count else coded.indices
    return codes.to_numpy(zero_copy_only=False), coded.dictionary.cast(pa.string())


def _cells_of_levels(dictionary: pa.Array, bins: Bins) -> NDArray[np.int64]:
    """The cell of each level of a dictionary."""
    if bins.hashed:
        texts = np.array(dictionary.to_pylist(), dtype=object)
        return np.asarray(hash_array(texts, categorize=False) % np.uint64(len(bins.levels)), dtype=np.int64) + 1
    place = pc.fill_null(pc.index_in(dictionary, pa.array(bins.levels, pa.string())), len(bins.levels))
    return np.asarray(place.to_numpy(zero_copy_only=False), dtype=np.int64) + 1


def _unseen(codes: NDArray[Any], dictionary: pa.Array, bins: Bins, windows: NDArray[np.int64], count: int) -> tuple[Mapping[str, int], ...]:
    """The most frequent new levels of each window."""
    found: list[dict[str, int]] = [{} for _ in range(count)]
    new = np.append(_cells_of_levels(dictionary, bins) == bins.cells - 1, False)[codes]
    pairs, times = np.unique(windows[new] * len(dictionary) + codes[new], return_counts=True)
    for at in np.argsort(-times, kind="stable"):
        window, code = divmod(int(pairs[at]), len(dictionary))
        if len(found[window]) < _UNSEEN_KEPT:
            found[window][str(dictionary[code])] = int(times[at])
    return tuple(found)


def _top(first: Mapping[str, int], second: Mapping[str, int]) -> Mapping[str, int]:
    if not second:
        return first
    both = {level: first.get(level, 0) + second.get(level, 0) for level in {**first, **second}}
    kept = sorted(both, key=lambda level: (-both[level], level))[:_UNSEEN_KEPT]
    return {level: both[level] for level in kept}
