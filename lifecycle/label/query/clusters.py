"""Clusters: one sample of each region of the data, for the first labels, when no model can say what it is unsure of."""

from __future__ import annotations

import numpy as np

from lifecycle.label.geometry import nearest, standardised
from lifecycle.label.query.margin_diverse import representatives
from lifecycle.label.strategies import Picked, picks
from lifecycle.label.uncertainty import Floats

__all__ = ["clusters"]

SAMPLE = 5_000


@picks("clusters", task="any", features=True)
def clusters(probabilities: Floats, features: Floats | None, n: int, rng: np.random.Generator) -> Picked:
    """The row nearest the centre of each of `n` k-means clusters (of at most 5,000 rows, drawn at random). The utility is the
    nearness of a row to a pick, in (0, 1]; rows of a large pool that were not looked at have 0.

    >>> sorted(clusters([[0.5, 0.5]] * 4, [[0.0], [0.1], [5.0], [5.1]], n=2)[0] // 2)
    [np.int64(0), np.int64(1)]
    """
    space = probabilities if features is None else features
    seen = np.sort(rng.permutation(len(space))[: max(SAMPLE, n)])
    rows = standardised(space[seen])
    chosen = representatives(rows, np.ones(len(rows)), n, rng) if n else np.empty(0, dtype=np.intp)
    utilities = np.zeros(len(space))
    if len(chosen):
        utilities[seen] = 1.0 / (1.0 + np.sqrt(nearest(rows, rows[chosen])[1]))
    return seen[chosen], utilities
