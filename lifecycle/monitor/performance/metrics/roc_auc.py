"""The chance that a row of the class scores above a row that is not."""

from __future__ import annotations

import numpy as np

from lifecycle.monitor.performance.layout import Floats
from lifecycle.monitor.performance.metrics import metrics


@metrics.register("roc_auc", task="classification", kind="ranking", better="higher", default=3, judged=True, needs_probabilities=True, smooth=True)
def roc_auc(positive: Floats, negative: Floats, centres: Floats) -> tuple[Floats, Floats, Floats]:
    """Area under the ROC curve from weights by score bin, (..., B) each; ties within a bin count half.

    Returns the value (...,) and its influence (..., B) of one more positive and one more negative (DeLong's placements).
    """
    p, n = positive.sum(axis=-1, keepdims=True), negative.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        below = (np.cumsum(negative, axis=-1) - negative / 2.0) / n
        above = (p - np.cumsum(positive, axis=-1) + positive / 2.0) / p
        value = np.sum(positive * below, axis=-1, keepdims=True) / p
        return value[..., 0], (below - value) / p, (above - value) / n
