"""The pinball loss of the median."""

from __future__ import annotations

from lifecycle.monitor.performance.layout import Floats, Means
from lifecycle.monitor.performance.metrics import metrics


@metrics.register("pinball", task="regression", kind="means", better="lower")
def pinball(means: Means) -> Floats:
    """At the quantile 0.5, where it is half the MAE."""
    return 0.5 * means["absolute"]
