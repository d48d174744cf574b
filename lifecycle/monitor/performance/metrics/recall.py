"""Of the rows that are a class, the share predicted so: averaged over classes."""

from __future__ import annotations

import numpy as np

from lifecycle.monitor.performance.layout import Floats, Means
from lifecycle.monitor.performance.metrics import metrics


@metrics.register("recall", task="classification", kind="means", better="higher", per_class=True)
def recall(means: Means) -> Floats:
    """Macro average over classes that occur or are predicted; a class that never occurs counts 0."""
    tp, actual, predicted = means["tp"], means["actual"], means["predicted"]
    real, there = actual > 1e-8, (actual > 1e-8) | (predicted > 1e-8)
    total: Floats = np.sum(np.where(real, tp / np.where(real, actual, 1.0), 0.0), axis=-1)
    return np.asarray(total / np.maximum(1, there.sum(axis=-1)), dtype=np.float64)
