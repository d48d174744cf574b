"""One verdict a window from the verdicts of its columns, and what a window needs to be judged at all.

A window alarms when a column is significant AND differs by an effect that matters. Significance is Bonferroni's: each column
is held to `rate / columns`, so that a drift-free window alarms with a chance of at most `rate` however its columns depend on one
another, and of many drift-free windows at most that share alarms. The effect's bound is what keeps a harmless shift in a
million rows quiet, where every p-value is small.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from lifecycle.monitor.drift.registration import Cells, Counts, DriftTest, Floats, Verdicts
from lifecycle.monitor.summaries import Bins, quantile, unseen_counts

__all__ = ["ColumnVerdicts", "WindowVerdicts", "column_level", "combine", "decide", "default_test", "describe_cells", "fewest_rows", "judge"]

_KEPT = 0.8  # a fifth of the rate is left for what the approximations of the tails miss
_OPEN = 0.1
_FENCE = 10.0
_DISTINCT = 20
_FEW_ROWS = 500
LARGEST_GAP = 0.7  # a window in which only a larger gap than this could be told from chance is too small to judge


@dataclass(frozen=True, slots=True)
class ColumnVerdicts:
    """A column over several windows, each field (windows,); p_value NaN and drifted False where the window is too small."""

    test: str
    statistic: Floats
    p_value: Floats
    effect: Floats
    threshold: Floats
    drifted: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class WindowVerdicts:
    """Several windows, each field (windows,): one p-value, whether it alarms, and its drifted columns, the worst first."""

    p_value: Floats
    alarm: NDArray[np.bool_]
    columns: tuple[tuple[str, ...], ...]


def default_test(kind: str, reference: Counts | None = None, rows: int = 0) -> str:
    """The test for a column by its kind and size.

    - Categories, and numbers of at most 20 distinct values: chi-squared. Its p-value has the statistic's exact mean and variance, so
      that it holds for two levels as for two thousand; and a swap between values, which no cumulative share shows, is seen.
    - Numbers, where rows are few (fewer than 500 in the reference, or in a window by rows): Anderson-Darling, which of the tests on
      cumulative shares misses least: a change of the spread most of all.
    - Other numbers: Kolmogorov-Smirnov. There are rows enough, and its effect is one that can be read: so many per cent of the rows.

    Parameters
    ----------
    reference : (cells,) counts; None: large and of many values. rows : of each window, where that is fixed.

    >>> default_test("numeric"), default_test("categorical"), default_test("numeric", rows=200)
    ('kolmogorov_smirnov', 'chi_squared', 'anderson_darling')
    """
    if kind != "numeric" or (reference is not None and np.count_nonzero(reference[1:]) <= _DISTINCT):
        return "chi_squared"
    few = 0 < rows < _FEW_ROWS or (reference is not None and reference.sum() < _FEW_ROWS)
    return "anderson_darling" if few else "kolmogorov_smirnov"


def column_level(rate: float, columns: int, closed: bool = True) -> float:
    """The p-value that each of `columns` columns is held to, so that at most `rate` of drift-free windows alarm.

    An open window is looked at many times while it fills, so each look is held to a tenth.

    >>> column_level(0.01, 50), column_level(0.01, 50, closed=False)
    (0.00016, 1.6e-05)
    """
    return round(_KEPT * rate / max(columns, 1) * (1.0 if closed else _OPEN), 15)


def fewest_rows(level: float, reference_rows: float) -> float:
    """The rows from which on a window can be judged at `level` against a reference of this size; infinite when it is too small itself.

    >>> round(fewest_rows(0.01 / 50, 5_000), 1), fewest_rows(0.01, 3)
    (9.4, inf)
    """
    needed = float(special.kolmogi(level) / LARGEST_GAP) ** 2  # of nm / (n + m)
    return needed * reference_rows / (reference_rows - needed) if reference_rows > needed else float("inf")


def describe_cells(bins: Bins, reference: Counts, unseen: Sequence[Mapping[str, int]] = ()) -> Cells:
    """What a column's cells mean to a test; `unseen`: the new levels of each window.

    A value that stands for a tail lies at most one trimmed range beyond the trimmed range of the reference, and at most ten times the
    width of its middle half from its median, so that a distance tells how the bulk of the values moved and not how far the few
    farthest lie, of which a small reference knows next to nothing. The scale is the standard deviation of these.
    """
    if bins.kind == "categorical":
        return Cells(unseen=unseen_counts(unseen) if unseen else None)
    low, high = quantile(bins, reference, 0.001), quantile(bins, reference, 0.999)
    if np.isnan(low):
        return Cells(positions=bins.positions)
    span = (high - low) or abs(high) or 1.0
    first, middle, third = (quantile(bins, reference, q) for q in (0.25, 0.5, 0.75))
    fence = _FENCE * (third - first) or np.inf
    positions = np.clip(bins.positions, max(low - span, middle - fence), min(high + span, middle + fence))
    share = reference[1:] / reference[1:].sum()
    mean = share @ positions
    return Cells(positions=positions, scale=float(np.sqrt(share @ (positions - mean) ** 2)) or span)


def judge(
    test: DriftTest,
    reference: Counts,
    current: Counts,
    cells: Cells,
    level: float,
    least: float | None = None,
    by_hand: float | None = None,
    inflation: float = 1.0,
) -> ColumnVerdicts:
    """Judge one column of several windows.

    Parameters
    ----------
    reference, current : (cells,) and (windows, cells) counts.
    level : the p-value that a column is held to. least : the effect that matters; None is the test's own.
    by_hand : an effect that someone chose as the threshold; it replaces both.
    inflation : how many rows count as one, where rows depend on those before them; counts are then counts of independent rows.
    """
    least = test.least if least is None else least
    if inflation > 1:
        unseen = None if cells.unseen is None else cells.unseen / inflation
        reference, current, cells = reference / inflation, current / inflation, replace(cells, unseen=unseen)
    found = test.counted(reference, current, cells, level, least)
    if by_hand is not None:
        found = Verdicts(found.statistic, found.p_value, found.effect, test.counted(reference, current, cells, 1.0, by_hand).threshold)
    small = current.sum(axis=1) < fewest_rows(level, float(reference.sum()))
    drifted = decide(found.p_value, found.effect, level, least, by_hand) & ~small
    nothing = np.where(small, np.nan, 1.0)
    return ColumnVerdicts(test.name, found.statistic, found.p_value * nothing, found.effect, found.threshold * nothing, drifted)


def decide(p_value: Floats, effect: Floats, level: float, least: float, by_hand: float | None = None) -> NDArray[np.bool_]:
    """Has it drifted: significant and by an effect that matters, or by the effect that someone chose.

    >>> decide(np.array([1e-9, 1e-9, 0.5]), np.array([0.3, 0.01, 0.3]), 0.001, 0.1).tolist()
    [True, False, False]
    """
    return np.asarray(effect >= by_hand if by_hand is not None else (p_value <= level) & (effect >= least))


def combine(names: tuple[str, ...], p_values: Floats, effects: Floats, drifted: NDArray[np.bool_]) -> WindowVerdicts:
    """One verdict a window from its columns', all (windows, columns).

    >>> found = combine(("a", "b"), np.array([[0.001, 0.4]]), np.array([[0.3, 0.1]]), np.array([[True, False]]))
    >>> found.p_value.tolist(), found.alarm.tolist(), found.columns
    ([0.002], [True], (('a',),))
    """
    judged = ~np.isnan(p_values)
    least = np.min(np.where(judged, p_values, np.inf), axis=1, initial=np.inf)
    p_value = np.where(np.isfinite(least), np.minimum(least * max(len(names), 1), 1.0), np.nan)
    ranked = np.lexsort((p_values, -np.nan_to_num(effects)), axis=1) if len(names) else np.empty((len(p_values), 0), dtype=np.int64)
    columns = tuple(tuple(names[j] for j in order if drifted[i, j]) for i, order in enumerate(ranked))
    return WindowVerdicts(p_value, np.asarray(drifted.any(axis=1)), columns)
