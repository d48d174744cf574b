"""How far probabilities are from what happens."""

from __future__ import annotations

import numpy as np

from lifecycle.monitor.performance.layout import Floats
from lifecycle.monitor.performance.metrics import metrics

BINS = 10


@metrics.register("calibration_error", task="classification", kind="ranking", better="lower", default=6, needs_probabilities=True)
def calibration_error(positive: Floats, negative: Floats, centres: Floats) -> tuple[Floats, Floats, Floats]:
    """Expected calibration error on ten bins of equal width: mean of |share of the class - mean score| over rows.

    Returns the value (...,) and its influence (..., B) of one more positive and one more negative.
    """
    fold = np.minimum((centres * BINS).astype(int), BINS - 1)[..., None] == np.arange(BINS)
    rows = positive + negative
    total = rows.sum(axis=-1, keepdims=True)
    gap = np.einsum("...b,...bk->...k", positive - rows * centres, fold.astype(float))
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.abs(gap).sum(axis=-1, keepdims=True) / total
        sign = np.einsum("...k,...bk->...b", np.sign(gap), fold.astype(float))
        return value[..., 0], (sign * (1.0 - centres) - value) / total, (-sign * centres - value) / total
