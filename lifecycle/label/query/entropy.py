"""Entropy of the class probabilities (Shannon, 1948). With many classes it can do worse than random: it likes samples
that are spread over classes that nobody confuses."""

from __future__ import annotations

import numpy as np

from lifecycle.label.strategies import Picked, picks
from lifecycle.label.uncertainty import Floats, top

__all__ = ["entropy"]


@picks("entropy", nested=True)
def entropy(probabilities: Floats, features: Floats | None, n: int, rng: np.random.Generator) -> Picked:
    """The samples whose class probabilities have the highest entropy, in nats.

    >>> entropy([[0.5, 0.5], [1.0, 0.0]], n=1)[1].round(3).tolist()
    [0.693, 0.0]
    """
    utilities = np.zeros(len(probabilities))
    for column in probabilities.T:
        known = np.maximum(column, 1e-300)
        utilities -= known * np.log(known)
    utilities = np.maximum(utilities, 0.0)
    return top(utilities, n), utilities
