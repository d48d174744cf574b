"""Direct loss estimation: how large a regression's error is likely to be, from the row alone.

Two opinions are averaged: slow boosted trees, which find where errors are large, and a Poisson regression with a logarithmic link, whose
products of effects hold on where rows move out of the reference's middle. How much each counts is what the reference's other rows say, drawn to
a half. On real data under covariate shift the average is nearer to the truth than trees alone, NannyML's among them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import PoissonRegressor, Ridge

from lifecycle.monitor.performance.channels import Ints
from lifecycle.monitor.performance.design import Design, learned_design
from lifecycle.monitor.performance.layout import Floats
from lifecycle.monitor.trees import without_empty
from lifecycle.records import Column

__all__ = ["ENOUGH", "ErrorModel", "fit_error_model"]

ENOUGH = 60  # reference rows; fewer teach no more than their mean, and nothing is estimated
MOST = 50_000
FOLDS = 3
EVEN = 30.0


@dataclass(frozen=True)
class Opinions:
    """Trees and linear models of |error| and of the signed error, given the features and the prediction."""

    design: Design
    sizes: tuple[HistGradientBoostingRegressor, PoissonRegressor]
    sides: tuple[HistGradientBoostingRegressor, Ridge]
    mean: float  # the |error|, as whose multiple the Poisson regression counts
    reach: tuple[float, float]  # the logarithms that the Poisson regression says at least and at most

    def absolute(self, table: Floats) -> Floats:
        """The |error| that trees and line expect of each row, (n, 2)."""
        trees, line = self.sizes
        fitted = np.clip(_logarithm(line, self.design.of(table)), *self.reach)
        return np.column_stack([np.maximum(trees.predict(table), 0.0), self.mean * np.exp(fitted)])

    def signed(self, table: Floats) -> Floats:
        """The error that both expect of each row, (n,)."""
        trees, line = self.sides
        return np.asarray((trees.predict(table) + line.predict(self.design.of(table))) / 2.0, dtype=np.float64)


@dataclass(frozen=True)
class ErrorModel:
    """What a row's error is likely to be; without opinions it is that of any row."""

    opinions: Opinions | None
    mean_absolute: float
    mean_signed: float
    share: float = 0.5  # of the trees in the |error|
    ratio: float = 1.0  # mean squared error over the mean square of the |error| that is guessed, as on the reference

    def sizes(self, features: Floats | None, predicted: Floats) -> Floats:
        """The |error| of each row by either opinion, (n, 2)."""
        if self.opinions is None or not len(predicted):
            return np.full((len(predicted), 2), self.mean_absolute)
        return self.opinions.absolute(_table(features, predicted))

    def guess(self, features: Floats | None, predicted: Floats) -> Floats:
        """The channels that each row is likely to have, (n, 6)."""
        n = len(predicted)
        absolute = self.sizes(features, predicted) @ np.array([self.share, 1.0 - self.share])
        error = np.full(n, self.mean_signed) if self.opinions is None or not n else self.opinions.signed(_table(features, predicted))
        error = np.clip(error, -absolute, absolute)
        squared = self.ratio * absolute**2
        truth = predicted - error
        relative = absolute / np.maximum(np.abs(truth), np.maximum(absolute, 1e-12))
        return np.column_stack([absolute, squared, error, relative, truth, truth**2 + np.maximum(squared - error**2, 0.0)])


def fit_error_model(
    features: Floats | None, predicted: Floats, truth: Floats, seed: int = 0, columns: tuple[Column, ...] = ()
) -> tuple[ErrorModel, Floats]:
    """Fit on the reference. Returns the model and its out-of-fold guess of the reference's channels, (n, 6).

    columns : what the features are; numbers, those that are not told. Source: direct loss estimation, NannyML documentation; here with the
    ratio of squared to absolute error kept from the reference, so that both come from one model.
    """
    n = len(predicted)
    chosen = np.arange(n) if n <= MOST else np.sort(np.random.default_rng(seed).choice(n, MOST, replace=False))
    folds = np.random.default_rng(seed).permutation(n) % FOLDS

    def some(rows: Ints) -> tuple[Floats | None, Floats]:
        return None if features is None else features[rows], predicted[rows]

    held = [np.flatnonzero(folds == fold) for fold in range(FOLDS)]
    parts = [_fit(*some(chosen[folds[chosen] != fold]), truth[chosen[folds[chosen] != fold]], seed, columns) for fold in range(FOLDS)]
    sizes, guesses = np.empty((n, 2)), np.empty((n, 6))
    for rows, part in zip(held, parts, strict=True):
        sizes[rows] = part.sizes(*some(rows))
    share, ratio = _weighed(sizes, np.abs(predicted - truth))
    for rows, part in zip(held, parts, strict=True):
        guesses[rows] = replace(part, share=share, ratio=ratio).guess(*some(rows))
    return replace(_fit(*some(chosen), truth[chosen], seed, columns), share=share, ratio=ratio), guesses


def _weighed(sizes: Floats, absolute: Floats) -> tuple[float, float]:
    """The trees' share, and mean squared error over the mean square of what is guessed, from opinions (n, 2) on rows that they have not seen.

    Least squares with the weights of a Poisson's variance; the share of a half counts as EVEN rows would that differ by as much as they err.
    """
    weight = 1.0 / np.maximum(sizes.mean(axis=1), max(1e-3 * float(absolute.mean()), 1e-300))
    apart, left = sizes[:, 0] - sizes[:, 1], absolute - sizes[:, 1]
    prior = EVEN * float(np.mean(weight * left**2))
    bottom = float(np.sum(weight * apart**2)) + prior
    share = float(np.clip((np.sum(weight * apart * left) + prior / 2.0) / bottom, 0.0, 1.0)) if bottom > 0 else 0.5
    guessed = float(np.mean((sizes @ np.array([share, 1.0 - share])) ** 2))
    return share, float(np.mean(absolute**2)) / guessed if guessed > 0 else 1.0


def _fit(features: Floats | None, predicted: Floats, truth: Floats, seed: int, columns: tuple[Column, ...]) -> ErrorModel:
    error = predicted - truth
    absolute = np.abs(error)
    mean, signed = (float(values.mean()) if len(error) else 0.0 for values in (absolute, error))
    if len(error) < ENOUGH // 2 or mean == 0.0:
        return ErrorModel(None, mean, signed)
    table = _table(features, predicted)
    design = learned_design(() if features is None else columns, table)
    x, known = design.of(table), without_empty(table)
    line = PoissonRegressor(alpha=0.01, solver="newton-cholesky", max_iter=200).fit(x, absolute / mean)
    told = _logarithm(line, x)
    opinions = Opinions(
        design,
        (_trees(len(error), seed).fit(known, absolute), line),
        (_trees(len(error), seed).fit(known, error), Ridge(0.01 * len(error)).fit(x, error)),
        mean,
        (float(told.min()) - np.log(2.0), float(told.max()) + np.log(2.0)),
    )
    return ErrorModel(opinions, mean, signed)


def _trees(rows: int, seed: int) -> HistGradientBoostingRegressor:
    leaf = int(np.clip(rows // 40, 10, 200))
    return HistGradientBoostingRegressor(
        max_iter=60, learning_rate=0.05, max_leaf_nodes=8, min_samples_leaf=leaf, early_stopping=False, random_state=seed
    )


def _logarithm(line: PoissonRegressor, design: Floats) -> Floats:
    return np.asarray(design @ line.coef_ + line.intercept_, dtype=np.float64)


def _table(features: Floats | None, predicted: Floats) -> Floats:
    column = np.asarray(predicted, dtype=np.float64)[:, None]
    return column if features is None else np.hstack([column, features])
