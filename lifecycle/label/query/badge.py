"""BADGE: diverse and uncertain at once, k-means++ on the gradients that each sample would cause (Ash et al., 2020)."""

from __future__ import annotations

import numpy as np

from lifecycle.label.geometry import standardised
from lifecycle.label.strategies import Picked, picks
from lifecycle.label.uncertainty import Floats, Integers, top

__all__ = ["badge"]

POOL = 10  # candidates a pick: those with the longest gradients


@picks("badge", features=True)
def badge(probabilities: Floats, features: Floats | None, n: int, rng: np.random.Generator) -> Picked:
    """k-means++ over (p - onehot(prediction)) x features, a linear model's gradient if its prediction were the truth.

    The gradients are never formed: the inner product of two is that of the first factors times that of the second. The
    utility is a gradient's length.

    >>> badge([[0.5, 0.5], [0.5, 0.5], [0.99, 0.01]], [[1.0], [-1.0], [0.0]], n=2)[0].tolist()
    [0, 1]
    """
    space = np.zeros((len(probabilities), 1)) if features is None else features
    errors = probabilities.copy()
    errors[np.arange(len(errors)), probabilities.argmax(axis=1)] -= 1.0
    wrong = np.sqrt((errors**2).sum(axis=1))
    near = np.sort(top(wrong, max(POOL * n, 1000)))
    rows = np.column_stack([standardised(space[near]), np.ones(len(near))])  # the bias has a gradient too
    lengths = (errors[near] ** 2).sum(axis=1) * (rows**2).sum(axis=1)
    utilities = np.zeros(len(probabilities))
    utilities[near] = np.sqrt(lengths)
    return near[_plus_plus(errors[near], rows, lengths, n, rng)], utilities


def _plus_plus(errors: Floats, rows: Floats, lengths: Floats, n: int, rng: np.random.Generator) -> Integers:
    """The first is the longest gradient; each next is drawn by its squared distance to the nearest before it."""
    chosen = np.empty(n, dtype=np.intp)
    distances, free = lengths.copy(), np.ones(len(rows), dtype=np.bool_)
    for i in range(n):
        mass = np.where(free, distances, 0.0)
        total = mass.sum()
        if i == 0:
            pick = int(mass.argmax())
        elif total > 0:
            pick = int(rng.choice(len(rows), p=mass / total))
        else:  # only copies of what is chosen are left
            pick = int(np.flatnonzero(free)[0])
        chosen[i], free[pick] = pick, False
        product = (errors @ errors[pick]) * (rows @ rows[pick])
        apart = np.maximum(lengths + lengths[pick] - 2.0 * product, 0.0)
        distances = apart if i == 0 else np.minimum(distances, apart)
    return chosen
