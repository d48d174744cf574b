"""Pearson's chi-squared test of homogeneity: do reference and window have the same shares."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from lifecycle.monitor.drift.nulls import effective, expanded, folded, gamma_tail
from lifecycle.monitor.drift.registration import Cells, Counts, Floats, Verdicts, register, tabulate
from lifecycle.records import TestResult

__all__ = ["chi_squared", "moments", "on_counts", "size_of_effect", "together"]

_TENTHS = 10  # quantile groups of the reference that numbers are compared on
_FEW = 20  # distinct values of the reference, or fewer: each is a cell
_RARE = 1.0  # cells in which a window is expected to have fewer rows than this are one


def on_counts(reference: Counts, current: Counts, cells: Cells, level: float, least: float) -> Verdicts:
    """On counts of few or many cells. The p-value comes from the mean, variance and third moment of the statistic, which hold where
    cells are sparse and the chi-squared limit does not."""
    first, second = together(reference, current, cells)
    statistic = _statistic(first, second)
    mean, variance, third = moments(first, second)
    p_value, critical = gamma_tail(statistic, mean, variance, level, third)
    n = effective(current.sum(axis=1), float(reference.sum()))
    return Verdicts(statistic, p_value, size_of_effect(statistic, mean, n), np.maximum(critical, mean + 4 * n * least**2))


@register("chi_squared", on_counts, kinds=("categorical", "numeric"), least=0.1)
def chi_squared(reference: Any, current: Any) -> TestResult:
    """As `scipy.stats.chi2_contingency` has it, without Yates' correction; numbers are compared on the reference's tenths.

    >>> result = chi_squared(["a"] * 50 + ["b"] * 50, ["a"] * 30 + ["b"] * 70)
    >>> round(result.statistic, 3), round(result.p_value, 4)
    (8.333, 0.0039)
    """
    table = np.stack(tabulate(reference, current))
    if table.shape[1] < 2:
        return TestResult(0.0, 1.0, 0.0)
    found = stats.chi2_contingency(table, correction=False)
    n = effective(table[1].sum(keepdims=True), float(table[0].sum()))
    effect = size_of_effect(np.array([found.statistic]), np.array([float(found.dof)]), n)
    return TestResult(float(found.statistic), float(found.pvalue), float(effect[0]))


def size_of_effect(statistic: Floats, mean: Floats, n: Floats) -> Floats:
    """Half of Cohen's w after the part that chance explains: about the share of rows that changed their level, 0 to 1."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.minimum(np.sqrt(np.maximum(statistic - mean, 0.0) / n) / 2, 1.0))


def together(reference: Counts, current: Counts, cells: Cells) -> tuple[Floats, Floats]:
    """Both on the cells that can be compared (windows, cells): those too rare for a window of its size are one, missing stays apart.

    What is rare is decided by reference and window together. Decided by the reference alone, levels that it has by luck would
    always seem to vanish, and levels that it lacks by luck to appear; for that reason new levels are given one by one in
    `cells.unseen`, and what is left of them beyond those is rare by construction.
    """
    if cells.positions is not None and np.count_nonzero(reference[1:]) > _FEW:
        reference, current = folded(reference, current, True, _TENTHS)
        return np.broadcast_to(reference, current.shape).astype(np.float64), current.astype(np.float64)
    first, second = expanded(reference, current, cells)
    both = first + second
    rare = both * second.sum(axis=1, keepdims=True) < _RARE * both.sum(axis=1, keepdims=True)
    if cells.unseen is not None and not reference[-1]:
        rare[:, -1] = True
    rare[:, 0] = False
    kept = [np.concatenate((np.where(rare, 0, part), np.where(rare, part, 0).sum(axis=1, keepdims=True)), axis=1) for part in (first, second)]
    return kept[0].astype(np.float64), kept[1].astype(np.float64)


def moments(first: Floats, second: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean, variance and third central moment of Pearson's statistic of 2 x cells tables (windows,).

    Mean and variance are exact given both margins (Dawson, 1954); the third adds up those of cells that are differences of two
    Poisson counts: 8 + 12 excess kurtosis + 10 skewness^2 + sixth cumulant.
    """
    columns = first + second
    n1, n2 = first.sum(axis=1), second.sum(axis=1)
    total = n1 + n2
    used = (columns > 0).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = np.where(columns > 0, 1.0 / columns, 0.0)
        mean = total * (used - 1) / (total - 1)
        v1, v2 = (total - 2) / (total - 1), (used - 1) * (total - used) / (total - 1)
        w1, w2 = (total * (1 / n1 + 1 / n2) - 4) / (total - 2), (total * inverse.sum(axis=1) - used**2) / (total - 2)
        variance = 2 * total / (total - 3) * (v1 - w1) * (v2 - w2) + total**2 / (total - 1) * w1 * w2
        a, b = 1 / n1, 1 / n2
        kurtosis, skewness = (a**3 + b**3) / (a + b) ** 2, (b**2 - a**2) ** 2 / (a + b) ** 3
        sixth = (a**5 + b**5) / (a + b) ** 3
        per_share = total * inverse.sum(axis=1)
        third = 8 * (used - 1) + (12 * kurtosis + 10 * skewness) * per_share + sixth * total**2 * (inverse**2).sum(axis=1)
    return np.nan_to_num(mean, posinf=0.0), np.nan_to_num(np.maximum(variance, 0.0), posinf=0.0), np.nan_to_num(third, posinf=0.0)


def _statistic(first: Floats, second: Floats) -> Floats:
    n1, n2 = first.sum(axis=1, keepdims=True), second.sum(axis=1, keepdims=True)
    columns = first + second
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(columns > 0, (second - columns * n2 / (n1 + n2)) ** 2 / columns, 0.0)
        return np.asarray(np.nan_to_num(parts.sum(axis=1) * (n1 + n2)[:, 0] ** 2 / (n1 * n2)[:, 0]))
