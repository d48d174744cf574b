"""How unsure a model is of each row, from its class probabilities: 0 is certain, larger is less sure."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bools", "Floats", "Integers", "gap", "top"]

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.intp]
Bools: TypeAlias = NDArray[np.bool_]


def gap(probabilities: Floats) -> Floats:
    """One minus the distance between the two likeliest classes: 1 where they tie.

    >>> gap(np.array([[0.5, 0.5, 0.0], [0.9, 0.1, 0.0]])).round(2).tolist()
    [1.0, 0.2]
    """
    if probabilities.shape[1] < 2:
        return np.zeros(len(probabilities))
    if probabilities.shape[1] == 2:
        return np.asarray(1.0 - np.abs(probabilities[:, 0] - probabilities[:, 1]))
    first = np.array(probabilities[:, 0])
    second = np.full(len(first), -np.inf)
    for column in probabilities.T[1:]:  # a running pair: sorting would copy the whole matrix
        np.maximum(second, np.minimum(first, column), out=second)
        np.maximum(first, column, out=first)
    return np.asarray(1.0 - (first - second))


def top(utilities: Floats, n: int) -> Integers:
    """The positions of the `n` largest utilities, the largest first; ties go to the lower position.

    >>> top(np.array([0.1, 0.9, 0.9, 0.4]), 3).tolist()
    [1, 2, 3]
    """
    n = min(n, len(utilities))
    if n == 0:
        return np.empty(0, dtype=np.intp)
    if n == len(utilities):
        return np.argsort(-utilities, kind="stable")
    bar = np.partition(utilities, len(utilities) - n)[len(utilities) - n]
    above = np.flatnonzero(utilities > bar)
    chosen = np.concatenate([above, np.flatnonzero(utilities == bar)[: n - len(above)]])
    return chosen[np.lexsort((chosen, -utilities[chosen]))]
