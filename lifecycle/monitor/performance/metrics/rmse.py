"""The root of the mean squared error."""

from __future__ import annotations

import numpy as np

from lifecycle.monitor.performance.layout import Floats, Means
from lifecycle.monitor.performance.metrics import metrics


@metrics.register("rmse", task="regression", kind="means", better="lower", default=1, judged=True)
def rmse(means: Means) -> Floats:
    """In the target's unit; large errors weigh more than in the MAE."""
    return np.sqrt(np.maximum(means["squared"], 0.0))
