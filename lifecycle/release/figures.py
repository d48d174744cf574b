"""What a page draws of a comparison, as plain lists: confusion, calibration, residuals."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lifecycle.plain import plain
from lifecycle.records import Schema
from lifecycle.release.measures import Answers

__all__ = ["calibration", "confusion", "figures", "residuals"]

BINS = 10
SHOWN = 300
QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)

Array = NDArray[np.float64]


def figures(truth: NDArray[Any], said: tuple[Answers, Answers], weights: Array, schema: Schema) -> dict[str, Any]:
    """effective_rows, wins, losses, ties, shares (of the classes), and per side ("old", "new"): confusion and calibration, or residuals."""
    found: dict[str, Any] = {"effective_rows": float(weights.sum() ** 2 / (weights**2).sum()), "weighted": bool(np.ptp(weights) > 0)}
    if schema.task == "regression":
        closer = np.abs(said[1].values - truth) - np.abs(said[0].values - truth)
        found |= {"wins": int((closer < 0).sum()), "losses": int((closer > 0).sum()), "ties": int((closer == 0).sum())}
        return found | {"residuals": {side: residuals(truth, one.values.astype(float)) for side, one in zip(("old", "new"), said, strict=True)}}
    right = [one.values == truth for one in said]
    found |= {"wins": int((right[1] & ~right[0]).sum()), "losses": int((right[0] & ~right[1]).sum()), "ties": int((right[0] == right[1]).sum())}
    found["classes"] = list(schema.classes)
    found["shares"] = plain(np.bincount(truth, weights, len(schema.classes)) / weights.sum())
    sides = dict(zip(("old", "new"), said, strict=True))
    found["confusion"] = {side: confusion(truth, one.values, len(schema.classes)) for side, one in sides.items()}
    scored = {side: one.probabilities for side, one in sides.items() if one.probabilities is not None}
    found["calibration"] = {side: calibration(truth, p, weights) for side, p in scored.items()}
    return found


def confusion(truth: NDArray[np.int64], values: NDArray[Any], classes: int) -> list[list[int]]:
    """Counts, a row a true class and a column an answered one.

    >>> confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), 2)
    [[1, 1], [0, 1]]
    """
    cells = np.bincount(truth * classes + values.astype(np.int64), minlength=classes**2)
    return [[int(cell) for cell in row] for row in cells.reshape(classes, classes)]


def calibration(truth: NDArray[np.int64], probabilities: Array, weights: Array) -> dict[str, list[float]]:
    """Reliability in ten bins of confidence: confidence, right (both weighted means) and rows, for the bins that are not empty."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    if probabilities.shape[1] == 2:  # two classes: the chance of the second against how often it came
        confidence, right = probabilities[:, 1], truth == 1
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    rows, worth = np.bincount(place, minlength=BINS), np.bincount(place, weights, BINS)
    filled = rows > 0
    sums = [np.bincount(place, weights * values, BINS)[filled] / worth[filled] for values in (confidence, right)]
    return {"confidence": plain(sums[0]), "right": plain(sums[1]), "rows": plain(rows[filled])}


def residuals(truth: Array, values: Array) -> dict[str, list[float]]:
    """Prediction minus truth: its quantiles, and up to 300 rows of truth and residual for a scatter."""
    apart = values - truth
    picked = np.unique(np.linspace(0, len(truth) - 1, min(SHOWN, len(truth))).round().astype(int))
    quantiles = np.quantile(apart, QUANTILES)
    return {"quantiles": list(QUANTILES), "values": plain(quantiles), "truth": plain(truth[picked]), "residual": plain(apart[picked])}
