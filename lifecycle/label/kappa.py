"""Cohen's kappa with its interval."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from lifecycle.label.uncertainty import Floats
from lifecycle.records import Estimate

__all__ = ["kappa_estimate"]


def kappa_estimate(table: Floats, alpha: float = 0.05) -> Estimate:
    """Kappa of a table of counts (what one said x what the other said) with the interval of its large-sample variance.

    Cohen (1960); the variance of Fleiss, Cohen and Everitt (1969), equation 13. NaN where chance alone would agree. Few items
    make the interval too narrow; below about 30 it is a rough guide.

    >>> found = kappa_estimate(np.array([[20.0, 5.0], [10.0, 15.0]]))
    >>> round(found.value, 3), round(found.lower, 3), round(found.upper, 3)
    (0.4, 0.151, 0.649)
    """
    n = table.sum()
    if not n:
        return Estimate(float("nan"), float("nan"), float("nan"))
    shares = table / n
    rows, columns, agreed = shares.sum(axis=1), shares.sum(axis=0), np.diag(shares)
    expected = float(rows @ columns)
    if expected >= 1:
        return Estimate(float("nan"), float("nan"), float("nan"))
    kappa = (float(agreed.sum()) - expected) / (1 - expected)
    sums = rows[None, :] + columns[:, None]  # what was said by the other as the row, by the one as the column
    apart = shares * sums**2
    on = float((agreed * (1 - (rows + columns) * (1 - kappa)) ** 2).sum())
    off = (1 - kappa) ** 2 * float(apart.sum() - np.diag(apart).sum())
    variance = (on + off - (kappa - expected * (1 - kappa)) ** 2) / ((1 - expected) ** 2 * n)
    half = float(norm.ppf(1 - alpha / 2)) * float(np.sqrt(max(variance, 0.0)))
    return Estimate(kappa, max(-1.0, kappa - half), min(1.0, kappa + half))
