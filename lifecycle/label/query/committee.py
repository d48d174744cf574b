"""Query by committee: where several models disagree (Seung et al., 1992; McCallum and Nigam, 1998)."""

from __future__ import annotations

import numpy as np

from lifecycle.label.strategies import Picked, picks
from lifecycle.label.uncertainty import Floats, gap, top

__all__ = ["committee"]


@picks("committee", nested=True)
def committee(probabilities: Floats, features: Floats | None, n: int, rng: np.random.Generator) -> Picked:
    """The samples where the members' probabilities, (members, pool, classes), lie furthest from their mean (Kullback-Leibler,
    nats). One model, (pool, classes), cannot disagree with itself: it is asked for its margins.

    >>> agree, differ = [[0.9, 0.1], [0.9, 0.1]], [[0.9, 0.1], [0.1, 0.9]]
    >>> committee([agree, differ], n=1)[1].round(3).tolist()
    [0.0, 0.368]
    """
    if probabilities.ndim == 2:
        utilities = gap(probabilities)
    else:
        members = np.maximum(probabilities, 1e-300)
        mean = members.mean(axis=0)
        utilities = np.maximum((members * np.log(members / mean)).sum(axis=2).mean(axis=0), 0.0)
    return top(utilities, n), utilities
