"""A column of one window beside its reference, as a person reads it: few bins, and how unusual each row is."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lifecycle.monitor.summaries import Bins, Counts, fold

__all__ = ["members", "side_by_side", "surprise"]

_GROUPS = 30
_LEVELS = 20
_DISTINCT = 20
_NAMED = 5


def side_by_side(bins: Bins, reference: Counts, current: Counts, unseen: Mapping[str, int]) -> pd.DataFrame:
    """Shares on at most 30 bins, in order: bin (its name), lower, upper (NaN for levels and open ends), reference, current.

    Parameters
    ----------
    reference, current : (cells,) counts. unseen : rows of the window by level that the reference does not know.
    """
    before, now = reference / max(reference.sum(), 1), current / max(current.sum(), 1)
    if bins.kind == "numeric":
        return _numeric(bins, before, now)
    return _levels(bins, before, now, {level: rows / max(current.sum(), 1) for level, rows in unseen.items()})


def surprise(cells: NDArray[np.int64], bins: Bins, reference: Counts) -> NDArray[np.float64]:
    """How unusual each row is: the logarithm of its bin's share of these rows over its share of the reference (rows,).

    Parameters
    ----------
    cells : (rows,) the cell of each row. reference : (cells,) counts.
    """
    group = np.arange(bins.cells) if bins.kind == "categorical" else np.concatenate(([0], fold(reference[1:], _GROUPS) + 1))
    size = int(group.max()) + 1
    before = np.bincount(group, reference, minlength=size)
    now = np.bincount(group[cells], minlength=size)
    ratio = np.log((now + 0.5) / (len(cells) + 1)) - np.log((before + 0.5) / (before.sum() + 1))
    if bins.kind == "numeric":  # of bins that are as unusual, the outer ones come first
        middle = (np.cumsum(before) - before / 2) / max(before.sum(), 1)
        ratio += 0.1 * np.abs(2 * middle - 1)
    return np.asarray(ratio[group[cells]])


def members(bins: Bins, frame: pd.DataFrame, name: str, array: Any, cells: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which rows fall into the bin `name` of a frame that `side_by_side` made (rows,).

    Parameters
    ----------
    array : (rows,) floats, or an Arrow array of levels. cells : (rows,) the cell of each row.
    """
    if name == "missing":
        return np.asarray(cells == 0)
    if bins.kind == "numeric":
        row = frame[frame["bin"] == name].iloc[0]
        low, high = (np.nan_to_num(row[end], nan=beyond) for end, beyond in (("lower", -np.inf), ("upper", np.inf)))
        with np.errstate(invalid="ignore"):
            return np.asarray((array > low) & (array <= high))
    known = {level: place + 1 for place, level in enumerate(bins.levels)}
    if name in known:
        return np.asarray(cells == known[name])
    levels = pd.Series(array.to_pandas(), dtype=object).to_numpy()
    if name.endswith(" (new)"):
        return np.asarray(levels == name.removesuffix(" (new)"))
    new = cells == bins.cells - 1
    if name.endswith(" others"):
        return np.asarray(~np.isin(cells, [known[level] for level in frame["bin"] if level in known]) & (cells > 0) & ~new)
    named = {str(level).removesuffix(" (new)") for level in frame["bin"] if str(level).endswith(" (new)")}
    return np.asarray(new & ~pd.Series(levels).isin(named).to_numpy())


def _numeric(bins: Bins, before: NDArray[np.float64], now: NDArray[np.float64]) -> pd.DataFrame:
    """About evenly wide bins over the middle of both, open at the ends, and 'missing' where there is any."""
    edges = _even_edges(bins, before[1:] + now[1:])
    group = np.searchsorted(edges, np.append(bins.edges, np.inf))  # a fine bin belongs where its upper edge lies
    size = len(edges) + 1
    names = [f"up to {edges[0]:.4g}", *(f"{a:.4g} to {b:.4g}" for a, b in pairwise(edges)), f"above {edges[-1]:.4g}"]
    shares = {name: np.bincount(group, cells[1:], minlength=size) for name, cells in (("reference", before), ("current", now))}
    frame = pd.DataFrame({"bin": names, "lower": np.append(np.nan, edges), "upper": np.append(edges, np.nan), **shares})
    if len(edges) <= _DISTINCT:  # each value that the reference has is a bin of its own
        known = (frame["reference"] > 0) & frame["upper"].notna()
        frame["bin"] = [f"{upper:.6g}" if alone else name for name, upper, alone in zip(frame["bin"], frame["upper"], known, strict=True)]
        frame = frame[(frame["reference"] > 0) | (frame["current"] > 0)].reset_index(drop=True)
    if before[0] or now[0]:
        frame.loc[len(frame)] = ["missing", np.nan, np.nan, before[0], now[0]]
    return frame


def _even_edges(bins: Bins, both: NDArray[np.float64]) -> NDArray[np.float64]:
    """At most 28 of the frozen edges, even over the middle 98 % of both; the distinct values themselves where they are few."""
    used = bins.edges[np.flatnonzero(both[:-1] > 0)]
    if len(used) <= _DISTINCT:
        return used if len(used) else np.append(bins.edges, 0.0)[:1]
    reached = np.cumsum(both) / both.sum()
    low, high = (bins.edges[min(int(np.searchsorted(reached, q)), len(bins.edges) - 1)] for q in (0.01, 0.99))
    at = np.searchsorted(bins.edges, np.linspace(low, high, _GROUPS - 2))
    return np.asarray(bins.edges[np.unique(np.clip(at, 0, len(bins.edges) - 1))])


def _levels(bins: Bins, before: NDArray[np.float64], now: NDArray[np.float64], unseen: Mapping[str, float]) -> pd.DataFrame:
    """The levels that hold most of either, the rest together, new ones by name, and 'missing' where there is any."""
    rank = np.argsort(-np.maximum(before, now)[1:-1], kind="stable") + 1
    rest = rank[_LEVELS:]
    rows = [(bins.levels[i - 1], before[i], now[i]) for i in np.sort(rank[:_LEVELS])]
    if len(rest):
        rows.append((f"{len(rest)} others", before[rest].sum(), now[rest].sum()))
    named = sorted(unseen.items(), key=lambda item: -item[1])[:_NAMED]
    rows += [(f"{level} (new)", 0.0, share) for level, share in named]
    left = now[-1] - sum(share for _, share in named)
    if before[-1] > 0 or left > 1e-12:
        rows.append(("other new levels" if named else "rare or new levels", before[-1], left))
    if before[0] or now[0]:
        rows.append(("missing", before[0], now[0]))
    frame = pd.DataFrame(rows, columns=["bin", "reference", "current"])
    return frame.assign(lower=np.nan, upper=np.nan)[["bin", "lower", "upper", "reference", "current"]]
