"""The share of the target's variance that the model explains."""

from __future__ import annotations

import numpy as np

from lifecycle.monitor.performance.layout import Floats, Means
from lifecycle.monitor.performance.metrics import metrics


@metrics.register("r2", task="regression", kind="means", better="higher", default=3)
def r2(means: Means) -> Floats:
    """1 - MSE / variance of the truth; NaN where the truth does not vary."""
    variance = means["target_squared"] - means["target"] ** 2
    there = variance > 1e-12 * np.maximum(means["target_squared"], 1e-300)
    return np.where(there, 1.0 - means["squared"] / np.where(there, variance, 1.0), np.nan)
