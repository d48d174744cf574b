"""From a model's scores to probabilities that held on the reference."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.isotonic import isotonic_regression

from lifecycle.monitor.binning import Lookup
from lifecycle.monitor.performance.layout import Floats

__all__ = ["bin_centres", "bin_of", "calibrated_bins", "quantiles", "score_edges"]


def score_edges(scores: ArrayLike, bins: int) -> Floats:
    """`bins` score bins between 0 and 1, (bins + 1,): half of them equally wide, half at the reference's quantiles.

    Equal width alone would put all of a rare class into one bin; quantiles alone would leave no room for scores that
    the reference never showed.

    >>> score_edges([0.01, 0.011, 0.012], 4).round(4).tolist()
    [0.0, 0.0105, 0.0115, 0.5, 1.0]
    """
    values = np.asarray(scores, dtype=np.float64)
    values = values[np.isfinite(values)]
    half = bins // 2
    grid = np.linspace(0.0, 1.0, half + 1)
    inner = quantiles(values, (np.arange(bins - half) + 0.5) / (bins - half)) if len(values) else np.empty(0)
    edges = np.unique(np.concatenate([grid, np.clip(inner, 0.0, 1.0)]))
    while len(edges) < bins + 1:  # ties in the scores: split the widest bins
        widest = int(np.argmax(np.diff(edges)))
        edges = np.insert(edges, widest + 1, (edges[widest] + edges[widest + 1]) / 2.0)
    return edges


def quantiles(values: Floats, shares: Floats, count: Floats | None = None) -> Floats:
    """`np.quantile` of values (m,) of which each comes `count` times, once if not given; sorted once, whatever the number of shares.

    >>> quantiles(np.array([3.0, 1.0]), np.array([0.5, 0.75]), np.array([1.0, 3.0])).tolist()
    [1.0, 1.5]
    """
    if count is None:
        ordered, last = np.sort(values), np.arange(1, len(values) + 1)
    else:
        order = np.argsort(values)
        ordered, last = values[order], np.cumsum(count[order])
    at = shares * (last[-1] - 1.0)
    low, high = (ordered[np.searchsorted(last, np.minimum(np.floor(at) + more, last[-1] - 1.0), side="right")] for more in (0.0, 1.0))
    part, gap = at - np.floor(at), high - low
    return np.asarray(np.where(part < 0.5, low + gap * part, high - gap * (1.0 - part)), dtype=np.float64)


def bin_of(scores: Floats, edges: Floats) -> NDArray[np.int64]:
    """The bin of each score; a score on an edge belongs to the bin above.

    >>> bin_of(np.array([0.0, 0.5, 0.7, 1.0]), np.array([0.0, 0.5, 0.6, 1.0])).tolist()
    [0, 1, 2, 2]
    """
    return _lookup(np.asarray(edges, dtype=np.float64).tobytes())(np.asarray(scores, dtype=np.float64))


@lru_cache(maxsize=256)
def _lookup(edges: bytes) -> Lookup:
    """The bins below which scores lie: an edge that belongs to the bin above is the number before it."""
    return Lookup(np.nextafter(np.frombuffer(edges)[1:-1], -np.inf), tails=0)


def bin_centres(edges: Floats) -> Floats:
    """The middle of each bin, (..., B)."""
    return (edges[..., 1:] + edges[..., :-1]) / 2.0


def calibrated_bins(positive: Floats, negative: Floats, centres: Floats) -> Floats:
    """The chance of the class in each score bin, rising with the score (isotonic), from the reference's counts.

    Bins that the reference does not reach take what lies between their neighbours.

    >>> calibrated_bins(np.array([1.0, 0, 3]), np.array([3.0, 0, 1]), np.array([0.2, 0.5, 0.8])).tolist()
    [0.25, 0.5, 0.75]
    """
    rows = positive + negative
    there = rows > 0
    if not there.any():
        return centres
    fitted = isotonic_regression(positive[there] / rows[there], sample_weight=rows[there], y_min=0.0, y_max=1.0)
    return np.asarray(np.interp(centres, centres[there], fitted), dtype=np.float64)
