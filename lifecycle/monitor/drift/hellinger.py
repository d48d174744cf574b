"""Hellinger distance: from 0 (the same) to 1 (nothing in common)."""

from __future__ import annotations

from typing import Any

import numpy as np

from lifecycle.monitor.drift.bridges import of_squares
from lifecycle.monitor.drift.nulls import grouped, redrawn, shares
from lifecycle.monitor.drift.registration import Cells, Counts, Floats, Verdicts, register, tabulate
from lifecycle.records import TestResult

__all__ = ["distance", "hellinger", "on_counts"]

GROUPS = 30


def distance(first: Floats, second: Floats) -> Floats:
    """sqrt(sum (sqrt p - sqrt q)^2 / 2), of counts (..., cells)."""
    return np.asarray(np.sqrt(((np.sqrt(shares(first)) - np.sqrt(shares(second))) ** 2).sum(axis=-1) / 2))


def on_counts(reference: Counts, current: Counts, cells: Cells, level: float, least: float) -> Verdicts:
    """On ordered cells folded to 30 quantile groups of the reference, or on the 30 largest levels and the rest; missing is a cell."""
    return grouped(distance, reference, current, cells, GROUPS, level, least, power=2.0, bridge=lambda counts: of_squares(counts, 1 / 8))


@register("hellinger", on_counts, kinds=("categorical", "numeric"), least=0.1)
def hellinger(reference: Any, current: Any, groups: int = GROUPS, draws: int = 199, seed: int = 0) -> TestResult:
    """On levels, or on `groups` quantile bins of the reference for numbers; the p-value by drawing both anew from the pooled shares.

    >>> round(hellinger(["a"] * 50 + ["b"] * 50, ["a"] * 30 + ["b"] * 70).statistic, 4)
    0.1446
    """
    first, second = tabulate(reference, current, groups)
    statistic = float(distance(first, second))
    return TestResult(statistic, redrawn(distance, first, second, draws, seed), statistic)
