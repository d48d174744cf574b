"""Total variation: the largest difference in the share of any set of values, 0 to 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from lifecycle.monitor.drift.bridges import of_shares
from lifecycle.monitor.drift.nulls import grouped, redrawn, shares
from lifecycle.monitor.drift.registration import Cells, Counts, Floats, Verdicts, register, tabulate
from lifecycle.records import TestResult

__all__ = ["distance", "total_variation", "on_counts"]

GROUPS = 30


def distance(first: Floats, second: Floats) -> Floats:
    """sum |p - q| / 2, of counts (..., cells)."""
    return np.asarray(np.abs(shares(first) - shares(second)).sum(axis=-1) / 2)


def on_counts(reference: Counts, current: Counts, cells: Cells, level: float, least: float) -> Verdicts:
    """On ordered cells folded to 30 quantile groups of the reference, or on the 30 largest levels and the rest; missing is a cell."""
    return grouped(distance, reference, current, cells, GROUPS, level, least, power=1.0, bridge=of_shares)


@register("total_variation", on_counts, kinds=("categorical", "numeric"), least=0.1)
def total_variation(reference: Any, current: Any, groups: int = GROUPS, draws: int = 199, seed: int = 0) -> TestResult:
    """On levels, or on `groups` quantile bins of the reference for numbers; the p-value by drawing both anew from the pooled shares.

    >>> round(total_variation(["a"] * 50 + ["b"] * 50, ["a"] * 30 + ["b"] * 70).statistic, 4)
    0.2
    """
    first, second = tabulate(reference, current, groups)
    statistic = float(distance(first, second))
    return TestResult(statistic, redrawn(distance, first, second, draws, seed), statistic)
