"""The mean size of the error."""

from __future__ import annotations

from lifecycle.monitor.performance.layout import Floats, Means
from lifecycle.monitor.performance.metrics import metrics


@metrics.register("mae", task="regression", kind="means", better="lower", default=0, judged=True)
def mae(means: Means) -> Floats:
    """Mean of |prediction - truth|, in the target's unit."""
    return means["absolute"]
