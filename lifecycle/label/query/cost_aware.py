"""Cost-aware: the most uncertainty resolved per second of an expert's time (Settles, Craven and Friedland, 2008)."""

from __future__ import annotations

import numpy as np

from lifecycle.label.strategies import Picked, picks
from lifecycle.label.uncertainty import Floats, gap, top

__all__ = ["cost_aware"]


@picks("cost_aware", costs=True)
def cost_aware(probabilities: Floats, features: Floats | None, n: int, rng: np.random.Generator, costs: Floats | None = None) -> Picked:
    """Margin utility over the square root of the expected seconds `costs` (pool,); without costs it is the margin.

    By the plain ratio the cheapest samples win however little they teach; the square root halves the exponent of cost.

    >>> cost_aware([[0.5, 0.5], [0.55, 0.45]], n=1, costs=[60.0, 5.0])[0].tolist()
    [1]
    """
    utilities = gap(probabilities)
    if costs is not None:
        utilities = utilities / np.sqrt(np.maximum(costs / max(float(np.median(costs)), 1e-9), 1e-3)) if len(costs) else utilities
    return top(utilities, n), utilities
