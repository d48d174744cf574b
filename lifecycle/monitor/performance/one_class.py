"""Precision, recall and F1 of one class."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lifecycle.monitor.performance.layout import Floats, Means

__all__ = ["per_class"]


def per_class(at: int) -> dict[str, Callable[[Means], Floats]]:
    """The three metrics of the class at a place, as functions of channel means; NaN where the class is never predicted, or never occurs."""

    def ratio(over: Floats, under: Floats) -> Floats:
        there = under > 1e-8
        return np.where(there, over / np.where(there, under, 1.0), np.nan)

    return {
        "precision": lambda means: ratio(means["tp"][..., at], means["predicted"][..., at]),
        "recall": lambda means: ratio(means["tp"][..., at], means["actual"][..., at]),
        "f1": lambda means: ratio(2.0 * means["tp"][..., at], means["actual"][..., at] + means["predicted"][..., at]),
    }
