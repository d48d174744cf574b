"""The share of rows whose prediction is the truth."""

from __future__ import annotations

from lifecycle.monitor.performance.layout import Floats, Means
from lifecycle.monitor.performance.metrics import metrics


@metrics.register("accuracy", task="classification", kind="means", better="higher", default=0, judged=True)
def accuracy(means: Means) -> Floats:
    """Mean of prediction == truth."""
    return means["correct"]
