"""Anderson-Darling: the squared difference of the cumulative shares, weighted up in the tails (Scholz and Stephens, 1987)."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from scipy import stats

from lifecycle.monitor.drift.limits import critical_value, tied, upper_tail
from lifecycle.monitor.drift.nulls import effective
from lifecycle.monitor.drift.registration import Cells, Counts, Verdicts, numbers, register
from lifecycle.records import TestResult

__all__ = ["anderson_darling", "on_counts"]


def on_counts(reference: Counts, current: Counts, cells: Cells, level: float, least: float) -> Verdicts:
    """On ordered cells, missing below all values. The statistic is A squared, with the mean one; its p-value is the limit's, for
    values tied as in the reference."""
    m, n = float(reference.sum()), current.sum(axis=1).astype(np.float64)
    total = n + m
    both = reference + current
    below = np.cumsum(both, axis=1) - both / 2  # half of a tie lies below it
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = (np.cumsum(current, axis=1) - current / 2) / n[:, None] - (np.cumsum(reference) - reference / 2) / m
        share, h = both / total[:, None], below / total[:, None]
        weighed = np.where(both > 0, gap**2 * share / np.maximum(h * (1 - h) - share / 4, 1e-12), 0.0)
    mean_square = weighed.sum(axis=1) * (total - 1) / np.maximum(total, 1)
    size, weights = effective(n, m), tied("anderson_darling", reference)
    statistic = size * mean_square
    p_value = np.where(n > 0, upper_tail("anderson_darling", statistic, weights), np.nan)
    critical = critical_value("anderson_darling", level, weights)
    effect = np.sqrt(mean_square / 2)
    return Verdicts(statistic, p_value, effect, np.maximum(critical, 2 * size * least**2))


@register("anderson_darling", on_counts, least=0.1)
def anderson_darling(reference: Any, current: Any) -> TestResult:
    """The standardised statistic as `scipy.stats.anderson_ksamp` has it; its p-value too from 0.001 to 0.25, and the limit's beyond.

    >>> round(anderson_darling([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]).statistic, 3)
    4.333
    """
    first, second = numbers(reference), numbers(current)
    if len(np.unique(np.concatenate((first, second)))) < 2:
        return TestResult(0.0, 1.0, 0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = stats.anderson_ksamp([first, second])
    p_value = float(found.pvalue)
    a2 = 1 + float(found.statistic) * np.sqrt(2 * np.pi**2 / 3 - 6)
    if not 0.001 < p_value < 0.25:
        p_value = float(upper_tail("anderson_darling", np.array([a2]))[0])
    size = float(effective(np.array([float(len(second))]), float(len(first)))[0])
    return TestResult(float(found.statistic), p_value, float(np.sqrt(max(a2, 0.0) / (2 * size))))
