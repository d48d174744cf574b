"""Tests for two models on the same rows: mid-p McNemar, DeLong, the paired bootstrap, and Holm's correction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

__all__ = ["Difference", "areas", "bootstrapped", "holm", "mcnemar", "resampled_sums"]

LEVEL = 0.95
CHUNK = 64
GROUPS = 4000

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Difference:
    """New minus old: the difference, its 95 % interval, and the p-value of no difference."""

    value: float
    lower: float
    upper: float
    p_value: float


def mcnemar(wins: int, losses: int, rows: int) -> Difference:
    """The difference of two shares right on the same rows: McNemar's mid-p value (Fagerland, Lydersen and Laake 2013) and the
    interval of Bonett and Price (2012). `wins`: rows that only the new model has right; `losses`: only the old one.

    >>> found = mcnemar(9, 3, 100)
    >>> round(found.p_value, 4), round(found.value, 3), round(found.lower, 3), round(found.upper, 3)
    (0.0923, 0.06, -0.012, 0.13)
    """
    discordant, fewer = wins + losses, min(wins, losses)
    if not discordant:
        p_value = 1.0
    else:
        p_value = min(1.0, 2 * float(stats.binom.cdf(fewer, discordant, 0.5)) - float(stats.binom.pmf(fewer, discordant, 0.5)))
    up, down = (wins + 1) / (rows + 2), (losses + 1) / (rows + 2)
    half = float(stats.norm.ppf(0.5 + LEVEL / 2)) * float(np.sqrt((up + down - (up - down) ** 2) / (rows + 2)))
    return Difference((wins - losses) / rows, max(-1.0, up - down - half), min(1.0, up - down + half), 1.0 if wins == losses else p_value)


def areas(truth: NDArray[np.int64], old: Array, new: Array, weights: Array | None = None) -> tuple[float, float, Difference]:
    """Areas under the ROC curve of two models and their difference, by DeLong, DeLong and Clarke-Pearson (1988); with more than two
    classes the mean of each class against the rest. `truth` (n,) codes; `old`, `new` (n, classes) probabilities; `weights` (n,): each
    row's worth, for rows that were picked with unequal chances (then the placements are weighted).

    >>> truth = np.array([0, 0, 1, 1]); old = np.array([.1, .4, .35, .8]); new = np.array([.1, .2, .35, .8])
    >>> areas(truth, np.c_[1 - old, old], np.c_[1 - new, new])[:2]
    (0.75, 1.0)
    """
    w = np.ones(len(truth)) if weights is None else weights
    asked = [1] if old.shape[1] == 2 else [c for c in range(old.shape[1]) if 0 < int((truth == c).sum()) < len(truth)]
    totals, influence = np.zeros(2), np.zeros((2, len(truth)))
    for c in asked:
        for side, scores in enumerate((old[:, c], new[:, c])):
            area, part = _area(truth == c, scores, w)
            totals[side] += area / len(asked)
            influence[side] += part / len(asked)
    difference = float(totals[1] - totals[0])
    spread = float(np.sqrt(((influence[1] - influence[0]) ** 2).sum()))
    half = float(stats.norm.ppf(0.5 + LEVEL / 2)) * spread
    p_value = 1.0 if spread == 0 else 2 * float(stats.norm.sf(abs(difference) / spread))
    return float(totals[0]), float(totals[1]), Difference(difference, difference - half, difference + half, p_value)


def bootstrapped(value: float, draws: Array, rows: int) -> Difference:
    """A difference with the percentile interval of its bootstrap draws, widened for few rows as Hesterberg (2015) does, and the
    two-sided p-value of those draws.

    >>> found = bootstrapped(0.5, np.linspace(0, 1, 999), 10_000)
    >>> round(found.lower, 2), round(found.upper, 2), round(found.p_value, 3)
    (0.02, 0.98, 0.004)
    """
    known = draws[np.isfinite(draws)]
    if rows < 2 or not len(known) or not np.isfinite(value):
        return Difference(value, float("nan"), float("nan"), float("nan"))
    tail = (1 - LEVEL) / 2
    widen = float(stats.t.ppf(1 - tail, rows - 1) / stats.norm.ppf(1 - tail)) * float(np.sqrt(rows / (rows - 1)))
    moved = value + (known - value) * widen
    lower, upper = (float(end) for end in np.quantile(moved, [tail, 1 - tail]))
    extreme = 1 + min(int((moved <= 0).sum()), int((moved >= 0).sum()))
    return Difference(value, lower, upper, min(1.0, 2 * extreme / (len(moved) + 1)))


def resampled_sums(columns: Array, rng: np.random.Generator, draws: int) -> Array:
    """The column sums (draws, m) of bootstrap samples of the rows of `columns` (n, m).

    More than 4,000 rows are first summed into 4,000 random groups and the groups are drawn: the same mean and spread, far less work.
    """
    if len(columns) > GROUPS:
        starts = np.linspace(0, len(columns), GROUPS, endpoint=False).astype(int)
        columns = np.add.reduceat(columns[rng.permutation(len(columns))], starts, axis=0)
    n = len(columns)
    sums = np.empty((draws, columns.shape[1]))
    for start in range(0, draws, CHUNK):
        size = min(CHUNK, draws - start)
        counts = np.stack([np.bincount(rng.integers(0, n, n), minlength=n) for _ in range(size)])
        sums[start : start + size] = counts.astype(np.float64) @ columns
    return sums


def holm(p_values: Array) -> Array:
    """Holm's (1979) step-down correction; NaN stays NaN and is not counted.

    >>> holm(np.array([0.01, 0.04, np.nan, 0.03])).round(3).tolist()
    [0.03, 0.06, nan, 0.06]
    """
    corrected = np.full(len(p_values), np.nan)
    known = np.flatnonzero(np.isfinite(p_values))
    order = known[np.argsort(p_values[known], kind="stable")]
    steps = p_values[order] * np.arange(len(order), 0, -1)
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1.0) if len(order) else steps
    return corrected


def _area(positive: NDArray[np.bool_], scores: Array, weights: Array) -> tuple[float, Array]:
    """The weighted area under one ROC curve, and how much each row moves it (its influence, with DeLong's n - 1)."""
    order, place = np.unique(scores, return_inverse=True)
    above = np.bincount(place, np.where(positive, weights, 0.0), len(order))
    below = np.bincount(place, np.where(positive, 0.0, weights), len(order))
    up, down = above.sum(), below.sum()
    beaten = (np.cumsum(below) - below / 2)[place] / down
    beats = (up - np.cumsum(above) + above / 2)[place] / up
    area = float((weights * beaten)[positive].sum() / up)
    influence = np.where(positive, weights / up * (beaten - area), weights / down * (beats - area))
    for side in (positive, ~positive):
        count = int(side.sum())
        influence[side] *= np.sqrt(count / (count - 1)) if count > 1 else np.nan
    return area, np.nan_to_num(influence)
