"""Drift within the slices of a column: among rows of one value or bin, which other columns differ from the reference's rows of that slice.

A window can look as the reference does while one group of it has changed, and the other way round: a group that merely grew moves columns of the
whole that are steady within each group. Every column is cut once into at most 32 cells, frozen by the reference; slices are counted on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaincc, kolmogorov

from lifecycle.monitor.performance.slices import Cut

__all__ = ["SLICE_DRIFT", "Cells", "cell_numbers", "cell_values", "slice_drift"]

CELLS = 30
FEWEST = 30  # rows of a slice, on both sides, below which nothing is said of it
LEAST = 0.1  # the smallest effect that matters: a difference of cumulative shares, or half the sum of differences of shares
RARE = 5.0
SLICE_DRIFT: dict[str, Any] = {
    "column": object,
    "value": object,
    "rows": "int64",
    "reference_rows": "int64",
    "share": "float64",
    "reference_share": "float64",
    "differs": object,
    "statistic": "float64",
    "p_value": "float64",
    "drifted": bool,
    "columns": "int64",
}

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Cells: TypeAlias = tuple[Ints, Ints, int, bool]  # cell of each reference row and of each current row, how many, are they ordered


def cell_numbers(reference: Floats, current: Floats) -> Cells:
    """Cells at the reference's quantiles, missing values first.

    >>> cell_numbers(np.array([1.0, 2, 3, np.nan]), np.array([9.0]))[1].tolist()
    [4]
    """
    known = reference[np.isfinite(reference)]
    cuts = np.unique(np.quantile(known, np.arange(1, CELLS) / CELLS, method="nearest")) if len(known) else np.empty(0)

    def place(values: Floats) -> Ints:
        return np.where(np.isnan(values), 0, 1 + np.searchsorted(cuts, values)).astype(np.int64)

    return place(reference), place(current), len(cuts) + 2, True


def cell_values(reference: Cut, current: Cut) -> Cells:
    """Cells that are values, as `cut_values` places them."""
    return reference.place, current.place, len(reference.names), False


def slice_drift(cuts: Mapping[str, tuple[Cut, Cut]], cells: Mapping[str, Cells], population: float = 1.0, alpha: float = 0.05) -> pd.DataFrame:
    """A row a slice, the most different first, as `SLICE_DRIFT` names them.

    cuts : by column, the slices of the reference's rows and of the current ones. cells : by column, what is compared within slices.
    population : how many rows each current row stands for.

    share, reference_share : of rows that are in the slice. differs : the column that differs most within it, with its statistic
    (Kolmogorov-Smirnov on numbers, total variation on categories, 0 to 1). p_value : of that difference, by Kolmogorov's limit or the chi-squared
    test, Holm's over every column of every slice. columns : how many differ. A slice with fewer than 30 rows on either side is left out.
    """
    places, found = [], []
    for column, (before, now) in cuts.items():
        sizes = [np.bincount(cut.place, minlength=len(cut.names)).astype(np.float64) for cut in (before, now)]
        usable = np.flatnonzero((sizes[0] >= FEWEST) & (sizes[1] >= FEWEST))
        others = [name for name in cells if name != column]
        if not len(usable) or not others:
            continue
        compared = [_compared(before, now, cells[name]) for name in others]
        statistic, p_value = (np.column_stack([one[part][usable] for one in compared]) for part in (0, 1))
        found.append((np.array(others, dtype=object), statistic, p_value))
        totals = [size[usable] for size in sizes]
        places.append(pd.DataFrame({"column": column, "value": [before.names[at] for at in usable], "rows": totals[1], "reference_rows": totals[0]}))
        places[-1]["share"], places[-1]["reference_share"] = totals[1] / sizes[1].sum(), totals[0] / sizes[0].sum()
    if not places:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in SLICE_DRIFT.items()})
    holm = _holm(np.concatenate([p.ravel() for _, _, p in found]))
    rows, at = [], 0
    for names, statistic, p_value in found:
        adjusted = holm[at : at + p_value.size].reshape(p_value.shape)
        at += p_value.size
        differs = (adjusted < alpha) & (statistic >= LEAST)
        worst = np.argmax(np.where(differs, 1.0 + statistic, statistic), axis=1)
        own = np.arange(len(worst))
        rows.append(pd.DataFrame({"differs": names[worst], "statistic": statistic[own, worst], "p_value": adjusted[own, worst]}))
        rows[-1]["columns"] = differs.sum(axis=1)
    out = pd.concat([pd.concat(places, ignore_index=True), pd.concat(rows, ignore_index=True)], axis=1)
    out["drifted"] = out["columns"] > 0
    out["rows"] = np.round(out["rows"] * population)
    out = out.sort_values(["drifted", "statistic"], ascending=False, kind="stable", ignore_index=True)
    return out.astype(SLICE_DRIFT)[list(SLICE_DRIFT)]


def _compared(before: Cut, now: Cut, cells: Cells) -> tuple[Floats, Floats]:
    """Statistic and p-value of one column in every slice, (slices,) each; 0 and 1 where a slice is empty."""
    reference, current, count, ordered = cells
    slices = len(before.names)
    first = np.bincount(before.place * count + reference, minlength=slices * count).reshape(slices, count).astype(np.float64)
    second = np.bincount(now.place * count + current, minlength=slices * count).reshape(slices, count).astype(np.float64)
    m, n = first.sum(axis=1, keepdims=True), second.sum(axis=1, keepdims=True)
    there = (m[:, 0] > 0) & (n[:, 0] > 0)
    gap = first / np.maximum(m, 1.0) - second / np.maximum(n, 1.0)
    if ordered:
        statistic = np.abs(np.cumsum(gap, axis=1)).max(axis=1)
        p_value = kolmogorov(statistic * np.sqrt(m[:, 0] * n[:, 0] / np.maximum(m[:, 0] + n[:, 0], 1.0)))
    else:
        statistic = np.abs(gap).sum(axis=1) / 2.0
        p_value = _chi_squared(first, second, m, n)
    return np.where(there, statistic, 0.0), np.where(there, p_value, 1.0)


def _chi_squared(first: Floats, second: Floats, m: Floats, n: Floats) -> Floats:
    """Pearson's test of homogeneity; cells in which either side is expected to have fewer than 5 rows are one."""
    both = first + second
    share = both / np.maximum(m + n, 1.0)
    rare = share * np.minimum(m, n) < RARE
    total = np.zeros(len(first))
    for side, rows in ((first, m), (second, n)):
        expected = share * rows
        total += np.sum(np.where(rare, 0.0, (side - expected) ** 2 / np.where(rare | (expected <= 0), 1.0, expected)), axis=1)
        rest, own = np.sum(np.where(rare, expected, 0.0), axis=1), np.sum(np.where(rare, side, 0.0), axis=1)
        total += np.where(rest >= RARE, (own - rest) ** 2 / np.maximum(rest, 1e-300), 0.0)
    smaller = np.sum(np.where(rare, share, 0.0), axis=1) * np.minimum(m, n)[:, 0]
    freedom = np.maximum((~rare).sum(axis=1) + (smaller >= RARE) - 1, 1)
    return np.asarray(gammaincc(freedom / 2.0, total / 2.0), dtype=np.float64)


def _holm(p_values: Floats) -> Floats:
    order = np.argsort(p_values, kind="stable")
    out = np.empty(len(p_values))
    out[order] = np.minimum(1.0, np.maximum.accumulate(p_values[order] * (len(p_values) - np.arange(len(p_values)))))
    return out
