"""The harmonic mean of precision and recall: averaged over classes."""

from __future__ import annotations

import numpy as np

from lifecycle.monitor.performance.layout import Floats, Means
from lifecycle.monitor.performance.metrics import metrics


@metrics.register("f1", task="classification", kind="means", better="higher", default=2, judged=True, per_class=True)
def f1(means: Means) -> Floats:
    """Macro average of 2 tp / (actual + predicted) over classes that occur or are predicted."""
    tp, both = means["tp"], means["actual"] + means["predicted"]
    there = both > 1e-8
    total: Floats = np.sum(np.where(there, 2.0 * tp / np.where(there, both, 1.0), 0.0), axis=-1)
    return np.asarray(total / np.maximum(1, there.sum(axis=-1)), dtype=np.float64)
