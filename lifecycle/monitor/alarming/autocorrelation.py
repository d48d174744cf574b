"""How many rows count as one, where rows resemble those before them.

The variance of a share in n rows of a stream is that of n / inflation independent rows, inflation = 1 + 2 x the sum of the
autocorrelations. It is estimated for whether a value lies below each tenth of the reference (is it this level), which is what
every drift test adds up, by the spectrum at zero of an autoregression fitted to that series (Berk, 1974; den Haan and Levin,
1997): on a few thousand rows far less noisy than means of batches. The largest of a column counts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["NOTEWORTHY", "rows_as_one"]

NOTEWORTHY = 1.5  # from here on alarms come so much more often than promised that people are told
_ROWS = 50_000  # the newest of the reference
_FEWEST = 100
_TENTHS = np.arange(1, 10) / 10
_LEVELS = 10
_RARE = 30  # rows of a level, or of all others, that say nothing of how they follow one another


def rows_as_one(values: NDArray[np.float64] | NDArray[np.int64], kind: str) -> float:
    """How many rows of a column count as one, at least 1.

    Parameters
    ----------
    values : (n,) in order of time: numbers (NaN missing), or the codes of levels.

    >>> rows_as_one(np.random.default_rng(0).normal(size=2000), "numeric")
    1.0
    >>> rows_as_one(np.repeat(np.random.default_rng(0).normal(size=300), 10), "numeric") > 5
    True
    """
    series = np.asarray(values[-_ROWS:], dtype=np.float64)
    if len(series) < _FEWEST:
        return 1.0
    if kind == "numeric":
        known = series[~np.isnan(series)]
        cuts = np.unique(np.quantile(known, _TENTHS, method="inverted_cdf")) if len(known) else np.empty(0)
        below = [series <= cut for cut in cuts]
    else:
        levels, counts = np.unique(series, return_counts=True)
        below = [series == level for level in levels[np.argsort(-counts, kind="stable")][:_LEVELS]]
    below = [part for part in below if _RARE <= part.sum() <= len(series) - _RARE]
    if not below:
        return 1.0
    return float(np.clip(max(_inflation(part.astype(np.float64)) for part in below), 1.0, len(series) / _FEWEST))


def _inflation(series: NDArray[np.float64]) -> float:
    """The spectrum at zero over the variance, by the autoregression that Schwarz's criterion picks, with twice its standard error."""
    n = len(series)
    centred = series - series.mean()
    most = min(int(10 * np.log10(n)), n // 20)
    size = 1 << int(2 * n - 1).bit_length()
    covariances = np.fft.irfft(np.abs(np.fft.rfft(centred, size)) ** 2, size)[: most + 1] / n
    best, found, taken = np.inf, 1.0, 0
    coefficients, error = np.empty(0), float(covariances[0])
    for order in range(most + 1):
        if order:
            reflection = (covariances[order] - coefficients @ covariances[order - 1 : 0 : -1]) / error if order > 1 else covariances[1] / error
            coefficients = np.append(coefficients - reflection * coefficients[::-1], reflection)
            error *= 1 - reflection**2
            if error <= 0:
                break
        criterion = n * np.log(error) + order * np.log(n)
        if criterion < best:
            best, taken = criterion, order
            found = error / (1 - coefficients.sum()) ** 2 / float(covariances[0])
    # the estimate's relative standard error is about twice that of 1 - the sum of the coefficients
    return float(found * (1 + 2 * np.sqrt(2 * taken * found / n))) if taken else 1.0
