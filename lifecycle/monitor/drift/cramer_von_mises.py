"""Cramer-von Mises: the mean squared difference of the cumulative shares (Anderson, 1962)."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from lifecycle.monitor.drift.nulls import effective
from lifecycle.monitor.drift.registration import Cells, Counts, Floats, Verdicts, numbers, register
from lifecycle.records import TestResult

__all__ = ["cramer_von_mises", "on_counts"]

_GRID = np.linspace(0.0, 12.0, 4001)[1:]


def on_counts(reference: Counts, current: Counts, cells: Cells, level: float, least: float) -> Verdicts:
    """On ordered cells, missing below all values. The p-value is the limit's, which errs on the safe side with ties."""
    m, n = float(reference.sum()), current.sum(axis=1).astype(np.float64)
    both = reference + current
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = np.cumsum(current, axis=1) / n[:, None] - np.cumsum(reference) / m
        mean_square = (gap**2 * both).sum(axis=1) / (n + m)
    size = effective(n, m)
    statistic = size * mean_square
    table = _tail(_GRID)
    p_value = np.where(n > 0, np.interp(statistic, _GRID, table), np.nan)
    critical = float(np.interp(-level, -table, _GRID))
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


def _tail(x: Floats) -> Floats:
    """Upper tail of the limit, of a weighted sum of chi-squared variables with weights 1 / (j pi)^2 (Imhof's saddlepoint, Lugannani and Rice)."""
    weights = 1 / (np.arange(1, 400) * np.pi) ** 2
    return saddlepoint_tail(x, weights)


def saddlepoint_tail(x: Floats, weights: Floats) -> Floats:
    """P(sum weights_j chi2_1 > x) by the saddlepoint, relative error of a few per cent far into the tail."""
    mean = weights.sum()
    low, high = np.full(len(x), -1e7), np.full(len(x), 0.5 / weights.max() * (1 - 1e-12))
    for _ in range(200):
        middle = (low + high) / 2
        slope = (weights / (1 - 2 * middle[:, None] * weights)).sum(axis=1)
        low, high = np.where(slope < x, middle, low), np.where(slope < x, high, middle)
    s = (low + high) / 2
    k = -0.5 * np.log1p(-2 * s[:, None] * weights).sum(axis=1)
    second = (2 * (weights / (1 - 2 * s[:, None] * weights)) ** 2).sum(axis=1)
    w = np.sign(s) * np.sqrt(np.maximum(2 * (s * x - k), 0.0))
    u = s * np.sqrt(second)
    near = np.abs(x - mean) < 1e-3 * mean
    with np.errstate(divide="ignore", invalid="ignore"):
        tail = stats.norm.sf(w) + stats.norm.pdf(w) * (1 / u - 1 / w)
    skew = (8 * weights**3).sum() / (2 * (weights**2).sum()) ** 1.5
    tail = np.where(near, 0.5 - skew / (6 * np.sqrt(2 * np.pi)), tail)
    return np.asarray(np.minimum.accumulate(np.clip(tail, 1e-300, 1.0)))
