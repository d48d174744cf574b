"""Margin and diversity, the default: weighted k-means on the rows with the smallest margins (Zhdanov, 2019).

The most uncertain rows tend to be near-copies of one another, so a batch of them teaches little more than one. The 10 x n
rows with the smallest margins are clustered, weighted by their utility, and each cluster gives the row nearest its centre.
"""

from __future__ import annotations

import numpy as np

from lifecycle.label.geometry import k_means, standardised
from lifecycle.label.strategies import Picked, picks
from lifecycle.label.uncertainty import Floats, Integers, gap, top

__all__ = ["PREFILTER", "margin_diverse", "representatives"]

PREFILTER = 10


@picks("margin_diverse", features=True, prefilter=True)
def margin_diverse(probabilities: Floats, features: Floats | None, n: int, rng: np.random.Generator) -> Picked:
    """Uncertain samples that differ from one another; without features they differ in their probabilities.

    >>> chances = [[0.5, 0.5], [0.5, 0.5], [0.52, 0.48], [0.99, 0.01]]
    >>> sorted(margin_diverse(chances, [[0.0], [0.0], [9.0], [3.0]], n=2)[0].tolist())[-1]
    2
    """
    utilities = gap(probabilities)
    near = top(utilities, PREFILTER * n)
    rows = standardised((probabilities if features is None else features)[near])
    chosen = near[representatives(rows, utilities[near], n, rng)]
    return chosen[np.argsort(-utilities[chosen], kind="stable")], utilities


def representatives(rows: Floats, weights: Floats, n: int, rng: np.random.Generator) -> Integers:
    """`n` distinct positions, one a cluster of the weighted rows: the row nearest the centre."""
    if n >= len(rows):
        return np.arange(len(rows))
    centres, labels = k_means(rows, np.maximum(weights, 1e-6), n, rng)
    distances = ((rows - centres[labels]) ** 2).sum(axis=1)
    order = np.lexsort((distances, labels))
    first = order[np.unique(labels[order], return_index=True)[1]]
    if len(first) < n:  # a cluster lost all its rows: fill with the heaviest that are left
        rest = np.setdiff1d(np.argsort(-weights, kind="stable"), first, assume_unique=True)
        first = np.concatenate([first, rest[: n - len(first)]])
    return first
