"""Maximum mean discrepancy: how far the mean embeddings of two samples lie apart (Gretton et al., 2012), in linear time.

The Gaussian kernel is the mean over random frequencies (Rahimi and Recht, 2007), so that the unbiased estimate needs sums over
rows alone, never pairs of them. Its p-value comes from shuffling the rows between the samples, exact whatever they are.
Numbers enter by their rank among all rows, categories as indicators: two different levels lie as far apart as two unrelated numbers.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from lifecycle.monitor.multivariate.registration import Floats, Sample, register
from lifecycle.records import MultivariateResult

__all__ = ["bandwidth", "design", "discrepancy", "frequencies", "mmd", "waves"]

FREQUENCIES = 256
DRAWS = 999
PAIRS = 500  # rows whose distances say how wide the kernel is
LEVELS = 20
STEP = 0.5


@register("mmd", least=0.2)
def mmd(reference: Sample, current: Sample, level: float, least: float, seed: int) -> MultivariateResult:
    """The unbiased squared discrepancy (it can be below 0) with its interval. The effect: the shift of one column, in standard
    deviations, that would lie as far from the reference."""
    rng = np.random.default_rng(seed)
    # ranks within one side alone would tell it from the other
    wide = design(replace(reference, values=np.concatenate([reference.values, current.values])))
    first, second = wide[: len(reference)], wide[len(reference) :]
    random = frequencies(rng, wide.shape[1], bandwidth(wide, rng))
    one, two = waves(first, random), waves(second, random)
    statistic, error = discrepancy(one.sum(axis=0), two.sum(axis=0), len(one), len(two)), _error(one, two)
    null = _shuffled(np.concatenate([one, two]), len(one), rng)
    unit = _of_a_shift(one, random)
    effect = STEP * np.sqrt(max(float(statistic), 0.0) / unit)
    p_value, critical = _tail(null, float(statistic), level)
    half = float(special.ndtri(0.975)) * max(error, float(null.std()))
    threshold = max(critical, (least / STEP) ** 2 * unit)
    return MultivariateResult(float(statistic), float(statistic) - half, float(statistic) + half, p_value, float(effect), threshold, {})


def design(sample: Sample) -> Floats:
    """Rows as coordinates of about unit spread: numbers by their rank, missing as the middle with an indicator,
    categories as indicators of the most frequent levels.

    >>> flags = np.array([False, True])
    >>> rows = Sample(np.array([[1.0, 0.0], [2.0, 1.0], [3.0, np.nan]]), flags, ("a", "b"))
    >>> design(rows).round(2).tolist()
    [[-1.15, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [1.15, 0.0, 0.0, 1.0]]
    """
    parts = []
    for j, codes in enumerate(sample.categorical):
        values = sample.values[:, j]
        missing = np.isnan(values)
        if codes:
            most = int(min(np.nanmax(values, initial=0.0) + 1, LEVELS))
            place = np.where(missing, -1, np.minimum(np.nan_to_num(values), most)).astype(np.int64)
            parts.append((place[:, None] == [*range(most), -1]).astype(np.float64))
            continue
        ordered = np.sort(values[~missing])
        rank = (np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")) / max(2 * len(ordered), 1)
        parts.append(np.where(missing, 0.0, (rank - 0.5) * np.sqrt(12.0))[:, None])
        if missing.any():
            parts.append(missing[:, None].astype(np.float64))
    return np.hstack(parts)


def bandwidth(rows: Floats, rng: np.random.Generator) -> float:
    """The kernel's width: the median distance of two rows."""
    some = rows if len(rows) <= PAIRS else rows[rng.choice(len(rows), PAIRS, replace=False)]
    squares = (some**2).sum(axis=1)
    apart = np.maximum(squares[:, None] + squares - 2.0 * some @ some.T, 0.0)[np.triu_indices(len(some), 1)]
    return float(np.sqrt(np.median(apart))) or 1.0


def frequencies(rng: np.random.Generator, columns: int, width: float, count: int = FREQUENCIES) -> Floats:
    """Random frequencies (columns, count) whose waves average to exp(-|x - y|^2 / (2 width^2))."""
    return np.asarray(rng.normal(size=(columns, count)) / width)


def waves(rows: Floats, random: Floats) -> NDArray[np.float64]:
    """The embedding of each row (rows, 2 count), of length 1."""
    angle = rows @ random
    return np.asarray(np.hstack([np.cos(angle), np.sin(angle)]) / np.sqrt(random.shape[1]))


def discrepancy(first: Floats, second: Floats, m: int, n: int) -> Floats:
    """The unbiased squared discrepancy from the sums of both samples' embeddings (..., waves)."""
    own, other = ((first**2).sum(axis=-1) - m) / (m * (m - 1)), ((second**2).sum(axis=-1) - n) / (n * (n - 1))
    return np.asarray(own + other - 2.0 * (first * second).sum(axis=-1) / (m * n))


def _shuffled(rows: Floats, m: int, rng: np.random.Generator) -> Floats:
    """The statistic with rows dealt at random to the two samples."""
    low = rows.astype(np.float32)
    dealt = np.zeros((DRAWS, len(rows)), dtype=np.float32)
    for draw in dealt:
        draw[rng.permutation(len(rows))[:m]] = 1.0
    first = (dealt @ low).astype(np.float64)
    return discrepancy(first, rows.sum(axis=0) - first, m, len(rows) - m)


def _tail(null: Floats, statistic: float, level: float) -> tuple[float, float]:
    """The p-value, and the statistic that has p-value `level`. Where draws are too few to tell, a Pearson III curve through their first
    three moments continues them."""
    counted = (1.0 + np.sum(null >= statistic)) / (len(null) + 1.0)
    curve = stats.pearson3(float(stats.skew(null)), float(null.mean()), float(null.std()) or 1e-12)
    p_value = float(counted) if counted >= 10 / len(null) else float(np.clip(curve.sf(statistic), 1e-9, counted))
    return p_value, float(np.quantile(null, 1.0 - level)) if level >= 10 / len(null) else float(curve.isf(level))


def _error(one: Floats, two: Floats) -> float:
    """The standard error of the squared discrepancy away from 0: of twice the mean of the witness function."""
    witness = one.mean(axis=0) - two.mean(axis=0)
    return float(2.0 * np.sqrt((one @ witness).var() / len(one) + (two @ witness).var() / len(two)))


def _of_a_shift(one: Floats, random: Floats) -> float:
    """The squared discrepancy between the reference and itself, one column moved by half a standard deviation; the mean over columns."""
    m, half = len(one), one.shape[1] // 2
    total = one.sum(axis=0)
    size = ((total[:half] ** 2 + total[half:] ** 2) - m / half) / (m * (m - 1))
    turned = (2.0 - 2.0 * np.cos(random * STEP)).mean(axis=0)
    return max(float(size @ turned), 1e-12)
