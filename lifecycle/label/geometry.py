"""Distances between rows, for strategies that want their picks to differ."""

from __future__ import annotations

import numpy as np

from lifecycle.label.uncertainty import Floats, Integers

__all__ = ["k_means", "nearest", "seeds", "squared_distances", "standardised"]


def standardised(features: Floats, like: Floats | None = None) -> Floats:
    """Columns with mean 0 and deviation 1 (those of `like`, if given); a missing value sits at the mean, a constant column at 0.

    >>> standardised(np.array([[1.0, 5.0], [3.0, 5.0], [np.nan, 5.0]])).tolist()
    [[-1.0, 0.0], [1.0, 0.0], [0.0, 0.0]]
    """
    centres, deviations = _scale(features if like is None else like)
    values = (features - centres) / deviations
    values[~np.isfinite(values)] = 0.0
    return np.asarray(values)


def _scale(features: Floats) -> tuple[Floats, Floats]:
    known = np.isfinite(features)
    counts = np.maximum(known.sum(axis=0), 1)
    centres = np.where(known, features, 0.0).sum(axis=0) / counts
    deviations = np.sqrt((np.where(known, features - centres, 0.0) ** 2).sum(axis=0) / counts)
    return centres, np.where(deviations > 1e-12, deviations, np.inf)


def squared_distances(rows: Floats, centres: Floats) -> Floats:
    """Squared Euclidean distances, shape (rows, centres).

    >>> squared_distances(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0]])).tolist()
    [[25.0]]
    """
    products = rows @ centres.T
    products *= -2.0
    products += (rows**2).sum(axis=1)[:, None]
    products += (centres**2).sum(axis=1)[None, :]
    return np.maximum(products, 0.0, out=products)


def nearest(rows: Floats, centres: Floats, block: int = 8192) -> tuple[Integers, Floats]:
    """The nearest centre of each row and the squared distance to it, in blocks of bounded memory."""
    closest, distances = np.empty(len(rows), dtype=np.intp), np.empty(len(rows))
    for start in range(0, len(rows), block):
        found = squared_distances(rows[start : start + block], centres)
        closest[start : start + block] = found.argmin(axis=1)
        distances[start : start + block] = found.min(axis=1)
    return closest, distances


def seeds(rows: Floats, weights: Floats, n: int, rng: np.random.Generator) -> Integers:
    """`n` different rows by k-means++: each drawn with probability weight x squared distance to those before (Arthur and
    Vassilvitskii, 2007)."""
    free = np.maximum(weights, 1e-12)
    distances = np.ones(len(rows))
    chosen = np.empty(n, dtype=np.intp)
    for i in range(n):
        mass = free * distances
        if mass.sum() <= 0:  # only copies of what is chosen are left
            mass = free
        chosen[i] = pick = rng.choice(len(rows), p=mass / mass.sum())
        free[pick] = 0.0
        found = squared_distances(rows, rows[pick : pick + 1])[:, 0]
        distances = found if i == 0 else np.minimum(distances, found)
    return chosen


def k_means(rows: Floats, weights: Floats, n: int, rng: np.random.Generator, rounds: int = 10) -> tuple[Floats, Integers]:
    """Weighted k-means: the centres (n, columns) and each row's cluster."""
    centres = rows[seeds(rows, weights, n, rng)]
    labels, _ = nearest(rows, centres)
    for _ in range(rounds):
        mass = np.bincount(labels, weights, minlength=n)
        sums = np.stack([np.bincount(labels, weights * column, minlength=n) for column in rows.T], axis=1)
        centres = np.where(mass[:, None] > 0, sums / np.maximum(mass, 1e-12)[:, None], centres)
        moved, _ = nearest(rows, centres)
        if np.array_equal(moved, labels):
            break
        labels = moved
    return centres, labels
