"""Core-set: samples that leave none far from a picked one, by greedy k-centre (Sener and Savarese, 2018)."""

from __future__ import annotations

import numpy as np

from lifecycle.label.geometry import squared_distances, standardised
from lifecycle.label.strategies import Picked, picks
from lifecycle.label.uncertainty import Floats, Integers

__all__ = ["core_set", "spread"]

POOL = 20_000  # rows that are looked at, drawn at random from a larger pool


@picks("core_set", features=True, nested=True)
def core_set(probabilities: Floats, features: Floats | None, n: int, rng: np.random.Generator) -> Picked:
    """Samples spread over the feature space (over the probabilities without features); the model's opinion plays no part.

    The utility is the distance to the nearest pick at the end; rows of a large pool that were not looked at have 0.

    >>> core_set([[0.5, 0.5]] * 4, [[0.0], [0.1], [5.0], [5.1]], n=2)[0].tolist()
    [1, 3]
    """
    space = probabilities if features is None else features
    seen = np.sort(rng.permutation(len(space))[: max(POOL, n)])
    chosen, distances = spread(standardised(space[seen]), n)
    utilities = np.zeros(len(space))
    utilities[seen] = np.sqrt(distances)
    return seen[chosen], utilities


def spread(rows: Floats, n: int) -> tuple[Integers, Floats]:
    """Greedy k-centre from the row nearest the mean: each next is the furthest from those before. Returns them and every
    row's squared distance to the nearest of them."""
    if not n:
        return np.empty(0, dtype=np.intp), np.zeros(len(rows))
    chosen = [int(((rows - rows.mean(axis=0)) ** 2).sum(axis=1).argmin())]
    distances = squared_distances(rows, rows[chosen])[:, 0]
    free = np.ones(len(rows), dtype=np.bool_)
    free[chosen] = False
    while len(chosen) < n:
        pick = int(np.where(free, distances, -1.0).argmax())
        chosen.append(pick)
        free[pick] = False
        distances = np.minimum(distances, squared_distances(rows, rows[pick : pick + 1])[:, 0])
    return np.array(chosen), distances
