"""An interval for a share that was seen so many times."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from lifecycle.label.uncertainty import Floats

__all__ = ["wilson"]


def wilson(shares: Floats, counts: Floats, alpha: float = 0.05) -> tuple[Floats, Floats]:
    """Wilson's score interval (1927) of each share of `counts` trials; NaN where there were none.

    >>> lower, upper = wilson(np.array([0.9]), np.array([50.0]))
    >>> lower.round(3).tolist(), upper.round(3).tolist()
    ([0.786], [0.957])
    """
    z = norm.ppf(1 - alpha / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = (shares + z**2 / (2 * counts)) / (1 + z**2 / counts)
        half = z / (1 + z**2 / counts) * np.sqrt(shares * (1 - shares) / counts + z**2 / (4 * counts**2))
        known = np.isfinite(shares) & (counts > 0)
        return np.where(known, np.maximum(centre - half, 0.0), np.nan), np.where(known, np.minimum(centre + half, 1.0), np.nan)
