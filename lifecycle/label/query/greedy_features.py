"""Greedy sampling in the features: regression without a model of the error (Yu and Kim, 2010; Wu et al., 2019, GSx)."""

from __future__ import annotations

import numpy as np

from lifecycle.label.query.core_set import core_set
from lifecycle.label.strategies import Picked, picks
from lifecycle.label.uncertainty import Floats

__all__ = ["greedy_features"]


@picks("greedy_features", task="regression", features=True, nested=True)
def greedy_features(probabilities: Floats, features: Floats | None, n: int, rng: np.random.Generator) -> Picked:
    """Each next sample is the furthest from those before, starting from the one nearest the mean.

    >>> greedy_features([[1.0]] * 3, [[0.0], [1.0], [9.0]], n=2)[0].tolist()
    [1, 2]
    """
    return core_set(probabilities, features, n, rng)
