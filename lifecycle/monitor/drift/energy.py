"""Energy distance (Szekely and Rizzo): zero only when the distributions are the same."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from lifecycle.monitor.drift.gaps import judge_gaps
from lifecycle.monitor.drift.nulls import permuted
from lifecycle.monitor.drift.registration import Cells, Counts, Verdicts, numbers, register
from lifecycle.records import TestResult

__all__ = ["energy", "on_counts"]


def on_counts(reference: Counts, current: Counts, cells: Cells, level: float, least: float) -> Verdicts:
    """On ordered cells, with values in units of the reference's spread; missing values are left out."""
    return judge_gaps(reference, current, cells, level, least, 2)


@register("energy", on_counts, least=0.15)
def energy(reference: Any, current: Any, draws: int = 199, seed: int = 0) -> TestResult:
    """The distance as `scipy.stats.energy_distance` has it; the p-value by permutation, the effect in units of the reference's spread.

    >>> round(energy([0.0, 2.0], [0.0, 2.0, 2.0, 0.0]).statistic, 6)
    0.0
    """
    first, second = numbers(reference), numbers(current)
    statistic = float(stats.energy_distance(first, second))
    p_value = permuted(stats.energy_distance, first, second, draws, seed)
    spread = float(np.std(first, ddof=1)) if len(first) > 1 else 0.0
    return TestResult(statistic, p_value, statistic / spread**0.5 if spread else float("nan"))
