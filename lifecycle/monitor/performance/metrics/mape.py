"""The mean error relative to the truth."""

from __future__ import annotations

from lifecycle.monitor.performance.layout import Floats, Means
from lifecycle.monitor.performance.metrics import metrics


@metrics.register("mape", task="regression", kind="means", better="lower", default=4)
def mape(means: Means) -> Floats:
    """Mean of |prediction - truth| / |truth|, as a share; a truth near 0 makes it huge, as in scikit-learn."""
    return means["relative"]
