"""Pearson's chi-squared test of homogeneity: do reference and window have the same shares."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from lifecycle.monitor.drift.nulls import effective, gamma_tail
from lifecycle.monitor.drift.registration import Cells, Counts, Floats, Verdicts, register, tabulate
from lifecycle.records import TestResult

__all__ = ["chi_squared", "moments", "on_counts", "pooled", "size_of_effect"]

_RARE = 1.0  # cells that both samples together would fill with less than this a window are one cell


def on_counts(reference: Counts, current: Counts, cells: Cells, level: float, least: float) -> Verdicts:
    """On counts of few or many cells. The p-value comes from the exact mean and variance of the statistic given the margins
    (Dawson, 1954), which holds where cells are sparse and the chi-squared limit does not."""
    statistic, mean, variance = np.zeros(len(current)), np.zeros(len(current)), np.zeros(len(current))
    sizes = current.sum(axis=1)
    for size in np.unique(sizes):
        at = np.flatnonzero(sizes == size)
        first, second = pooled(reference, current[at], int(size))
        statistic[at] = _statistic(first, second)
        mean[at], variance[at] = moments(first, second)
    p_value, critical = gamma_tail(statistic, mean, variance, level)
    n = effective(sizes, float(reference.sum()))
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


def pooled(reference: Counts, current: Counts, size: int) -> tuple[Floats, Floats]:
    """Both with the cells together whose expected count in a window of this size is under one (windows, cells)."""
    both = reference[None, :] + current
    share = both.sum(axis=0) / max(both.sum(), 1)
    rare = share * size < _RARE
    rare[0] = False  # missing stays apart
    first = np.concatenate((reference[~rare], [reference[rare].sum()])).astype(np.float64)
    second = np.concatenate((current[:, ~rare], current[:, rare].sum(axis=1, keepdims=True)), axis=1).astype(np.float64)
    return np.broadcast_to(first, second.shape), second


def moments(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of Pearson's statistic of 2 x cells tables given both margins (windows,)."""
    columns = first + second
    n1, n2 = first.sum(axis=1), second.sum(axis=1)
    total = n1 + n2
    used = (columns > 0).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = np.where(columns > 0, 1.0 / columns, 0.0).sum(axis=1)
        mean = total * (used - 1) / (total - 1)
        v1, v2 = (total - 2) / (total - 1), (used - 1) * (total - used) / (total - 1)
        w1, w2 = (total * (1 / n1 + 1 / n2) - 4) / (total - 2), (total * inverse - used**2) / (total - 2)
        variance = 2 * total / (total - 3) * (v1 - w1) * (v2 - w2) + total**2 / (total - 1) * w1 * w2
    return np.nan_to_num(mean, posinf=0.0), np.nan_to_num(np.maximum(variance, 0.0), posinf=0.0)


def _statistic(first: Floats, second: Floats) -> Floats:
    n1, n2 = first.sum(axis=1, keepdims=True), second.sum(axis=1, keepdims=True)
    columns = first + second
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(columns > 0, (second - columns * n2 / (n1 + n2)) ** 2 / columns, 0.0)
        return np.nan_to_num(parts.sum(axis=1) * (n1 + n2)[:, 0] ** 2 / (n1 * n2)[:, 0])
