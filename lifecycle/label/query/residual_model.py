"""Expected error: where a model of the model's residuals expects the largest (regression's default)."""

from __future__ import annotations

import numpy as np

from lifecycle.label.strategies import Picked, picks
from lifecycle.label.uncertainty import Floats, top

__all__ = ["residual_model"]


@picks("residual_model", task="regression", nested=True)
def residual_model(probabilities: Floats, features: Floats | None, n: int, rng: np.random.Generator) -> Picked:
    """The samples with the largest expected error; of several columns (several models of it), by their mean.

    >>> residual_model([[0.2], [3.0], [1.0]], n=2)[0].tolist()
    [1, 2]
    """
    utilities = np.abs(probabilities).mean(axis=1)
    return top(utilities, n), utilities
