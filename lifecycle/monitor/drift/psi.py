"""Population stability index: the symmetric Kullback-Leibler divergence, on few bins."""

from __future__ import annotations

from typing import Any

import numpy as np

from lifecycle.monitor.drift.bridges import of_squares
from lifecycle.monitor.drift.nulls import grouped, redrawn, shares
from lifecycle.monitor.drift.registration import Cells, Counts, Floats, Verdicts, register, tabulate
from lifecycle.records import TestResult

__all__ = ["distance", "psi", "on_counts"]

GROUPS = 10


def distance(first: Floats, second: Floats) -> Floats:
    """sum (q - p) ln(q / p), an empty cell held to be half a row, of counts (..., cells)."""
    p, q = shares(first, floor=True), shares(second, floor=True)
    return np.asarray(((q - p) * np.log(q / p)).sum(axis=-1))


def on_counts(reference: Counts, current: Counts, cells: Cells, level: float, least: float) -> Verdicts:
    """On ordered cells folded to 10 quantile groups of the reference, or on the 10 largest levels and the rest; missing is a cell."""
    return grouped(distance, reference, current, cells, GROUPS, level, least, power=1.0, bridge=lambda counts: of_squares(counts, 1.0))


@register("psi", on_counts, kinds=("categorical", "numeric"), least=0.1)
def psi(reference: Any, current: Any, groups: int = GROUPS, draws: int = 199, seed: int = 0) -> TestResult:
    """On levels, or on `groups` quantile bins of the reference for numbers; the p-value by drawing both anew from the pooled shares.

    >>> round(psi(["a"] * 50 + ["b"] * 50, ["a"] * 30 + ["b"] * 70).statistic, 4)
    0.1695
    """
    first, second = tabulate(reference, current, groups)
    statistic = float(distance(first, second))
    return TestResult(statistic, redrawn(distance, first, second, draws, seed), statistic)
