"""Of the rows predicted to be a class, the share that is: averaged over classes."""

from __future__ import annotations

import numpy as np

from lifecycle.monitor.performance.layout import Floats, Means
from lifecycle.monitor.performance.metrics import metrics


@metrics.register("precision", task="classification", kind="means", better="higher", per_class=True)
def precision(means: Means) -> Floats:
    """Macro average over classes that occur or are predicted; a class never predicted counts 0."""
    tp, actual, predicted = means["tp"], means["actual"], means["predicted"]
    there, said = (actual > 1e-8) | (predicted > 1e-8), predicted > 1e-8
    total: Floats = np.sum(np.where(said, tp / np.where(said, predicted, 1.0), 0.0), axis=-1)
    return np.asarray(total / np.maximum(1, there.sum(axis=-1)), dtype=np.float64)
