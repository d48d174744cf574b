"""Matthews' correlation coefficient of prediction and truth, for any number of classes (Gorodkin 2004)."""

from __future__ import annotations

import numpy as np

from lifecycle.monitor.performance.layout import Floats, Means
from lifecycle.monitor.performance.metrics import metrics


@metrics.register("mcc", task="classification", kind="means", better="higher", per_class=True)
def mcc(means: Means) -> Floats:
    """1 agrees everywhere, 0 no better than chance; 0 where either is constant."""
    actual, predicted = means["actual"], means["predicted"]
    covariance = means["tp"].sum(axis=-1) - np.sum(actual * predicted, axis=-1)
    spread = (1.0 - np.sum(actual**2, axis=-1)) * (1.0 - np.sum(predicted**2, axis=-1))
    return np.where(spread > 1e-12, covariance / np.sqrt(np.maximum(spread, 1e-12)), 0.0)
