"""The squared error of the probabilities."""

from __future__ import annotations

from lifecycle.monitor.performance.layout import Floats, Means
from lifecycle.monitor.performance.metrics import metrics


@metrics.register("brier", task="classification", kind="means", better="lower", default=5, judged=True, needs_probabilities=True)
def brier(means: Means) -> Floats:
    """Two classes: mean of (p - y)^2, between 0 and 1; several: mean of the sum over classes, between 0 and 2."""
    return means["brier"]
