"""How good a model is on rows it was not fitted on: every metric with a 95 % interval.

Intervals: Wilson (1927) for shares; a multinomial bootstrap of the confusion matrix for what is a function of it (the same as a
bootstrap of rows); Student's t for means of losses; DeLong (1988) for the area under the curve; a grouped jackknife for R squared.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from lifecycle.records import Estimate

__all__ = ["LOWER_IS_BETTER", "calibration_error", "classification", "losses", "regression", "summary"]

LOWER_IS_BETTER = frozenset({"mae", "rmse", "mse", "mape", "log_loss", "brier", "calibration_error", "cost"})
LEVEL = 0.95
RESAMPLES = 1000
Array = np.ndarray[Any, Any]


def summary(figures: dict[str, Estimate]) -> dict[str, Any]:
    """Estimates as a version keeps them: each metric a number, and the intervals beside them.

    >>> summary({"accuracy": Estimate(0.9, 0.8, 0.95)})
    {'accuracy': 0.9, 'intervals': {'accuracy': [0.8, 0.95]}}
    """
    values: dict[str, Any] = {name: estimate.value for name, estimate in figures.items()}
    return {**values, "intervals": {name: [estimate.lower, estimate.upper] for name, estimate in figures.items()}}


def classification(truth: Array, prediction: Array, probabilities: Array | None, classes: tuple[str, ...], seed: int = 0) -> dict[str, Estimate]:
    """Accuracy, balanced accuracy and macro F1; with `probabilities` (rows, classes) log loss, Brier score, calibration error and, for two
    classes, ROC AUC of the second. `truth` and `prediction`: class names as str.

    >>> figures = classification(np.array(["a", "b", "b"]), np.array(["a", "b", "a"]), None, ("a", "b"))
    >>> round(figures["accuracy"].value, 3), round(figures["f1"].value, 3)
    (0.667, 0.667)
    """
    t, p = (np.asarray(pd.Categorical(names, categories=list(classes)).codes, dtype=int) for names in (truth, prediction))
    cells = np.bincount(t * len(classes) + p, minlength=len(classes) ** 2).reshape(len(classes), -1)
    draws = np.random.default_rng(seed).multinomial(len(t), cells.ravel() / len(t), RESAMPLES).reshape(RESAMPLES, *cells.shape)
    figures = {"accuracy": wilson(int(np.trace(cells)), len(t))}
    for name, of in (("balanced_accuracy", _balanced_accuracy), ("f1", _macro_f1)):
        figures[name] = Estimate(float(of(cells[None])[0]), *_percentiles(of(draws)))
    if probabilities is not None:
        q = np.clip(probabilities[np.arange(len(t)), t], 1e-15, 1.0)
        figures["log_loss"] = _mean(-np.log(q))
        figures["brier"] = _mean(((probabilities - np.eye(len(classes))[t]) ** 2).sum(axis=1))
        figures["calibration_error"] = _calibration(probabilities.max(axis=1), t == probabilities.argmax(axis=1), seed)
        if len(classes) == 2 and 0 < t.sum() < len(t):
            figures["roc_auc"] = delong(t == 1, probabilities[:, 1])
    return figures


def regression(truth: Array, prediction: Array) -> dict[str, Estimate]:
    """Mean absolute error, root mean squared error, R squared (NaN for one row or a constant truth) and bias.

    >>> figures = regression(np.array([1.0, 2.0, 4.0]), np.array([1.0, 3.0, 4.0]))
    >>> round(figures["mae"].value, 3), round(figures["rmse"].value, 3), round(figures["bias"].value, 3)
    (0.333, 0.577, 0.333)
    """
    error = prediction - truth
    square = _mean(error**2)
    return {
        "mae": _mean(np.abs(error)),
        "rmse": Estimate(*(float(np.sqrt(max(v, 0.0))) for v in (square.value, square.lower, square.upper))),
        "r2": _jackknife(_r2, truth, prediction),
        "bias": _mean(error),
    }


def losses(truth: Array, prediction: Array, task: str) -> Array:
    """One loss a row, (rows,): 1 where the class is wrong, or the absolute error.

    >>> losses(np.array(["a", "b"]), np.array(["a", "a"]), "classification").tolist()
    [0.0, 1.0]
    """
    if task == "regression":
        return np.asarray(np.abs(np.asarray(prediction, dtype=float) - np.asarray(truth, dtype=float)))
    return np.asarray(np.asarray(truth, dtype=object) != np.asarray(prediction, dtype=object), dtype=float)


def wilson(hits: int, n: int) -> Estimate:
    """A share with Wilson's interval.

    >>> estimate = wilson(8, 10)
    >>> round(estimate.lower, 4), round(estimate.upper, 4)
    (0.4902, 0.9433)
    """
    found = stats.binomtest(hits, n).proportion_ci(LEVEL, method="wilson")
    return Estimate(hits / n, float(found.low), float(found.high))


def delong(positive: Array, score: Array) -> Estimate:
    """Area under the ROC curve with DeLong's interval, ties counted half.

    >>> delong(np.array([False, False, True, True]), np.array([0.1, 0.4, 0.35, 0.8])).value
    0.75
    """
    x, y = score[positive], score[~positive]
    ranks, own_x, own_y = stats.rankdata(np.r_[x, y]), stats.rankdata(x), stats.rankdata(y)
    above = (ranks[: len(x)] - own_x) / len(y)
    below = 1.0 - (ranks[len(x) :] - own_y) / len(x)
    area = float(above.mean())
    spread = sum(float(v.var(ddof=1)) / len(v) if len(v) > 1 else 0.25 for v in (above, below))
    half = float(stats.norm.ppf(0.5 + LEVEL / 2) * np.sqrt(spread))
    return Estimate(area, max(0.0, area - half), min(1.0, area + half))


def calibration_error(confidence: Array, right: Array, bins: int = 10) -> float:
    """Expected calibration error over `bins` bins of about equal counts: the mean gap between confidence and share right.

    >>> calibration_error(np.full(10, 0.7), np.arange(10) < 7, bins=1)
    0.0
    """
    edges = np.unique(np.quantile(confidence, np.linspace(0, 1, bins + 1)[1:-1]))
    place = np.searchsorted(edges, confidence, side="left")  # equal confidences share a bin, whatever the order of the rows
    gaps = np.bincount(place, weights=confidence - right, minlength=len(edges) + 1)
    return round(float(np.abs(gaps).sum() / len(confidence)), 12)


def _calibration(confidence: Array, right: Array, seed: int) -> Estimate:
    rng = np.random.default_rng(seed)
    picks = rng.integers(0, len(right), (100, min(len(right), 5000)))
    spread = np.std([calibration_error(confidence[pick], right[pick]) for pick in picks])
    half = float(1.96 * spread * np.sqrt(picks.shape[1] / len(right)))
    value = calibration_error(confidence, right)
    return Estimate(value, max(0.0, value - half), value + half)


def _balanced_accuracy(cells: Array) -> Array:
    rows = cells.sum(axis=2)
    recall = np.divide(np.diagonal(cells, axis1=1, axis2=2), rows, out=np.zeros(rows.shape), where=rows > 0)
    return np.asarray(recall.sum(axis=1) / np.maximum((rows > 0).sum(axis=1), 1))


def _macro_f1(cells: Array) -> Array:
    hits = np.diagonal(cells, axis1=1, axis2=2)
    total = cells.sum(axis=1) + cells.sum(axis=2)
    scores = np.divide(2.0 * hits, total, out=np.zeros(total.shape), where=total > 0)
    return np.asarray(scores.sum(axis=1) / np.maximum((total > 0).sum(axis=1), 1))


def _percentiles(draws: Array) -> tuple[float, float]:
    lower, upper = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(lower), float(upper)


def _mean(values: Array) -> Estimate:
    mean = float(values.mean())
    if len(values) < 2:
        return Estimate(mean, float("nan"), float("nan"))
    half = float(stats.t.ppf(0.5 + LEVEL / 2, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    return Estimate(mean, mean - half, mean + half)


def _r2(truth: Array, prediction: Array) -> float:
    spread = float(((truth - truth.mean()) ** 2).sum())
    return 1.0 - float(((truth - prediction) ** 2).sum()) / spread if spread > 0 else float("nan")


def _jackknife(of: Callable[[Array, Array], float], truth: Array, prediction: Array, groups: int = 30) -> Estimate:
    value, groups = of(truth, prediction), min(groups, len(truth))
    if groups < 3 or not np.isfinite(value):
        return Estimate(value, float("nan"), float("nan"))
    group = np.arange(len(truth)) % groups
    left_out = np.array([of(truth[group != g], prediction[group != g]) for g in range(groups)])
    half = float(stats.t.ppf(0.5 + LEVEL / 2, groups - 1) * np.sqrt((groups - 1) / groups * ((left_out - left_out.mean()) ** 2).sum()))
    return Estimate(value, value - half, min(1.0, value + half))
