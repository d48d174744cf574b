"""What the reference's rows say once each is weighted by how common rows like it are now.

Where rows move to a part of the input in which the estimate errs, the reference's own errors there tell by how much. Source: Bialek et al. 2024
(PAPE, arXiv 2401.08348) calibrate anew with density-ratio weights; here the weights are put on the errors that the
estimate makes out of fold (the doubly robust form), which on real data is nearer to the truth than a weighted calibration. The ratio comes from a
cross-fitted classifier of reference against window. Few effective rows say little: the correction is drawn to nothing by
PRIOR rows, and what it leaves in doubt is part of the interval.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from lifecycle.monitor.performance.layout import Floats
from lifecycle.monitor.trees import without_empty

__all__ = ["FOLDS", "MOST", "Reweighting", "corrected", "density_ratio"]

MOST = 4_000  # rows of the reference, and of a window
ENOUGH = 60
PRIOR = 400.0  # effective rows at which half the correction is believed
CLIP = 20.0
FOLDS = 3


@dataclass(frozen=True)
class Reweighting:
    """Of at most MOST rows of the reference: table (m, T), scores and features; error (m, C), what was observed less what was guessed without it."""

    table: Floats
    error: Floats


def density_ratio(reference: Floats, current: Floats, seed: int = 0) -> Floats:
    """How much more common rows like each of the reference are now, (m,), with mean 1, at most 20 times the mean.

    >>> rng = np.random.default_rng(0)
    >>> ratio = density_ratio(rng.normal(size=(2000, 1)), rng.normal(1.0, 1.0, size=(2000, 1)))
    >>> bool(0.95 < ratio.mean() < 1.05), bool(ratio.max() <= 20.0)
    (True, True)
    """
    both = np.vstack([reference, current])
    side = np.repeat([0, 1], [len(reference), len(current)])
    fold = np.random.default_rng(seed).permutation(len(both)) % FOLDS
    chance = np.empty(len(reference))
    for held in range(FOLDS):
        model = HistGradientBoostingClassifier(
            max_iter=30, max_leaf_nodes=6, min_samples_leaf=25, l2_regularization=5.0, early_stopping=False, random_state=seed
        )
        model.fit(without_empty(both[fold != held]), side[fold != held])
        mine = fold[: len(reference)] == held
        if mine.any():
            chance[mine] = model.predict_proba(reference[mine])[:, 1]
    ratio = np.clip(chance / np.maximum(1.0 - chance, 1e-9) * len(reference) / len(current), 0.0, CLIP)
    return np.asarray(np.minimum(ratio / max(float(ratio.mean()), 1e-9), CLIP), dtype=np.float64)


def corrected(known: Reweighting, current: Floats, seed: int = 0) -> tuple[Floats, Floats]:
    """What to add to the mean guessed channels of a window (C,), and the covariance (C, C) that it brings. current : (n, T) some of its rows."""
    c = known.error.shape[1]
    if min(len(current), len(known.table)) < ENOUGH:
        return np.zeros(c), np.zeros((c, c))
    weight = density_ratio(known.table, current, seed)
    weight = weight / weight.sum()
    effective = 1.0 / np.sum(weight**2)
    mean = weight @ known.error
    residual = known.error - mean
    share = effective / (effective + PRIOR)
    return share * mean, share**2 * (residual.T @ ((weight**2)[:, None] * residual))
