"""Two learners by their scores on several splits of the same rows: the corrected resampled t-test."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from lifecycle.errors import InvalidValue
from lifecycle.release.paired import LEVEL, Difference

__all__ = ["NAME", "compare_splits"]

NAME = "corrected resampled t-test (Nadeau and Bengio 2003)"


def compare_splits(
    old: Sequence[float] | NDArray[np.float64], new: Sequence[float] | NDArray[np.float64], learned: float, tested: float
) -> Difference:
    """New minus old over several splits of the same rows, with its 95 % interval and the p-value of no difference.

    The scores of splits depend on one another, since they share rows to learn from, so that the usual t-test finds differences where there
    are none. Nadeau and Bengio (2003) widen its variance: with k splits, s2 the variance of their differences, the mean has the variance
    (1 / k + tested / learned) s2, and k - 1 degrees of freedom. The test is named in `resampled.NAME`.

    old, new : (k,) the two scores on each split, of any metric. learned, tested : rows that a split learns from and is scored on.

    >>> found = compare_splits([0.80, 0.82, 0.79, 0.81], [0.83, 0.84, 0.83, 0.82], learned=300, tested=100)
    >>> round(found.value, 4), round(found.lower, 4), round(found.p_value, 4)
    (0.025, -0.0064, 0.085)

    Raises
    ------
    InvalidValue : fewer than two splits, other numbers of scores, a score that is no number, or no rows.
    """
    before, after = np.asarray(old, dtype=np.float64), np.asarray(new, dtype=np.float64)
    if before.ndim != 1 or before.shape != after.shape or len(before) < 2 or not (np.isfinite(before).all() and np.isfinite(after).all()):
        raise InvalidValue(f"Give both scores of each of two or more splits, all of them numbers; given: {before.shape} and {after.shape}.")
    if not (learned > 0 and tested > 0):
        raise InvalidValue(f"A split learns from {learned} rows and is scored on {tested}; both must be above 0.")
    apart, splits = after - before, len(before)
    value, error = float(apart.mean()), float(apart.std(ddof=1)) * math.sqrt(1 / splits + tested / learned)
    if error == 0:
        return Difference(value, value, value, 1.0 if value == 0 else 0.0)
    half = float(stats.t.ppf(0.5 + LEVEL / 2, splits - 1)) * error
    return Difference(value, value - half, value + half, 2 * float(stats.t.sf(abs(value) / error, splits - 1)))
