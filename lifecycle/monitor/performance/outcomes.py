"""How far the labels' own variance can be trusted: what the rows of each score bin could turn out to be.

A handful of labels among which the rare costly error happens to be missing looks surer than it is. With two classes a labelled row
has two outcomes, whose chances its score bin tells; so the variance of any weighted sum of labelled rows can be expected before the labels are
read, and its own variance estimate has Satterthwaite's degrees of freedom (1946): few where rare events or large weights make it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lifecycle.monitor.performance.layout import Floats

__all__ = ["Outcomes", "expected", "informed"]

GROUPS = 8  # of bins by their chance, whose labels are judged together
REFERENCE = 4.0  # rows that the reference counts for in a group, against the labels in it


@dataclass(frozen=True)
class Outcomes:
    """The labelled rows of W windows by score bin, and what they can be.

    chances (W, B): of the second class. weight, weight2 (W, B): sums of w and w^2, the weights summing to 1 a window.
    seconds, firsts, guess (W, B, C), or (1, B, C) where they are those of all: the channels of a row of the bin if it is the second class,
    if it is the first, and as guessed.
    slope (W, C): how much of the guess is taken off what was observed; zeros where labels stand alone.
    rows (W,): the effective number of labelled rows.
    """

    chances: Floats
    weight: Floats
    weight2: Floats
    seconds: Floats
    firsts: Floats
    guess: Floats
    slope: Floats
    rows: Floats

    def of(self, gradient: Floats) -> tuple[Floats, Floats]:
        """Expected variance and degrees of freedom (W,) of gradient (W, C) . (observed - slope x guess), averaged over the labels."""
        taken = _along(gradient * self.slope, self.guess)
        up, down = _along(gradient, self.seconds) - taken, _along(gradient, self.firsts) - taken
        return expected(self.chances, self.weight, self.weight2, up, down, self.rows)


def informed(chances: Floats, hits: Floats, hits2: Floats) -> Floats:
    """The chances (W, B) after a look at the labels: where those of a group of bins say otherwise, all its bins move.

    hits, hits2 : (W, 2, B) sums of w and w^2 of the labelled rows that are the second class, and that are not.
    """
    rows = np.where(hits2 > 0, hits**2 / np.where(hits2 > 0, hits2, 1.0), 0.0)
    count = rows.sum(axis=1)
    group = np.minimum((chances * GROUPS).astype(np.int64), GROUPS - 1) + GROUPS * np.arange(len(chances))[:, None]

    def summed(values: Floats) -> Floats:
        return np.bincount(group.ravel(), values.ravel(), GROUPS * len(chances)).astype(np.float64, copy=False)

    gap = summed(rows[:, 0]) - summed(count * chances)
    noise = summed(count * chances * (1.0 - chances)) + 0.25
    sure = np.maximum(1.0 - 2.0 * noise / np.maximum(gap**2, 1e-300), 0.0)  # Stein's factor: what chance explains moves nothing
    moved = (sure * gap / (summed(count) + REFERENCE))[group]
    return np.clip(chances + moved, 0.0, 1.0)


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
