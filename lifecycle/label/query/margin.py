"""Margin: how close the two likeliest classes are (Scheffer et al., 2001)."""

from __future__ import annotations

import numpy as np

from lifecycle.label.strategies import Picked, picks
from lifecycle.label.uncertainty import Floats, gap, top

__all__ = ["margin"]


@picks("margin", nested=True)
def margin(probabilities: Floats, features: Floats | None, n: int, rng: np.random.Generator) -> Picked:
    """The samples whose two likeliest classes are closest; the utility is 1 minus their distance.

    >>> margin([[0.5, 0.4, 0.1], [0.4, 0.3, 0.3], [1.0, 0.0, 0.0]], n=2)[1].round(2).tolist()
    [0.9, 0.9, 0.0]
    """
    utilities = gap(probabilities)
    return top(utilities, n), utilities
