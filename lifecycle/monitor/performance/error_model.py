"""Direct loss estimation: how large a regression's error is likely to be, from the row alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from lifecycle.monitor.performance.layout import Floats
from lifecycle.monitor.trees import without_empty

__all__ = ["ENOUGH", "ErrorModel", "fit_error_model"]

ENOUGH = 60  # reference rows; fewer teach no more than their mean, and nothing is estimated
MOST = 50_000


@dataclass(frozen=True)
class ErrorModel:
    """Regressors of |error| and of the signed error, given the features and the prediction."""

    absolute: HistGradientBoostingRegressor | None
    signed: HistGradientBoostingRegressor | None
    mean_absolute: float
    mean_signed: float
    ratio: float  # mean squared error over squared mean absolute error, as on the reference

    def guess(self, features: Floats | None, predicted: Floats) -> Floats:
        """The channels that each row is likely to have, (n, 6)."""
        table = _table(features, predicted)
        n = len(predicted)
        absolute = np.full(n, self.mean_absolute) if self.absolute is None else np.maximum(self.absolute.predict(table), 0.0)
        error = np.full(n, self.mean_signed) if self.signed is None else self.signed.predict(table)
        error = np.clip(error, -absolute, absolute)
        squared = self.ratio * absolute**2
        truth = predicted - error
        relative = absolute / np.maximum(np.abs(truth), np.maximum(absolute, 1e-12))
        return np.column_stack([absolute, squared, error, relative, truth, truth**2 + np.maximum(squared - error**2, 0.0)])


def fit_error_model(features: Floats | None, predicted: Floats, truth: Floats, seed: int = 0) -> tuple[ErrorModel, Floats]:
    """Fit on the reference. Returns the model and its out-of-fold guess of the reference's channels, (n, 6).

    Source: direct loss estimation, NannyML documentation; here with the ratio of squared to absolute error kept from the
    reference, so that both come from one model.
    """
    chosen = np.arange(len(predicted))
    if len(chosen) > MOST:
        chosen = np.sort(np.random.default_rng(seed).choice(chosen, MOST, replace=False))
    some = None if features is None else features[chosen]
    model = _fit(some, predicted[chosen], truth[chosen], seed)
    guesses = np.empty((len(predicted), 6))
    folds = np.random.default_rng(seed).permutation(len(predicted)) % 3
    for fold in range(3):
        held = folds == fold
        kept = np.intersect1d(chosen, np.flatnonzero(~held)) if len(chosen) < len(predicted) else np.flatnonzero(~held)
        part = model if len(kept) == 0 else _fit(None if features is None else features[kept], predicted[kept], truth[kept], seed)
        guesses[held] = part.guess(None if features is None else features[held], predicted[held])
    return model, guesses


def _fit(features: Floats | None, predicted: Floats, truth: Floats, seed: int) -> ErrorModel:
    error = predicted - truth
    absolute = np.abs(error)
    mean, signed = float(absolute.mean()), float(error.mean())
    ratio = float(np.mean(error**2) / mean**2) if mean > 0 else 1.0
    if len(error) < ENOUGH // 2 or mean == 0.0:
        return ErrorModel(None, None, mean, signed, ratio)
    table = _table(features, predicted)
    size = _regressor(len(error), seed).fit(without_empty(table), absolute)
    side = _regressor(len(error), seed).fit(without_empty(table), error)
    fitted = np.maximum(size.predict(table), 0.0)
    return ErrorModel(size, side, mean, signed, float(np.mean(error**2) / max(np.mean(fitted**2), 1e-300)))


def _regressor(rows: int, seed: int) -> HistGradientBoostingRegressor:
    leaf = int(np.clip(rows // 40, 10, 200))
    return HistGradientBoostingRegressor(max_iter=60, learning_rate=0.1, max_leaf_nodes=15, min_samples_leaf=leaf, random_state=seed)


def _table(features: Floats | None, predicted: Floats) -> NDArray[np.float64]:
    column = np.asarray(predicted, dtype=np.float64)[:, None]
    return column if features is None else np.hstack([features, column])
