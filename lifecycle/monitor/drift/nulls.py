"""What chance alone does to a statistic, for a reference that is itself finite."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from scipy import special

from lifecycle.monitor.drift.registration import Counts, Floats, Verdicts
from lifecycle.monitor.summaries import fold

__all__ = ["Distance", "by_resampling", "effective", "folded", "gamma_tail", "permuted", "redrawn", "shares"]

Distance: TypeAlias = Callable[[Any, Any], Floats]  # counts or shares (..., cells) of both -> (...,)

_DRAWS = 200
_SEED = 20_260_101


def effective(n: Floats | Counts, m: float) -> Floats:
    """The size that counts when samples of n and m are compared: nm / (n + m) (windows,).

    >>> effective(np.array([100.0]), 100.0).tolist()
    [50.0]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nan_to_num(np.asarray(n * m / (n + m), dtype=np.float64))


def gamma_tail(statistic: Floats, mean: Floats, variance: Floats, level: float, third: Floats | None = None) -> tuple[Floats, Floats]:
    """Upper p-value, and the value whose p-value is `level`, of a gamma distribution with this mean and variance.

    Weighted sums of squares of nearly normal parts (PSI, chi-squared, energy, ...) are close to one in their upper tail. With the
    `third` central moment the gamma is shifted to have that too, where parts are sparse and so skewed.

    >>> p_value, critical = gamma_tail(np.array([3.841]), np.array([1.0]), np.array([2.0]), 0.05)  # chi-squared of one degree
    >>> p_value.round(3).tolist(), critical.round(2).tolist()
    ([0.05], [3.84])
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        skew = 2 * np.sqrt(variance) / mean if third is None else np.maximum(third, 1e-9) / variance**1.5
        shape, scale = 4 / skew**2, np.sqrt(variance) * skew / 2
        start = mean - shape * scale
        p_value = special.gammaincc(shape, np.maximum(statistic - start, 0.0) / scale)
        critical = start + special.gammainccinv(shape, level) * scale
    certain = ~(variance > 0)  # chance cannot move it
    return np.where(certain, (statistic <= mean + 1e-12) * 1.0, p_value), np.where(certain, mean, critical)


def shares(counts: Counts | Floats, floor: bool = False) -> Floats:
    """Counts as shares of their row (..., cells); `floor`: half a row where there is none, so that logarithms exist.

    >>> shares(np.array([[1, 3, 0]]), floor=True).tolist()
    [[0.25, 0.75, 0.125]]
    """
    total = np.maximum(counts.sum(axis=-1, keepdims=True), 1)
    held = np.maximum(counts, 0.5) if floor else counts
    return np.asarray(held / total, dtype=np.float64)


def folded(reference: Counts, current: Counts, ordered: bool, groups: int) -> tuple[Counts, Counts]:
    """Both on few cells: quantile groups of the reference for ordered bins (missing stays apart), else its largest levels and 'the rest'."""
    if ordered:
        group = np.concatenate(([0], fold(reference[1:], groups) + 1))
    else:
        order = np.argsort(-reference, kind="stable")
        group = np.empty(len(reference), dtype=np.int64)
        group[order] = np.minimum(np.arange(len(reference)), groups)
    size = int(group.max()) + 1
    small = np.zeros((len(current), size), dtype=np.int64)
    np.add.at(small.T, group, current.T)
    first = np.bincount(group, reference, minlength=size).astype(np.int64)
    used = (first > 0) | (small.sum(axis=0) > 0)
    return first[used], small[:, used]


def by_resampling(distance: Distance, reference: Counts, current: Counts, level: float, least: float, power: float = 1.0) -> Verdicts:
    """Judge a distance that has no p-value of its own: draw reference and window anew from the reference's counts.

    Parameters
    ----------
    distance : (reference counts (..., cells), current counts (..., cells)) -> (...,).
    power : the power of the distance that behaves like a sum of squares; its tail is then close to a gamma's.
    """
    statistic = distance(reference[None, :], current)
    sizes = current.sum(axis=1)
    mean, variance = np.zeros(len(sizes)), np.zeros(len(sizes))
    probabilities = shares(reference)
    rng = np.random.default_rng(_SEED)
    for size in np.unique(sizes):
        first = rng.multinomial(int(reference.sum()), probabilities, size=_DRAWS)
        drawn = distance(first, rng.multinomial(int(size), probabilities, size=_DRAWS)) ** power
        mean[sizes == size], variance[sizes == size] = drawn.mean(), drawn.var(ddof=1)
    p_value, critical = gamma_tail(statistic**power, mean, variance, level)
    return Verdicts(statistic, p_value, statistic, np.maximum(critical ** (1 / power), least))


def permuted(distance: Callable[[Floats, Floats], float], first: Floats, second: Floats, draws: int, seed: int) -> float:
    """The p-value of a distance between samples: the share of permutations that are at least as far apart."""
    rng = np.random.default_rng(seed)
    found, both, cut = distance(first, second), np.concatenate((first, second)), len(first)
    hits = 0
    for _ in range(draws):
        rng.shuffle(both)
        hits += distance(both[:cut], both[cut:]) >= found * (1 - 1e-12)
    return (1 + hits) / (1 + draws)


def redrawn(distance: Distance, first: Floats, second: Floats, draws: int, seed: int) -> float:
    """The p-value of a distance between counts: the share of draws from the pooled shares that are at least as far apart."""
    rng = np.random.default_rng(seed)
    pooled = shares(first + second)
    a = rng.multinomial(int(first.sum()), pooled, size=draws)
    b = rng.multinomial(int(second.sum()), pooled, size=draws)
    return float((1 + (distance(a, b) >= distance(first, second) * (1 - 1e-12)).sum()) / (1 + draws))
