"""The channels of each row as observed with its label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lifecycle.costs import row_costs
from lifecycle.monitor.performance.layout import Floats, Layout

__all__ = ["Rows", "losses_at", "observed", "row_losses"]

Ints = NDArray[np.int64]
EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Rows:
    """What the model said of n rows.

    Attributes
    ----------
    predicted : (n,) the class's place (-1 for one that is not known), or the number predicted.
    probabilities : (n, K) in class order, None where the model gives none.
    features : (n, F) numbers, NaN for missing, categories as their level's place; None where nothing reads them.
    bins : (n, S) score bins where `RowModel.binned` has found them already.
    """

    predicted: NDArray[np.generic]
    probabilities: Floats | None = None
    features: Floats | None = None
    bins: Ints | None = None

    def __len__(self) -> int:
        return len(self.predicted)

    def pick(self, index: NDArray[np.generic] | slice) -> Rows:
        """Some of the rows, by place, mask or slice."""
        probabilities = None if self.probabilities is None else self.probabilities[index]
        features = None if self.features is None else self.features[index]
        return Rows(self.predicted[index], probabilities, features, None if self.bins is None else self.bins[index])


def row_losses(probabilities: Floats) -> tuple[Floats, Floats]:
    """The Brier score and log loss that each class would cost, were it the truth: (n, K) both.

    >>> brier, log_loss = row_losses(np.array([[0.25, 0.75]]))
    >>> brier.round(4).tolist(), log_loss.round(4).tolist()
    ([[0.5625, 0.0625]], [[1.3863, 0.2877]])
    """
    squares = np.sum(probabilities**2, axis=1, keepdims=True)
    brier = squares - 2.0 * probabilities + 1.0
    if probabilities.shape[1] == 2:
        brier = brier / 2.0
    total = np.maximum(probabilities.sum(axis=1, keepdims=True), EPSILON)
    return brier, -np.log(np.clip(probabilities / total, EPSILON, 1.0))


def losses_at(probabilities: Floats, truth: Ints) -> tuple[Floats, Floats]:
    """`row_losses` at the truth alone, (n,) both."""
    if probabilities.shape[1] == 2:
        first, second = np.ascontiguousarray(probabilities[:, 0]), np.ascontiguousarray(probabilities[:, 1])
        own = np.where(truth == 1, second, first)
        total = first + second
        brier, product = first * first, second * second
        np.add(brier, product, out=brier)
        np.subtract(brier, np.multiply(own, 2.0, out=product), out=brier)
        np.multiply(np.add(brier, 1.0, out=brier), 0.5, out=brier)
    else:
        own = np.take_along_axis(probabilities, np.asarray(truth)[:, None], axis=1)[:, 0]
        total = probabilities.sum(axis=1)
        brier = np.einsum("nk,nk->n", probabilities, probabilities) - 2.0 * own + 1.0
    own /= np.maximum(total, EPSILON, out=total)
    np.log(np.minimum(np.maximum(own, EPSILON, out=own), 1.0, out=own), out=own)
    return brier, np.negative(own, out=own)


def observed(layout: Layout, rows: Rows, truth: NDArray[np.generic]) -> Floats:
    """The channels of labelled rows, (n, C); `truth` as `Rows.predicted` is coded."""
    if layout.task == "regression":
        return _regression(np.asarray(rows.predicted, dtype=np.float64), np.asarray(truth, dtype=np.float64))
    predicted, actual = np.asarray(rows.predicted), np.asarray(truth)
    out = np.zeros((len(rows), len(layout.channels)))
    out[:, 0] = predicted == actual
    if rows.probabilities is not None:
        out[:, 1], out[:, 2] = losses_at(rows.probabilities, np.maximum(actual, 0))
    if layout.costs:
        out[:, layout.at("cost")] = row_costs(np.array(layout.costs), np.maximum(actual, 0), predicted)
    if layout.per_class:
        codes = np.arange(len(layout.classes))
        out[:, layout.block("actual")] = actual[:, None] == codes
        out[:, layout.block("predicted")] = predicted[:, None] == codes
        out[:, layout.block("tp")] = out[:, layout.block("actual")] * out[:, layout.block("predicted")]
    return out


def _regression(predicted: Floats, truth: Floats) -> Floats:
    error = predicted - truth
    relative = np.abs(error) / np.maximum(np.abs(truth), EPSILON)
    return np.column_stack([np.abs(error), error**2, error, relative, truth, truth**2])
