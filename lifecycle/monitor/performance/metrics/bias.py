"""The mean error with its sign: positive where the model says too much."""

from __future__ import annotations

from lifecycle.monitor.performance.layout import Floats, Means
from lifecycle.monitor.performance.metrics import metrics


@metrics.register("bias", task="regression", kind="means", better="zero", default=2, judged=True)
def bias(means: Means) -> Floats:
    """Mean of prediction - truth, in the target's unit."""
    return means["error"]
