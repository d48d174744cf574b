"""The G-test: the likelihood ratio test of homogeneity."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special, stats

from lifecycle.monitor.drift.chi_squared import moments, size_of_effect, together
from lifecycle.monitor.drift.nulls import effective, gamma_tail
from lifecycle.monitor.drift.registration import Cells, Counts, Floats, Verdicts, register, tabulate
from lifecycle.records import TestResult

__all__ = ["g_test", "on_counts"]


def on_counts(reference: Counts, current: Counts, cells: Cells, level: float, least: float) -> Verdicts:
    """On counts of few or many cells. Where cells are sparse G runs above its limit, so its p-value is that of a statistic with the
    moments of Pearson's, shifted by the excess of G's own mean."""
    first, second = together(reference, current, cells)
    statistic, mean = _statistic(first, second), _mean(first, second)
    _, variance, third = moments(first, second)
    p_value, critical = gamma_tail(statistic, mean, np.maximum(variance, 2 * mean), level, third)
    n = effective(current.sum(axis=1), float(reference.sum()))
    return Verdicts(statistic, p_value, size_of_effect(statistic, mean, n), np.maximum(critical, mean + 4 * n * least**2))


@register("g_test", on_counts, kinds=("categorical", "numeric"), least=0.1)
def g_test(reference: Any, current: Any) -> TestResult:
    """As `scipy.stats.chi2_contingency(lambda_="log-likelihood", correction=False)` has it; numbers on the reference's tenths.

    >>> round(g_test(["a"] * 50 + ["b"] * 50, ["a"] * 30 + ["b"] * 70).statistic, 3)
    8.397
    """
    table = np.stack(tabulate(reference, current))
    if table.shape[1] < 2:
        return TestResult(0.0, 1.0, 0.0)
    found = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")
    n = effective(table[1].sum(keepdims=True), float(table[0].sum()))
    effect = size_of_effect(np.array([found.statistic]), np.array([float(found.dof)]), n)
    return TestResult(float(found.statistic), float(found.pvalue), float(effect[0]))


def _statistic(first: Floats, second: Floats) -> Floats:
    n1, n2 = first.sum(axis=1, keepdims=True), second.sum(axis=1, keepdims=True)
    columns = first + second
    total = (special.xlogy(first, first) + special.xlogy(second, second) - special.xlogy(columns, columns)).sum(axis=1)
    whole = (special.xlogy(n1, n1) + special.xlogy(n2, n2) - special.xlogy(n1 + n2, n1 + n2))[:, 0]
    return np.asarray(np.maximum(2 * (total - whole), 0.0))


def _mean(first: Floats, second: Floats) -> Floats:
    """The mean of G given both margins, cell by cell from the binomial that a sparse cell follows (windows,)."""
    columns, n1, n2 = first + second, first.sum(axis=1, keepdims=True), second.sum(axis=1, keepdims=True)
    share = n2 / (n1 + n2)
    used = columns > 0
    # expectation of each cell's G for a binomial(columns, share), by its expansion for many and exactly for few rows
    expected = np.where(used, 1 + (1 / np.maximum(columns * share * (1 - share), 1e-9) - 1 / np.maximum(columns, 1)) / 6, 0.0)
    exact = np.zeros_like(expected)
    for rows in range(1, 41):
        at = columns == rows
        if at.any():
            k = np.arange(rows + 1)
            mass = stats.binom.pmf(k, rows, share)
            cell = special.xlogy(k, k / (rows * share)) + special.xlogy(rows - k, (rows - k) / (rows * (1 - share)))
            exact = np.where(at, 2 * (mass * cell).sum(axis=1, keepdims=True), exact)
    per_cell = np.where(columns <= 40, exact, expected)
    k = used.sum(axis=1)
    return np.asarray(per_cell.sum(axis=1) * (k - 1) / np.maximum(k, 1))
