"""What a query strategy needs to know in regression, where a model gives no probabilities: learned from the errors it has
made on rows whose truth is known. Honest only where such rows are at hand and resemble the pool."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import RandomForestRegressor

from lifecycle.label.uncertainty import Floats

__all__ = ["ENOUGH", "committee_predictions", "expected_errors"]

ENOUGH = 20  # known errors below which nothing is learned from them
TREES = 50


def expected_errors(known: Floats, errors: Floats, pool: Floats, seed: int) -> Floats:
    """The absolute error that a random forest on the known errors expects of each pool row, shape (pool, 1).

    >>> known = np.linspace(-1, 1, 200)[:, None]
    >>> found = expected_errors(known, np.where(known[:, 0] > 0, 2.0, 0.1), np.array([[-0.5], [0.5]]), 0)
    >>> found.round(1).tolist()
    [[0.1], [2.0]]
    """
    return np.asarray(_forest(known, np.abs(errors), seed).predict(_filled(pool)))[:, None]


def committee_predictions(known: Floats, truth: Floats, pool: Floats, seed: int) -> Floats:
    """What each tree of a random forest on the known truth says of each pool row, shape (pool, trees)."""
    forest, rows = _forest(known, truth, seed), _filled(pool)
    return np.stack([tree.predict(rows) for tree in forest.estimators_], axis=1)


def _forest(known: Floats, target: Floats, seed: int) -> RandomForestRegressor:
    forest = RandomForestRegressor(TREES, min_samples_leaf=5, max_features=0.5, random_state=seed % 2**32, n_jobs=1)
    return forest.fit(_filled(known), target)


def _filled(rows: Floats) -> Floats:
    """Missing values as a number far from all others, which a tree can tell apart."""
    return np.where(np.isfinite(rows), rows, -1e30)
