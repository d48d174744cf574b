"""The null mean and variance of distances between large samples, where shares differ by a Brownian bridge: what resampling
comes to, without its noise."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lifecycle.monitor.drift.registration import Counts, Floats

__all__ = ["Bridge", "of_gaps", "of_paths", "of_shares", "of_squares", "samples"]

_EXPECTED = 200  # rows in a cell; fewer are drawn
_LARGE = 100  # rows, for sums over cumulative shares
_GROUPS = 128
_MANY = 1_000  # rows, for sums of absolute gaps
_PATHS = 8_000
_NODES, _FAR = 193, 14.0  # places of a bridge, from one log odds to the other
_SEED = 20_260_101


@dataclass(frozen=True, slots=True)
class Bridge:
    """Mean, variance and third central moment of a statistic when 1/m + 1/n is 1; it grows with the root of that to the power of `degree`.

    `rows`: how many both samples need for it to hold. `share`: of the rows, how many count.
    """

    mean: float
    variance: float
    third: float
    degree: float
    rows: float
    share: float = 1.0

    def at(self, m: float, n: float) -> tuple[float, float, float]:
        """Mean, variance and third central moment for samples of m and n rows."""
        unit = ((1 / m + 1 / n) / self.share) ** (self.degree / 2)
        return self.mean * unit, self.variance * unit**2, self.third * unit**3


def of_squares(reference: Counts, scale: float) -> Bridge:
    """Of `scale` times the sum of (p - q)^2 / p, which PSI and the squares of Jensen-Shannon and Hellinger come to; cells (k,).

    >>> np.round(of_squares(np.array([10, 10, 10]), 0.125).at(100, 100), 9).tolist()
    [0.005, 2.5e-05, 2.5e-07]
    """
    degrees = len(reference) - 1
    return Bridge(scale * degrees, scale**2 * 2 * degrees, scale**3 * 8 * degrees, 2, _needed(reference))


def of_shares(reference: Counts) -> Bridge:
    """Of half the sum of |p - q|; cells (k,)."""
    p = reference / max(reference.sum(), 1)
    spread = np.sqrt(p * (1 - p))
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = np.nan_to_num(-np.outer(p, p) / np.outer(spread, spread))
    np.fill_diagonal(correlation, 1.0)
    mean = np.sqrt(2 / np.pi) * spread.sum() / 2
    variance = float(spread @ _covariance(correlation) @ spread) / 4
    return Bridge(float(mean), variance, 2 * variance**2 / max(float(mean), 1e-12), 1, _needed(reference))


def of_gaps(reference: Counts, steps: Floats) -> Bridge:
    """Of the sum of (F - G)^2 over steps between ordered cells, the first of which, missing, is left out.

    The mean is of all cells; for the other moments they are grouped into about 128, within which the gap hardly varies. Where few
    far values make up most of the sum, as many rows are needed as their skewness asks for.
    """
    known = float(reference[1:].sum())
    p = reference[1:] / max(known, 1.0)
    below = np.cumsum(p)[:-1]
    weights = np.maximum(below * (1 - below), 0.0) * steps
    total = float(weights.sum())
    if not total > 0:
        return Bridge(0.0, 0.0, 0.0, 2, np.inf)
    group = np.minimum((np.cumsum(weights) - weights / 2) / total * _GROUPS, _GROUPS - 1).astype(np.int64)
    held = np.bincount(group, weights)
    at = np.bincount(group, weights * below)[held > 0] / held[held > 0]
    odds, root = np.sqrt(at / (1 - at)), np.sqrt(held[held > 0])
    covariance = np.minimum(np.outer(odds, 1 / odds), np.outer(1 / odds, odds)) * np.outer(root, root)
    squared = covariance @ covariance
    values = np.append(0.0, np.cumsum(steps))
    centred = values - p @ values
    skewness = float(p @ centred**3) / max(float(p @ centred**2), 1e-300) ** 1.5
    rows = _LARGE * max(1.0, skewness**2)
    return Bridge(total, float(2 * np.trace(squared)), float(8 * (squared * covariance).sum()), 2, rows, known / float(reference.sum()))


def of_paths(reference: Counts, steps: Floats, power: float) -> Bridge:
    """Of the sum of |F - G| over steps between ordered cells, to a power: from 8,000 bridges, the same for all. The first cell is missing.

    >>> of_paths(np.array([0, 500, 500]), np.ones(1), 1.0).mean.__round__(1)  # of half a standard normal: 0.399
    0.4
    """
    below = np.cumsum(reference[1:] / max(float(reference[1:].sum()), 1.0))[:-1]
    weights = np.sqrt(np.maximum(below * (1 - below), 0.0)) * steps
    there = np.flatnonzero((weights > 0) & (below < 1))
    odds = np.log(below[there] / (1 - below[there]))
    nodes = np.clip(np.round((odds / _FAR + 1) / 2 * (_NODES - 1)), 0, _NODES - 1).astype(np.int64)
    first, last = (nodes[0], nodes[-1] + 1) if len(nodes) else (0, 0)  # ascending, as the odds are
    held = np.bincount(nodes - first, weights[there], minlength=last - first).astype(np.float32)
    found = np.einsum("i,ij->j", held, _sizes()[first:last]).astype(np.float64) ** power  # not BLAS: its threads spin between the columns
    mean, variance = float(found.mean()), float(found.var(ddof=1))
    third = max(float(((found - mean) ** 3).mean()), 2 * variance**2 / max(mean, 1e-12))
    return Bridge(mean, variance, third, power, _MANY)


@lru_cache(maxsize=1)
def _sizes() -> NDArray[np.float32]:
    """The sizes of 8,000 Brownian bridges in units of their standard deviation, at places even in the log odds (places, paths).

    Seen so, a bridge is the stationary Ornstein-Uhlenbeck process whose correlation halves the distance's exponent (Doob 1942).
    """
    normal = np.random.default_rng(_SEED).standard_normal((_NODES, _PATHS), dtype=np.float32)
    kept = np.float32(np.exp(-_FAR / (_NODES - 1)))
    for before, now in pairwise(normal):
        now *= np.sqrt(1 - kept**2)
        now += kept * before
    return np.abs(normal, out=normal)


def samples(rng: np.random.Generator, size: int, probabilities: Floats, draws: int) -> Floats:
    """Counts of samples of `size` rows (draws, cells): multinomial, where cells that expect many rows share what the others leave by
    the normal limit, an order of magnitude faster.

    >>> samples(np.random.default_rng(0), 1_000_000, np.array([0.5, 0.4999, 0.0001]), 3).sum(axis=1).round(3).tolist()
    [1000000.0, 1000000.0, 1000000.0]
    """
    large = probabilities * size >= _EXPECTED
    if large.sum() < 2:
        return rng.multinomial(size, probabilities, size=draws).astype(np.float64)
    found = np.zeros((draws, len(probabilities)))
    held = probabilities[large].sum()
    few = rng.multinomial(size, np.append(probabilities[~large], min(held, 1.0)), size=draws) if held < 1 and not large.all() else None
    left = np.full((draws, 1), float(size)) if few is None else few[:, -1:].astype(np.float64)
    if few is not None:
        found[:, ~large] = few[:, :-1]
    root = np.sqrt(probabilities[large] / held)
    normal = rng.standard_normal((draws, len(root)))
    found[:, large] = np.maximum(left * root**2 + np.sqrt(left) * root * (normal - np.einsum("ij,j->i", normal, root)[:, None] * root), 0.0)
    return found


def _covariance(correlation: Floats) -> Floats:
    """Of |x| and |y|, standard normal with a correlation."""
    rho = np.clip(correlation, -1.0, 1.0)
    return np.asarray(2 / np.pi * (np.sqrt(1 - rho**2) + rho * np.arcsin(rho) - 1))


def _needed(reference: Counts) -> float:
    least = float(reference.min()) if len(reference) else 0.0
    return _EXPECTED * float(reference.sum()) / least if least else float("inf")
