"""Recall, averaged over the classes that occur."""

from __future__ import annotations

import numpy as np

from lifecycle.monitor.performance.layout import Floats, Means
from lifecycle.monitor.performance.metrics import metrics


@metrics.register("balanced_accuracy", task="classification", kind="means", better="higher", default=1, judged=True, per_class=True)
def balanced_accuracy(means: Means) -> Floats:
    """Mean over the classes with rows of P(predicted c | truth c)."""
    tp, actual = means["tp"], means["actual"]
    there = actual > 1e-8
    total: Floats = np.sum(np.where(there, tp / np.where(there, actual, 1.0), 0.0), axis=-1)
    return np.asarray(total / np.maximum(1, there.sum(axis=-1)), dtype=np.float64)
