"""Precision, averaged over recall."""

from __future__ import annotations

import numpy as np

from lifecycle.monitor.performance.layout import Floats
from lifecycle.monitor.performance.metrics import metrics


@metrics.register("average_precision", task="classification", kind="ranking", better="higher", needs_probabilities=True, smooth=True, fewest=50)
def average_precision(positive: Floats, negative: Floats, centres: Floats) -> tuple[Floats, Floats, Floats]:
    """Sum over score bins, the highest first, of (recall gained) x (precision so far), as scikit-learn defines it.

    Returns the value (...,) and its influence (..., B) of one more positive and one more negative.
    """
    p = positive.sum(axis=-1, keepdims=True)
    tp = np.cumsum(positive[..., ::-1], axis=-1)[..., ::-1]
    both = tp + np.cumsum(negative[..., ::-1], axis=-1)[..., ::-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = np.where(both > 0, tp / np.where(both > 0, both, 1.0), 0.0)
        value = np.sum(positive * precision, axis=-1, keepdims=True) / p
        inverse = np.where(both > 0, positive / np.where(both > 0, both, 1.0), 0.0)
        down = np.cumsum(inverse * precision, axis=-1)  # a row in a bin moves the precision of that bin and of all below
        return value[..., 0], (precision - value + np.cumsum(inverse, axis=-1) - down) / p, -down / p
