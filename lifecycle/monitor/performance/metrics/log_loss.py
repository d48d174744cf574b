"""The mean surprise at the truth, in nats."""

from __future__ import annotations

from lifecycle.monitor.performance.layout import Floats, Means
from lifecycle.monitor.performance.metrics import metrics


@metrics.register("log_loss", task="classification", kind="means", better="lower", default=4, judged=True, needs_probabilities=True)
def log_loss(means: Means) -> Floats:
    """Mean of -log p(truth); probabilities are kept off 0 by the machine epsilon."""
    return means["log_loss"]
