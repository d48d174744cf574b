"""Query by committee in regression: where the members' predictions vary most (RayChaudhuri and Hamey, 1995)."""

from __future__ import annotations

import numpy as np

from lifecycle.label.strategies import Picked, picks
from lifecycle.label.uncertainty import Floats, top

__all__ = ["committee_variance"]


@picks("committee_variance", task="regression", nested=True)
def committee_variance(probabilities: Floats, features: Floats | None, n: int, rng: np.random.Generator) -> Picked:
    """The samples with the largest variance over the members, who are the columns.

    >>> committee_variance([[1.0, 1.0], [1.0, 3.0]], n=1)
    (array([1]), array([0., 1.]))
    """
    utilities = probabilities.var(axis=1)
    return top(utilities, n), utilities
