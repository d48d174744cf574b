"""Kolmogorov-Smirnov: the largest difference of the cumulative shares (Massey, 1951)."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special, stats

from lifecycle.monitor.drift.nulls import effective
from lifecycle.monitor.drift.registration import Cells, Counts, Verdicts, numbers, register
from lifecycle.records import TestResult

__all__ = ["kolmogorov_smirnov", "on_counts"]


def on_counts(reference: Counts, current: Counts, cells: Cells, level: float, least: float) -> Verdicts:
    """On ordered cells, where missing counts as below all values: half the values going missing is a difference of a half.

    The p-value is the limit's (Kolmogorov), which errs on the safe side for small samples, ties and bins.
    """
    m, n = reference.sum(), current.sum(axis=1)
    with np.errstate(invalid="ignore"):
        gap = np.abs(np.cumsum(current, axis=1) / n[:, None] - np.cumsum(reference) / m)
    statistic = gap.max(axis=1)
    root = np.sqrt(effective(n, float(m)))
    p_value = np.where(root > 0, special.kolmogorov(root * statistic), np.nan)
    with np.errstate(divide="ignore"):
        critical = special.kolmogi(level) / root
    return Verdicts(statistic, p_value, statistic, np.maximum(critical, least))


@register("kolmogorov_smirnov", on_counts, least=0.1)
def kolmogorov_smirnov(reference: Any, current: Any) -> TestResult:
    """The two-sample test as `scipy.stats.ks_2samp` has it, missing values left out; the effect is the statistic (0 to 1).

    >>> kolmogorov_smirnov([1, 2, 3, 4], [3, 4, 5, 6]).statistic
    0.5
    """
    found = stats.ks_2samp(numbers(reference), numbers(current))
    return TestResult(float(found.statistic), float(found.pvalue), float(found.statistic))
