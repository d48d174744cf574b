"""Performance from the model's guess on all rows, corrected by the few labels: prediction-powered and active inference.

Sources: PPI++ (Angelopoulos, Duchi, Zrnic 2023, arXiv 2311.01453); active inference (Zrnic, Candes 2024, arXiv 2403.03208);
the generalised regression estimator of survey sampling (Sarndal, Swensson, Wretman 1992), which the two have in common.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from lifecycle.errors import InvalidValue
from lifecycle.monitor.performance.intervals import quantile_t
from lifecycle.monitor.performance.layout import Floats, Layout
from lifecycle.monitor.performance.lines import PRIOR, Line, blended
from lifecycle.monitor.performance.outcomes import Outcomes
from lifecycle.monitor.performance.pooled import Sample
from lifecycle.monitor.performance.summary import Stack
from lifecycle.records import Estimate

__all__ = ["assisted_line", "assisted_mean"]


def assisted_line(layout: Layout, stack: Stack, sample: Sample, spread: Floats, doubt: Floats, outcomes: Outcomes | None = None) -> Line:
    """Channel means: labels' mean + slope x (guess on all rows - guess on the labelled rows), a slope a channel.

    The slope is that of the observed on the guessed, pulled towards 1 while labels are few. The interval is for the stream
    that the window's rows are drawn from. spread : (W, C, C) of one reference row's channels; doubt : (W, C, C) of one row around its guess.
    """
    c = len(layout.channels)
    y, f = slice(1, 1 + c), slice(1 + c, 1 + 2 * c)
    n = np.maximum(stack["rows"], 1.0)[:, None]
    there = sample.labels > 0
    guess = stack["guess"] / n
    guess2 = stack["guess2"] / n[:, :, None] - guess[:, :, None] * guess[:, None, :]
    first = sample.first
    observed, guessed = first[:, 0, y], first[:, 0, f]
    at = np.arange(c)
    second = sample.second
    centred = _centred(second[:, 1:, 1:], second[:, 0, 1:], second[:, 0, 0], np.concatenate([observed, guessed], axis=1))
    # what varies is the weighted sum, so that a row counts by its squared weight
    both, own = (centred[:, at, c + at] * sample.effective[:, None], centred[:, c + at, c + at] * sample.effective[:, None])
    slope = _slope(both, own, guess2[:, at, at], sample.effective[:, None])
    means = np.where(there[:, None], observed + slope * (guess - guessed), np.nan)
    yy, yf, ff = centred[:, :c, :c], centred[:, :c, c:] * slope[:, None, :], centred[:, c:, c:] * slope[:, :, None] * slope[:, None, :]
    residual = (yy - yf - yf.transpose(0, 2, 1) + ff) * (sample.effective / np.maximum(sample.effective - 1.0, 1e-9))[:, None, None]
    beside = slope[:, :, None] * guess2 * slope[:, None, :] / n[:, :, None]
    if outcomes is not None:
        known = np.where(there, sample.effective, np.nan)
        return Line(layout, means, residual, known, outcomes=replace(outcomes, slope=slope), beside=beside, spread=spread)
    prior = np.where(np.isnan(doubt), spread, doubt)
    covariance, freedom = blended(residual, sample.effective, _floored(layout, prior, observed, sample.effective), second[:, 0, 0])
    return Line(layout, means, covariance + beside, np.where(there, freedom, np.nan))


def _slope(both: Floats, own: Floats, all_rows: Floats, labels: Floats) -> Floats:
    weight = labels + PRIOR
    top, bottom = labels * both + PRIOR * all_rows, labels * own + PRIOR * all_rows
    moves = bottom > 1e-15 * weight
    return np.clip(np.where(moves, top / np.where(moves, bottom, 1.0), 0.0), 0.0, 2.0)


def _centred(products: Floats, sums: Floats, total: Floats, means: Floats) -> Floats:
    crossed = sums[:, :, None] * means[:, None, :]
    return products - crossed - crossed.transpose(0, 2, 1) + total[:, None, None] * means[:, :, None] * means[:, None, :]


def _floored(layout: Layout, prior: Floats, observed: Floats, labels: Floats) -> Floats:
    """The prior spread, for 0/1 channels no less than what the labels leave possible (Agresti and Coull's two and two)."""
    share = (labels[:, None] * observed + 2.0) / (labels[:, None] + 4.0)
    at = np.arange(prior.shape[1])
    own = prior[:, at, at]
    wanted = np.where(layout.proportions, np.maximum(own, share * (1.0 - share)), own)
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.where(own > 0, np.sqrt(wanted / own), 1.0)
    out: Floats = prior * scale[:, :, None] * scale[:, None, :]
    return out


def assisted_mean(predicted: ArrayLike, observed: ArrayLike, probabilities: ArrayLike, alpha: float = 0.05, beyond: bool = False) -> Estimate:
    """The mean of a loss or score over all rows, from a guess of each row and the observed value of a few.

    Parameters
    ----------
    predicted : (N,) the guess of each row's value. observed : (N,) the value, NaN where the row is not labelled.
    probabilities : (N,) each row's chance to have been labelled, above 0, whatever it depended on.
    alpha : 1 - coverage. beyond : False, the interval is for the mean over these N rows; True, for the stream they come from.

    Returns
    -------
    The estimate: unbiased (up to a ratio's order 1/n) for any selection with these chances, and tighter than the labels alone
    where the guess is any good; a useless guess costs nothing.

    Raises
    ------
    InvalidValue : lengths differ, a chance is outside (0, 1], a guess is not finite, or no row is labelled.

    >>> rng = np.random.default_rng(0)
    >>> guess = rng.uniform(size=10_000)
    >>> truth = (rng.uniform(size=10_000) < guess).astype(float)
    >>> chance = np.full(10_000, 0.05)
    >>> seen = np.where(rng.uniform(size=10_000) < chance, truth, np.nan)
    >>> estimate = assisted_mean(guess, seen, chance)
    >>> bool(estimate.lower < truth.mean() < estimate.upper)
    True
    """
    f, y, chance = _checked(predicted, observed, probabilities)
    seen = ~np.isnan(y)
    n, rows = int(seen.sum()), len(f)
    weight = 1.0 / chance[seen]
    total = weight.sum()
    effective = total**2 / np.sum(weight**2)
    yl, fl = y[seen], f[seen]
    mean_y, mean_f = np.sum(weight * yl) / total, np.sum(weight * fl) / total
    both, own = np.sum(weight * (yl - mean_y) * (fl - mean_f)) / total, np.sum(weight * (fl - mean_f) ** 2) / total
    slope = float(_slope(np.array(both), np.array(own), np.array(f.var()), np.array(effective))) if n > 1 else 1.0
    value = mean_y + slope * (f.mean() - mean_f)
    parts = weight**2 * (1.0 if beyond else 1.0 - chance[seen]) * (yl - mean_y - slope * (fl - mean_f)) ** 2
    variance = parts.sum() / total**2 * n / max(1, n - 2)
    freedom = _freedom(parts)
    if set(np.unique(yl)) <= {0.0, 1.0}:
        possible = _possible(np.clip(f, 0.0, 1.0), chance, n, beyond)
        variance, freedom = (freedom * variance + PRIOR * possible) / (freedom + PRIOR), freedom + PRIOR
    variance += slope**2 * f.var() / rows if beyond else 0.0
    half = float(quantile_t(freedom, alpha)) * float(np.sqrt(variance)) if n > 1 else float("nan")
    return Estimate(float(value), float(value) - half, float(value) + half)


def _freedom(parts: Floats) -> float:
    """Satterthwaite's degrees of freedom of a sum of squares: few where a handful of rows make it."""
    noise = np.sum(parts**2) - parts.sum() ** 2 / len(parts)
    return float(min(len(parts) - 1.0, 2.0 * parts.sum() ** 2 / noise)) if noise > 0 else max(1.0, len(parts) - 1.0)


def _possible(guess: Floats, chance: Floats, n: int, beyond: bool) -> float:
    """The variance to expect of 0/1 values if the guess is their chance, drawn towards a half while labels are few: two labels
    that agree are no certainty."""
    known = chance > 0
    share = (n * guess[known] + 1.0) / (n + 2.0)
    return float(np.sum((1.0 / chance[known] - (0.0 if beyond else 1.0)) * share * (1.0 - share)) / len(share) ** 2)


def _checked(predicted: ArrayLike, observed: ArrayLike, probabilities: ArrayLike) -> tuple[Floats, Floats, Floats]:
    f, y = np.asarray(predicted, dtype=np.float64), np.asarray(observed, dtype=np.float64)
    chance = np.asarray(probabilities, dtype=np.float64)
    chance = np.broadcast_to(chance, f.shape) if chance.ndim == 0 else chance
    if not (f.ndim == 1 and f.shape == y.shape == chance.shape):
        raise InvalidValue(f"Shapes {f.shape}, {y.shape} and {chance.shape}; give three arrays of one length.")
    if not np.isfinite(f).all():
        raise InvalidValue("The guess is not a finite number for every row; give one for each, labelled or not.")
    seen = ~np.isnan(y)
    if not seen.any():
        raise InvalidValue("No row is labelled (all NaN); give at least one observed value.")
    if not np.isfinite(y[seen]).all():
        raise InvalidValue("An observed value is infinite; give finite numbers, NaN where there is no label.")
    if not ((chance[seen] > 0) & (chance[seen] <= 1)).all():
        raise InvalidValue("A labelled row has a chance outside (0, 1]; give each row's chance to have been labelled.")
    return f, y, chance
