"""Where the new model gained and lost: the headline's difference by level of a category and by quarter of a number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from lifecycle.records import Schema
from lifecycle.release.measures import Answers
from lifecycle.release.paired import mcnemar

__all__ = ["slices"]

FEWEST = 20
LEVELS = 12
QUARTERS = (0.25, 0.5, 0.75)
MOST_COLUMNS = 60
SHOWN = 200
COLUMNS = ["column", "value", "rows", "metric", "old", "new", "difference", "lower", "upper"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


def slices(rows: pd.DataFrame, truth: NDArray[Any], said: tuple[Answers, Answers], weights: Array, schema: Schema) -> pd.DataFrame:
    """column, value, rows, metric, old, new, difference, lower, upper: a row a slice of at least 20 rows, the largest differences
    first. The metric is accuracy, or the mean absolute error; the intervals are each slice's own, not corrected for their number."""
    found = []
    scores = [_scores(truth, answers, schema) for answers in said]
    for column, value, mask in _masks(rows, schema):
        if mask.sum() >= FEWEST:
            found.append([column, value, int(mask.sum()), *_differ(scores[0][mask], scores[1][mask], weights[mask], schema)])
    table = pd.DataFrame(found, columns=COLUMNS)
    order = table["difference"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order[:SHOWN]].reset_index(drop=True)


def _scores(truth: NDArray[Any], answers: Answers, schema: Schema) -> Array:
    if schema.task == "regression":
        return np.asarray(np.abs(answers.values - truth), dtype=float)
    return np.asarray(answers.values == truth, dtype=float)


def _differ(old: Array, new: Array, weights: Array, schema: Schema) -> tuple[str, float, float, float, float, float]:
    before, after = (float(np.average(score, weights=weights)) for score in (old, new))
    metric = "mae" if schema.task == "regression" else "accuracy"
    if schema.task == "classification" and np.ptp(weights) == 0:
        found = mcnemar(int((new > old).sum()), int((old > new).sum()), len(old))
        return metric, before, after, after - before, found.lower, found.upper
    apart = weights * (new - old - (after - before))
    spread = float(np.sqrt((apart**2).sum())) / float(weights.sum()) * float(np.sqrt(len(old) / (len(old) - 1)))
    half = float(stats.t.ppf(0.975, len(old) - 1)) * spread
    return metric, before, after, after - before, after - before - half, after - before + half


def _masks(rows: pd.DataFrame, schema: Schema) -> Iterator[tuple[str, str, Mask]]:
    if schema.task == "classification":
        labels = rows["label"].map(str).to_numpy()
        for value in map(str, schema.classes):
            yield schema.target, value, labels == value
    columns = [column for column in schema.features if column.kind in ("numeric", "categorical") and column.name in rows]
    if schema.modality not in ("tabular", "text") or len(columns) > MOST_COLUMNS:
        return
    for column in columns:
        values = rows[column.name]
        yield from _quarters(column.name, values) if column.kind == "numeric" else _levels(column.name, values)


def _levels(name: str, values: pd.Series) -> Iterator[tuple[str, str, Mask]]:
    texts = values.astype(object).where(values.notna(), "(missing)").map(str)
    for level in texts.value_counts().index[:LEVELS]:
        yield name, level, (texts == level).to_numpy()


def _quarters(name: str, values: pd.Series) -> Iterator[tuple[str, str, Mask]]:
    numbers = values.to_numpy(dtype="float64", na_value=np.nan)
    known = np.isfinite(numbers)
    if not known.all():
        yield name, "(missing)", ~known
    distinct = np.unique(numbers[known])
    if len(distinct) <= len(QUARTERS) + 1:
        for number in distinct:
            yield name, f"{number:.4g}", numbers == number
        return
    edges = np.unique(np.quantile(numbers[known], QUARTERS))
    place = np.searchsorted(edges, numbers, side="left")
    for i in range(len(edges) + 1):
        low, high = (f"{edges[i - 1]:.4g}" if i else ""), (f"{edges[i]:.4g}" if i < len(edges) else "")
        text = f"{low} to {high}" if low and high else (f"up to {high}" if high else f"above {low}")
        yield name, text, known & (place == i)
