"""Tails of the limits that quadratic statistics have: sums of chi-squared variables with weights, by the saddlepoint (Lugannani and Rice)."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
from scipy import stats

from lifecycle.monitor.drift.registration import Counts, Floats
from lifecycle.monitor.summaries import fold

__all__ = ["critical_value", "saddlepoint_tail", "tied", "upper_tail"]

Limit = Literal["cramer_von_mises", "anderson_darling"]

_TERMS = 300
_ATOM = 0.02  # share of one value from which on its ties change the limit
_CELLS = 128
_STEPS = 90


def tied(limit: Limit, reference: Counts) -> tuple[float, ...]:
    """The weights of the limit's sum of squares for values that are tied as those of the reference; none where ties are rare.

    With ties the cumulative shares differ at few places only, and the limit is that of their covariance: the eigenvalues of what
    multinomial counts add up to.

    >>> np.round(tied("cramer_von_mises", np.array([0, 70, 30])), 3).tolist()  # 0.7 x 0.7 x 0.3, at the one place where they can differ
    [0.147]
    """
    known = reference[reference > 0]
    if not len(known) or known.max() < _ATOM * known.sum():
        return ()
    group = fold(np.asarray(known), _CELLS)
    return _weights(limit, np.bincount(group, known).tobytes())


@lru_cache(maxsize=2_000)
def _weights(limit: Limit, counts: bytes) -> tuple[float, ...]:
    held = np.frombuffer(counts, dtype=np.float64)
    p = held / held.sum()
    covariance = np.diag(p) - np.outer(p, p)
    adding = np.tril(np.ones((len(p), len(p))))
    if limit == "cramer_von_mises":
        weights = p
    else:
        adding -= np.eye(len(p)) / 2
        middle = adding @ p
        weights = p / np.maximum(middle * (1 - middle) - p / 4, 1e-12)
    root = np.sqrt(weights)
    found = np.linalg.eigvalsh(adding @ covariance @ adding.T * np.outer(root, root))
    return tuple(found[found > 1e-9 * found.max(initial=0.0)].tolist())


def upper_tail(limit: Limit, statistic: Floats, weights: tuple[float, ...] = ()) -> Floats:
    """The p-value of a statistic whose limit is this one, to about two per cent of itself; below 1e-250 it is 0.

    >>> upper_tail("cramer_von_mises", np.array([0.46136])).round(3).tolist()  # 0.05 in the tables
    [0.05]
    """
    at, logs = _table(limit, weights)
    return np.asarray(np.exp(np.interp(statistic, at, logs, right=-np.inf)))


def critical_value(limit: Limit, level: float, weights: tuple[float, ...] = ()) -> float:
    """The statistic whose p-value is `level`.

    >>> round(critical_value("anderson_darling", 0.05), 2)  # 2.492 in the tables
    2.49
    """
    at, logs = _table(limit, weights)
    return float(np.interp(-np.log(level), -logs, at))


@lru_cache(maxsize=2_000)
def _table(limit: Limit, given: tuple[float, ...]) -> tuple[Floats, Floats]:
    if given:
        weights = np.array(given)
        return _tabulated(weights, float(weights.sum()), 0.0)
    j = np.arange(1, _TERMS + 1)
    if limit == "cramer_von_mises":
        weights, mean = 1 / (j * np.pi) ** 2, 1 / 6
    else:
        weights, mean = 1 / (j * (j + 1)), 1.0
    return _tabulated(weights, mean, mean - weights.sum())  # what is left out: terms so many and so small that they are a constant


def _tabulated(weights: Floats, mean: float, rest: float) -> tuple[Floats, Floats]:
    x = mean * np.concatenate((np.linspace(0.08, 4, 160), np.geomspace(4.05, 700, 200)))
    logs = np.log(saddlepoint_tail(x - rest, weights))
    keep = logs > -575.0
    return np.append(0.0, x[keep]), np.append(0.0, logs[keep])


def saddlepoint_tail(x: Floats, weights: Floats) -> Floats:
    """P(sum of weights_j z_j^2 > x) for independent standard normal z, non-increasing in ascending x (n,)."""
    low, high = np.full(len(x), -1e6 / weights.max()), np.full(len(x), 0.5 / weights.max() * (1 - 1e-12))
    for _ in range(_STEPS):
        middle = (low + high) / 2
        slope = (weights / (1 - 2 * middle[:, None] * weights)).sum(axis=1)
        low, high = np.where(slope < x, middle, low), np.where(slope < x, high, middle)
    s = (low + high) / 2
    cumulant = -0.5 * np.log1p(-2 * s[:, None] * weights).sum(axis=1)
    curvature = (2 * (weights / (1 - 2 * s[:, None] * weights)) ** 2).sum(axis=1)
    w = np.sign(s) * np.sqrt(np.maximum(2 * (s * x - cumulant), 0.0))
    u = s * np.sqrt(curvature)
    skew = (8 * weights**3).sum() / (2 * (weights**2).sum()) ** 1.5
    near = np.abs(x - weights.sum()) < 1e-3 * weights.sum()  # where w and u vanish together
    with np.errstate(divide="ignore", invalid="ignore"):
        tail = stats.norm.sf(w) + stats.norm.pdf(w) * (1 / u - 1 / w)
    tail = np.where(near, 0.5 - skew / (6 * np.sqrt(2 * np.pi)), tail)
    return np.asarray(np.minimum.accumulate(np.clip(tail, 1e-300, 1.0)))
