"""The mean squared error."""

from __future__ import annotations

from lifecycle.monitor.performance.layout import Floats, Means
from lifecycle.monitor.performance.metrics import metrics


@metrics.register("mse", task="regression", kind="means", better="lower")
def mse(means: Means) -> Floats:
    """Mean of (prediction - truth)^2, in the target's unit squared."""
    return means["squared"]
