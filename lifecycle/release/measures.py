"""Metrics as functions of column sums over rows, so that a bootstrap of thousands of rows is one matrix product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["HEADLINES", "LOWER_IS_BETTER", "Answers", "classification_columns", "classification_values", "regression_columns", "regression_values"]

LOWER_IS_BETTER = frozenset({"mae", "rmse", "bias", "log_loss", "brier", "calibration_error", "cost"})
HEADLINES = {"classification": "accuracy", "regression": "mae"}
BINS = 10

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Answers:
    """What one model says of rows: `values` (n,), codes of classes or numbers; `probabilities` (n, classes) where it gives them."""

    values: NDArray[np.int64] | Array
    probabilities: Array | None = None


def classification_columns(truth: NDArray[np.int64], said: Answers, weights: Array, classes: int, scored: bool) -> Array:
    """Per row: weight, right, then per class hit, answered and true; with `scored` also log loss, Brier score, and per bin of
    confidence the confidence and the share right. (n, columns), each times the row's weight."""
    rows = np.arange(len(truth))
    right = (said.values == truth).astype(float)
    one = np.eye(classes)
    parts = [np.ones((len(truth), 1)), right[:, None], one[truth] * right[:, None], one[said.values.astype(int)], one[truth]]
    if scored and said.probabilities is not None:
        p = said.probabilities
        parts.append(-np.log(np.clip(p[rows, truth], 1e-15, 1.0))[:, None])
        parts.append(((p - one[truth]) ** 2).sum(axis=1, keepdims=True))
        confidence, favourite = p.max(axis=1), p.argmax(axis=1)
        bins = np.eye(BINS)[np.argsort(np.argsort(confidence, kind="stable"), kind="stable") * BINS // len(truth)]
        parts += [bins * confidence[:, None], bins * (favourite == truth)[:, None]]
    return np.asarray(np.hstack(parts) * weights[:, None])


def classification_values(sums: Array, classes: int, scored: bool) -> dict[str, Array]:
    """The metrics (draws,) of column sums (draws, columns)."""
    total, right = sums[:, 0], sums[:, 1]
    hits, answered, true = (sums[:, 2 + classes * i : 2 + classes * (i + 1)] for i in range(3))
    values = {"accuracy": right / total, "balanced_accuracy": _mean_ratio(hits, true), "f1": _mean_ratio(2 * hits, answered + true)}
    if scored:
        rest = sums[:, 2 + 3 * classes :]
        gaps = np.abs(rest[:, 2 : 2 + BINS] - rest[:, 2 + BINS : 2 + 2 * BINS]).sum(axis=1)
        values |= {"log_loss": rest[:, 0] / total, "brier": rest[:, 1] / total, "calibration_error": gaps / total}
    return values


def regression_columns(truth: Array, said: Answers, weights: Array) -> Array:
    """Per row: weight, absolute error, squared error, error, truth and its square (centred). (n, 6), each times the row's weight."""
    error, centred = said.values - truth, truth - truth.mean()
    return np.asarray(np.column_stack([np.ones(len(truth)), np.abs(error), error**2, error, centred, centred**2]) * weights[:, None])


def regression_values(sums: Array) -> dict[str, Array]:
    """mae, rmse, r2 (NaN for a constant truth) and bias (its size, so that less is better): (draws,) each."""
    means = sums[:, 1:] / sums[:, :1]
    spread = means[:, 4] - means[:, 3] ** 2
    r2 = 1 - np.divide(means[:, 1], spread, out=np.full(len(sums), np.nan), where=spread > 1e-12 * np.maximum(means[:, 4], 1e-300))
    return {"mae": means[:, 0], "rmse": np.sqrt(means[:, 1]), "r2": r2, "bias": np.abs(means[:, 2])}


def _mean_ratio(over: Array, under: Array) -> Array:
    """The mean over the classes that occur of over / under."""
    ratio = np.divide(over, under, out=np.zeros(over.shape), where=under > 0)
    return np.asarray(ratio.sum(axis=1) / np.maximum((under > 0).sum(axis=1), 1))
