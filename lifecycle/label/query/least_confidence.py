"""Least confidence: one minus the probability of the likeliest class (Lewis and Gale, 1994)."""

from __future__ import annotations

import numpy as np

from lifecycle.label.strategies import Picked, picks
from lifecycle.label.uncertainty import Floats, top

__all__ = ["least_confidence"]


@picks("least_confidence", nested=True)
def least_confidence(probabilities: Floats, features: Floats | None, n: int, rng: np.random.Generator) -> Picked:
    """The samples whose likeliest class is least likely.

    >>> least_confidence([[0.9, 0.1, 0.0], [0.4, 0.3, 0.3]], n=1)[0].tolist()
    [1]
    """
    utilities = 1.0 - probabilities.max(axis=1)
    return top(utilities, n), utilities
