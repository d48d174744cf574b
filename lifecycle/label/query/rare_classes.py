"""Rare classes: what may be of a class that the model answers seldom, so that none is left without labels."""

from __future__ import annotations

import numpy as np

from lifecycle.label.strategies import Picked, picks
from lifecycle.label.uncertainty import Floats, gap, top

__all__ = ["rare_classes"]


@picks("rare_classes")
def rare_classes(probabilities: Floats, features: Floats | None, n: int, rng: np.random.Generator) -> Picked:
    """Each class weighs one over its mean probability in the pool; the utility is a row's expected weight (1 for a row like the
    pool's average) times one plus its margin utility.

    >>> chances = [[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.98, 0.02]]
    >>> rare_classes(chances, n=1)[0].tolist()
    [2]
    """
    weights = 1.0 / np.maximum(probabilities.mean(axis=0), 1e-6)
    utilities = probabilities @ weights / probabilities.shape[1] * (1.0 + gap(probabilities))
    return top(utilities, n), utilities
