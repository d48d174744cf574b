"""Cramer-von Mises: the mean squared difference of the cumulative shares (Anderson, 1962)."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from lifecycle.monitor.drift.limits import critical_value, tied, upper_tail
from lifecycle.monitor.drift.nulls import effective
from lifecycle.monitor.drift.registration import Cells, Counts, Verdicts, numbers, register
from lifecycle.records import TestResult

__all__ = ["cramer_von_mises", "on_counts"]


def on_counts(reference: Counts, current: Counts, cells: Cells, level: float, least: float) -> Verdicts:
    """On ordered cells, missing below all values. The p-value is the limit's, for values tied as in the reference."""
    m, n = float(reference.sum()), current.sum(axis=1).astype(np.float64)
    both = reference + current
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = np.cumsum(current, axis=1) / n[:, None] - np.cumsum(reference) / m
        mean_square = (gap**2 * both).sum(axis=1) / (n + m)
    size, weights = effective(n, m), tied("cramer_von_mises", reference)
    statistic = size * mean_square
    p_value = np.where(n > 0, upper_tail("cramer_von_mises", statistic, weights), np.nan)
    critical = critical_value("cramer_von_mises", level, weights)
    effect = np.sqrt(3 * mean_square)  # 1 where nothing is shared and the window is small beside the reference
    return Verdicts(statistic, p_value, effect, np.maximum(critical, size * least**2 / 3))


@register("cramer_von_mises", on_counts, least=0.1)
def cramer_von_mises(reference: Any, current: Any) -> TestResult:
    """As `scipy.stats.cramervonmises_2samp` has it; the effect is sqrt(3 x mean squared difference), 0 to about 1.

    >>> round(cramer_von_mises([1, 2, 3, 4], [5, 6, 7, 8]).p_value, 4)
    0.0286
    """
    first, second = numbers(reference), numbers(current)
    found = stats.cramervonmises_2samp(first, second)
    grid = np.sort(np.concatenate((first, second)))
    gap = np.searchsorted(np.sort(first), grid, "right") / len(first) - np.searchsorted(np.sort(second), grid, "right") / len(second)
    return TestResult(float(found.statistic), float(found.pvalue), float(np.sqrt(3 * np.mean(gap**2))))
