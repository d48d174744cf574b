"""Random: every sample alike. What the others have to beat."""

from __future__ import annotations

import numpy as np

from lifecycle.label.strategies import Picked, picks
from lifecycle.label.uncertainty import Floats, top

__all__ = ["random"]


@picks("random", task="any")
def random(probabilities: Floats, features: Floats | None, n: int, rng: np.random.Generator) -> Picked:
    """A simple random sample; the utility is the draw that decides, uniform on [0, 1).

    >>> indices, utilities = random([[0.5, 0.5]] * 4, n=2)
    >>> len(set(indices.tolist())), utilities.shape
    (2, (4,))
    """
    draws = rng.random(len(probabilities))
    return top(draws, n), draws
