"""Expected error reduction: the sample whose label is expected to leave the least error in the pool (Roy and McCallum, 2001)."""

from __future__ import annotations

import numpy as np

from lifecycle.label.geometry import squared_distances, standardised
from lifecycle.label.strategies import Picked, picks
from lifecycle.label.uncertainty import Floats, gap, top

__all__ = ["expected_error"]

CANDIDATES = 500  # those with the smallest margins
POOL = 1_000  # rows over which the error is summed, drawn at random
WORTH = 5.0  # what the model's own opinion of a row counts for, in labels at its place


@picks("expected_error", features=True, prefilter=True)
def expected_error(probabilities: Floats, features: Floats | None, n: int, rng: np.random.Generator) -> Picked:
    """For small pools. Instead of a refit for each label that a candidate might have, its neighbours' probabilities move
    towards that label by a Gaussian kernel; the utility is the fall in expected 0-1 loss, averaged over the candidate's own
    class probabilities, beyond that of the least useful candidate. Rows that are no candidates have 0.

    >>> chances = [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5], [0.5, 0.5]]
    >>> expected_error(chances, [[0.0], [0.1], [0.2], [9.0]], n=1)[0].tolist()
    [1]
    """
    space = probabilities if features is None else features
    near = np.sort(top(gap(probabilities), max(CANDIDATES, n)))
    pool = np.sort(rng.permutation(len(space))[:POOL])
    both = standardised(np.concatenate([space[near], space[pool]]))
    apart = squared_distances(both[: len(near)], both[len(near) :])
    kernel = np.exp(-apart / max(float(np.median(apart)) / 4.0, 1e-6)) / WORTH
    before = probabilities[pool].max(axis=1)
    gained = np.zeros(len(near))
    for c in range(probabilities.shape[1]):
        moved = probabilities[pool].max(axis=1, initial=0.0, where=np.arange(probabilities.shape[1]) != c)
        after = np.maximum(probabilities[pool, c] + kernel, moved) / (1.0 + kernel)
        gained += probabilities[near, c] * (after - before).sum(axis=1)
    utilities = np.zeros(len(probabilities))
    utilities[near] = gained - gained.min()
    chosen = top(gained, min(n, len(near)))
    return near[chosen], utilities
