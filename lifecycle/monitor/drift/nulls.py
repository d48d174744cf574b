"""What chance alone does to a statistic, for a reference that is itself finite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from scipy import special

from lifecycle.monitor.drift.bridges import Bridge, samples
from lifecycle.monitor.drift.registration import Cells, Counts, Floats, Verdicts
from lifecycle.monitor.summaries import fold

__all__ = [
    "Distance",
    "by_resampling",
    "effective",
    "expanded",
    "folded",
    "gamma_tail",
    "grouped",
    "largest",
    "moments",
    "permuted",
    "redrawn",
    "shares",
    "verdicts",
]

Distance: TypeAlias = Callable[[Any, Any], Floats]  # counts or shares (..., cells) of both -> (...,)

_DRAWS = 1_000
_FEWEST_DRAWS = 250
_NUMBERS_AT_ONCE = 150_000  # binomial draws of each side, about
_GRID = 1.25  # ratio of the sizes that are drawn; between them the moments follow a power of the size
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
        group = np.empty(len(reference), dtype=np.int64)
        group[np.argsort(-reference, kind="stable")] = np.minimum(np.arange(len(reference)), groups)
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(int(group.max()) + 1))  # every group has a cell
    small, first = np.add.reduceat(current[:, order], starts, axis=1), np.add.reduceat(reference[order], starts)
    used = (first > 0) | (small.sum(axis=0) > 0)
    return first[used], small[:, used]


def expanded(reference: Counts, current: Counts, cells: Cells) -> tuple[Counts, Counts]:
    """Levels with each new one apart, and last what is left of the new ones beyond those kept (windows, cells).

    New levels as one cell would seem to appear whenever a reference lacks some by luck.
    """
    if cells.unseen is None or reference[-1] or not cells.unseen.size:
        return np.broadcast_to(reference, current.shape), current
    new = cells.unseen
    left = current[:, -1:] - new.sum(axis=1, keepdims=True)
    first = np.append(reference[:-1], np.zeros(new.shape[1] + 1, reference.dtype))
    return np.broadcast_to(first, (len(current), len(first))), np.concatenate((current[:, :-1], new, left), axis=1)


def largest(first: Counts, second: Counts, groups: int) -> tuple[Counts, Counts]:
    """Missing, the `groups` largest levels of both sides together, and the rest (windows, groups + 2).

    Chosen by both sides alike: the reference's largest are the largest in part by luck, which a window does not have.
    """
    levels = second.shape[1] - 2
    if levels <= groups:
        return first, second
    both = (first + second)[:, 1:-1] + np.random.default_rng(_SEED).random(levels) / 2  # ties are broken by neither side
    places = np.argpartition(-both, groups - 1, axis=1)[:, :groups] + 1

    def together(part: Counts) -> Counts:
        held = np.take_along_axis(part, places, axis=1)
        return np.column_stack((part[:, 0], held, part.sum(axis=1) - part[:, 0] - held.sum(axis=1)))

    return together(first), together(second)


def grouped(
    distance: Distance,
    reference: Counts,
    current: Counts,
    cells: Cells,
    groups: int,
    level: float,
    least: float,
    power: float = 1.0,
    bridge: Callable[[Counts], Bridge] | None = None,
) -> Verdicts:
    """Judge a distance on few cells: quantile groups of the reference for numbers, else the largest levels and the rest; missing is a cell.

    bridge : the limit of its null, from the reference's counts on these cells.
    """
    ordered = cells.positions is not None
    first, second = folded(reference, current, ordered, groups)
    limit = bridge(first) if bridge is not None else None
    if ordered:
        return by_resampling(distance, first, second, level, least, power, limit)
    statistic = distance(*largest(*expanded(reference, current, cells), groups))
    return verdicts(statistic, moments(distance, reference, current.sum(axis=1), power, limit, groups), level, least, power)


def by_resampling(
    distance: Distance, reference: Counts, current: Counts, level: float, least: float, power: float = 1.0, bridge: Bridge | None = None
) -> Verdicts:
    """Judge a distance that has no p-value of its own: draw reference and window anew from the reference's counts.

    Parameters
    ----------
    distance : (reference counts (..., cells), current counts (..., cells)) -> (...,).
    power : the power of the distance that behaves like a sum of squares; its tail is then close to a gamma's.
    bridge : the limit of mean and variance of that power, which large samples are judged by without a draw.
    """
    statistic = distance(reference[None, :], current)
    return verdicts(statistic, moments(distance, reference, current.sum(axis=1), power, bridge), level, least, power)


def verdicts(statistic: Floats, chance: tuple[Floats, Floats, Floats], level: float, least: float, power: float = 1.0) -> Verdicts:
    """Of a distance, given mean, variance and third central moment that its power has by chance (windows,)."""
    mean, variance, third = chance
    p_value, critical = gamma_tail(statistic**power, mean, variance, level, third)
    return Verdicts(statistic, p_value, statistic, np.maximum(np.maximum(critical, 0.0) ** (1 / power), least))


def moments(
    distance: Distance, reference: Counts, sizes: Counts, power: float, bridge: Bridge | None = None, groups: int = 0
) -> tuple[Floats, Floats, Floats]:
    """Mean, variance and third central moment without drift for windows of these sizes (windows,).

    Drawn for sizes on a fixed grid, and between them by the power of the size that they follow; or the limit's, where samples are large.
    The third is at least that of a gamma from zero, so that a lucky draw does not make a tail too light.
    """
    m, distinct = float(reference.sum()), np.unique(sizes)
    held = reference[reference > 0] if groups else reference
    found = np.zeros((len(distinct), 3))
    for i, size in enumerate(distinct.tolist()):
        if bridge is not None and min(m, size) >= bridge.rows:
            found[i] = bridge.at(m, float(size))
        else:
            found[i] = _between(distance, held.tobytes(), held.dtype.char, float(size), power, groups)
    chosen = found[np.searchsorted(distinct, sizes)]
    return chosen[:, 0], chosen[:, 1], chosen[:, 2]


def _between(distance: Distance, counts: bytes, kind: str, size: float, power: float, groups: int) -> tuple[float, float, float]:
    at = np.log(max(size, 1.0)) / np.log(_GRID)
    lower, upper = (np.log(np.array(_drawn(distance, counts, kind, int(at) + step, power, groups)) + 1e-300) for step in (0, 1))
    mean, variance, third = np.exp(lower + (upper - lower) * (at - int(at)))
    return (mean, variance, max(third, 2 * variance**2 / mean)) if variance > 1e-200 else (mean, 0.0, 0.0)


@lru_cache(maxsize=20_000)
def _drawn(distance: Distance, counts: bytes, kind: str, place: int, power: float, groups: int) -> tuple[float, float, float]:
    """Moments of the distance's power of pairs that are drawn from these counts, the window of the grid's size at `place`."""
    values = distance(*_pairs(counts, kind, place, groups)) ** power
    centred = values - values.mean()
    return float(values.mean()), float(values.var(ddof=1)), float(max((centred**3).mean(), 0.0))


@lru_cache(maxsize=2)
def _pairs(counts: bytes, kind: str, place: int, groups: int) -> tuple[Floats, Floats]:
    """Many references and windows that are drawn from these counts; kept for the next distance of the same column."""
    first, probabilities, state = _references(counts, kind, groups)
    rng = np.random.default_rng()
    rng.bit_generator.state = state
    second = samples(rng, max(round(_GRID**place), 1), probabilities, len(first))
    if not groups:
        return first, second
    none = np.zeros(len(first))
    return largest(np.column_stack((none, first, none)), np.column_stack((none, second, none)), groups)


@lru_cache(maxsize=1)
def _references(counts: bytes, kind: str, groups: int) -> tuple[Floats, Floats, Mapping[str, Any]]:
    """Many references that are drawn from these counts, the shares they are drawn by, and where the random numbers stand after them."""
    held = np.frombuffer(counts, dtype=kind)
    draws = int(np.clip(_NUMBERS_AT_ONCE // max(len(held), 1), _FEWEST_DRAWS, _DRAWS))
    rng, probabilities = np.random.default_rng(_SEED), _alike(held) if groups else shares(held)
    return samples(rng, max(round(float(held.sum())), 1), probabilities, draws), probabilities, rng.bit_generator.state


def _alike(counts: Counts) -> Floats:
    """Shares of levels whose counts differ no more than luck makes them: drawn together by what of their variance is chance."""
    mean, variance = float(counts.mean()), float(counts.var())
    kept = max(0.0, 1 - mean / variance) if variance > 0 else 0.0
    return shares(np.asarray(mean + kept * (counts - mean)))


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
