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


def around(
    value: Floats, variance: Floats, freedom: ArrayLike, low: float = -np.inf, high: float = np.inf, rows: Floats | None = None
) -> tuple[Floats, Floats]:
    """An interval of `value` with this variance, shaped by what the metric can be.

    Between two bounds: Wilson's, with the rows that a proportion of this variance would have had. Above a bound alone: value -/+ t x
    standard error of its logarithm. Else, and where the value itself is out of bounds: value -/+ t x standard error.
    rows : how many stand behind the value, one more than `freedom` if not given.
    """
    behind = np.clip(np.asarray(freedom, dtype=np.float64), 0.0, 1e9) + 1.0 if rows is None else rows
    quantile, squared = quantile_t(freedom), np.maximum(variance, 0.0)
    half = quantile * np.sqrt(squared)
    lower, upper = np.clip(value - half, low, high), np.clip(value + half, low, high)
    with np.errstate(invalid="ignore", divide="ignore"):
        if np.isfinite(low) and np.isfinite(high):
            return _bounded((value - low) / (high - low), squared / (high - low) ** 2, quantile, low, high, (lower, upper), behind)
        if np.isfinite(low):
            shaped = (value - low > half / 4.0) & (half > 0)
            stretch = np.exp(np.where(shaped, half / (value - low), 0.0))
            return np.where(shaped, low + (value - low) / stretch, lower), np.where(shaped, low + (value - low) * stretch, upper)
    return lower, upper


def _bounded(
    share: Floats, variance: Floats, quantile: Floats, low: float, high: float, plain: tuple[Floats, Floats], behind: Floats
) -> tuple[Floats, Floats]:
    known = np.isfinite(share) & np.isfinite(quantile) & (variance > 0)
    p = np.clip(share, 0.0, 1.0)
    spread = np.where(known, variance, 1.0)
    rows = np.maximum(p * (1.0 - p), np.minimum(spread * behind, 0.25)) / spread  # p (1 - p) says too little near 0 and 1
    square = np.where(known, quantile, 1.0) ** 2 / rows
    centre = (p + square / 2.0) / (1.0 + square)
    half = np.sqrt(np.maximum(p * (1.0 - p) * square + square**2 / 4.0, 0.0)) / (1.0 + square)
    half = np.maximum(half, np.where(known, quantile, 0.0) * np.sqrt(spread))  # never narrower than the variance says
    lower, upper = low + (high - low) * np.clip(centre - half, 0.0, 1.0), low + (high - low) * np.clip(centre + half, 0.0, 1.0)
    return np.where(known, lower, plain[0]), np.where(known, upper, plain[1])


def gradient(function: Callable[[Floats], Floats], at: Floats, step: Floats) -> Floats:
    """Central differences of a scalar function of (..., C) vectors, at each of them: (..., C)."""
    c = at.shape[-1]
    shifts = np.eye(c) * step[..., None, :]
    up, down = function(at[..., None, :] + shifts), function(at[..., None, :] - shifts)
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = (up - down) / (2.0 * step)
    return np.asarray(np.where(step > 0, slope, 0.0), dtype=np.float64)
