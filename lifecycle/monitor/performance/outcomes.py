"""How far the labels' own variance can be trusted: what the rows of each score bin could turn out to be.

A handful of labels among which the rare costly error happens to be missing looks surer than it is. With two classes a labelled row
has two outcomes, whose chances its score bin tells; so the variance of any weighted sum of labelled rows can be expected before the labels are
read, and its own variance estimate has Satterthwaite's degrees of freedom (1946): few where rare events or large weights make it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lifecycle.monitor.performance.channels import Ints
from lifecycle.monitor.performance.layout import Floats

__all__ = ["Outcomes", "agreement", "expected", "informed"]

# The labels of bins whose chances lie between two edges are judged together. Near 0 and 1 they are close: picked rows that are sure have large
# weights, and must not move with unsure ones.
EDGES = np.array([0.01, 0.05, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 0.95, 0.99])
LEAST = 0.1  # of the reference's say that is left to it, whatever the labels show
REFERENCE = 4.0  # rows that the reference counts for in a group, against the labels in it


@dataclass(frozen=True)
class Outcomes:
    """The labelled rows of W windows by score bin, and what they can be.

    chances (W, B): of the second class. weight, weight2 (W, B): sums of w and w^2, the weights summing to 1 a window.
    seconds, firsts, guess (W, B, C), or (1, B, C) where they are those of all: the channels of a row of the bin if it is the second class,
    if it is the first, and as guessed.
    slope (W, C): how much of the guess is taken off what was observed; zeros where labels stand alone.
    rows (W,): the effective number of labelled rows. agreement (W,): how far they let the reference's chances stand, 1 for wholly.
    """

    chances: Floats
    weight: Floats
    weight2: Floats
    seconds: Floats
    firsts: Floats
    guess: Floats
    slope: Floats
    rows: Floats
    agreement: Floats

    def of(self, gradient: Floats) -> tuple[Floats, Floats]:
        """Expected variance and degrees of freedom (W,) of gradient (W, C) . (observed - slope x guess), averaged over the labels."""
        taken = _along(gradient * self.slope, self.guess)
        up, down = _along(gradient, self.seconds) - taken, _along(gradient, self.firsts) - taken
        return expected(self.chances, self.weight, self.weight2, up, down, self.rows)


def informed(chances: Floats, hits: Floats, hits2: Floats) -> Floats:
    """The chances (W, B) after a look at the labels: where those of a group of bins say otherwise, all its bins move.

    hits, hits2 : (W, 2, B) sums of w and w^2 of the labelled rows that are the second class, and that are not.
    """
    group, gap, own, count = _surprise(chances, hits, hits2)
    sure = np.maximum(1.0 - 2.0 * (own + 0.25) / np.maximum(gap**2, 1e-300), 0.0)  # Stein's factor: what chance explains moves nothing
    return np.clip(chances + np.take_along_axis(sure * gap / (count + REFERENCE), group, axis=1), 0.0, 1.0)


def agreement(chances: Floats, hits: Floats, hits2: Floats) -> Floats:
    """How far the labels let the reference's chances stand, (W,): 1 where they differ by no more than chance explains (twice the
    chi-squared sum to expect), and less the more they differ."""
    _, gap, own, _ = _surprise(chances, hits, hits2)
    found, usual = np.sum(gap**2 / (own + 0.25), axis=1), np.sum(own / (own + 0.25), axis=1)
    return np.asarray(np.clip(2.0 * np.maximum(usual, 1.0) / np.maximum(found, 1e-300), LEAST, 1.0), dtype=np.float64)


def _surprise(chances: Floats, hits: Floats, hits2: Floats) -> tuple[Ints, Floats, Floats, Floats]:
    """Each bin's group (W, B), and of the labelled rows in each group (W, G): how many more are the second class than the chances say, the
    variance of that number, and the rows, as many as their weights are worth."""
    rows = np.where(hits2 > 0, hits**2 / np.where(hits2 > 0, hits2, 1.0), 0.0)
    count, groups = rows.sum(axis=1), len(EDGES) + 1
    group = np.searchsorted(EDGES, chances)
    place = (group + groups * np.arange(len(chances))[:, None]).ravel()

    def summed(values: Floats) -> Floats:
        return np.bincount(place, values.ravel(), groups * len(chances)).reshape(len(chances), groups).astype(np.float64, copy=False)

    return group, summed(rows[:, 0] - count * chances), summed(count * chances * (1.0 - chances)), summed(count)


def _along(gradient: Floats, channels: Floats) -> Floats:
    """gradient (W, C) . channels (W or 1, B, C) of each bin (W, B)."""
    if len(channels) == 1:
        return np.asarray(gradient @ channels[0].T, dtype=np.float64)
    return np.asarray(np.matmul(channels, gradient[:, :, None])[..., 0], dtype=np.float64)


def expected(chances: Floats, weight: Floats, weight2: Floats, up: Floats, down: Floats, rows: Floats) -> tuple[Floats, Floats]:
    """Variance of a weighted mean of rows that are worth `up` with chance p and `down` else, and the degrees of freedom of its estimate.

    All (..., B) but rows (...,), the effective number of labelled rows; returns (...,) both.

    >>> half = np.full((1, 1), 0.5)
    >>> variance, freedom = expected(half, np.ones((1, 1)), np.full((1, 1), 0.01), half * 2, half * 0, np.array([100.0]))
    >>> variance.round(4).tolist(), freedom.round(1).tolist()
    ([0.0025], [99.0])
    """
    p = chances
    centre = np.sum(weight * (p * up + (1.0 - p) * down), axis=-1, keepdims=True) / np.maximum(weight.sum(axis=-1, keepdims=True), 1e-300)
    high, low = (up - centre) ** 2, (down - centre) ** 2
    second = p * high + (1.0 - p) * low
    fourth = p * high**2 + (1.0 - p) * low**2
    variance = np.sum(weight2 * second, axis=-1)
    own = np.where(weight > 0, weight2 / np.where(weight > 0, weight, 1.0), 0.0)  # the weight of one row
    noise = np.sum(weight2 * own**2 * fourth, axis=-1) - variance**2 / np.maximum(rows, 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        freedom = np.where(noise > 1e-12 * variance**2, 2.0 * variance**2 / noise, np.inf)
    return variance, np.clip(np.minimum(freedom, rows - 1.0), 0.0, None)
