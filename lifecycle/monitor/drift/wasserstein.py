"""Wasserstein (earth mover's) distance: how far values have to move on average."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from lifecycle.monitor.drift.gaps import judge_gaps
from lifecycle.monitor.drift.nulls import permuted
from lifecycle.monitor.drift.registration import Cells, Counts, Verdicts, numbers, register
from lifecycle.records import TestResult

__all__ = ["on_counts", "wasserstein"]


def on_counts(reference: Counts, current: Counts, cells: Cells, level: float, least: float) -> Verdicts:
    """On ordered cells, in units of the reference's spread; missing values are left out and open tails end at their last edge."""
    return judge_gaps(reference, current, cells, level, least, 1)


@register("wasserstein", on_counts, least=0.25)
def wasserstein(reference: Any, current: Any, draws: int = 199, seed: int = 0) -> TestResult:
    """The distance as `scipy.stats.wasserstein_distance` has it; the p-value by permutation, the effect in reference standard deviations.

    >>> wasserstein([0.0, 1.0, 2.0], [1.0, 2.0, 3.0]).statistic
    1.0
    """
    first, second = numbers(reference), numbers(current)
    statistic = float(stats.wasserstein_distance(first, second))
    p_value = permuted(stats.wasserstein_distance, first, second, draws, seed)
    spread = float(np.std(first, ddof=1)) if len(first) > 1 else 0.0
    return TestResult(statistic, p_value, statistic / spread if spread else float("nan"))
