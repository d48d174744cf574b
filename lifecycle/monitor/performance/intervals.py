"""Intervals: Wilson's for proportions, and the delta method for what is a function of means."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtrit

from lifecycle.monitor.performance.layout import Floats

__all__ = ["around", "gradient", "quantile_t", "wilson"]


def wilson(share: ArrayLike, n: ArrayLike, alpha: float = 0.05) -> tuple[Floats, Floats]:
    """Wilson's score interval of a proportion seen in `n` (effective) rows; NaN for n = 0.

    >>> [round(float(bound), 4) for bound in wilson(0.9, 100)]
    [0.8256, 0.9448]
    """
    p, rows = np.asarray(share, dtype=np.float64), np.asarray(n, dtype=np.float64)
    z = float(ndtri(1.0 - alpha / 2.0))
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = (p + z**2 / (2.0 * rows)) / (1.0 + z**2 / rows)
        half = z / (1.0 + z**2 / rows) * np.sqrt(np.maximum(p * (1.0 - p), 0.0) / rows + z**2 / (4.0 * rows**2))
    unknown = ~(rows > 0)
    return np.where(unknown, np.nan, np.clip(centre - half, 0.0, 1.0)), np.where(unknown, np.nan, np.clip(centre + half, 0.0, 1.0))


def quantile_t(freedom: ArrayLike, alpha: float = 0.05) -> Floats:
    """Student's two-sided quantile; NaN below one degree of freedom.

    >>> float(quantile_t(10.0).round(3))
    2.228
    """
    degrees = np.asarray(freedom, dtype=np.float64)
    return np.where(degrees >= 1.0, stdtrit(np.clip(degrees, 1.0, 1e9), 1.0 - alpha / 2.0), np.nan)


def around(value: Floats, variance: Floats, freedom: ArrayLike, low: float = -np.inf, high: float = np.inf) -> tuple[Floats, Floats]:
    """value -/+ t x standard error, kept within what the metric can be."""
    half = quantile_t(freedom) * np.sqrt(np.maximum(variance, 0.0))
    return np.clip(value - half, low, high), np.clip(value + half, low, high)


def gradient(function: Callable[[Floats], Floats], at: Floats, step: Floats) -> Floats:
    """Central differences of a scalar function of (..., C) vectors, at each of them: (..., C)."""
    c = at.shape[-1]
    shifts = np.eye(c) * step[..., None, :]
    up, down = function(at[..., None, :] + shifts), function(at[..., None, :] - shifts)
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = (up - down) / (2.0 * step)
    return np.asarray(np.where(step > 0, slope, 0.0), dtype=np.float64)
