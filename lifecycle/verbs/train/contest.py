"""Several recipes race: each answers every row that it was not fitted on, on the same folds; which one is trained on all rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from math import nan
from typing import Any

import numpy as np
import pyarrow as pa

from lifecycle.errors import TrainingFailed
from lifecycle.plain import plain
from lifecycle.records import Schema
from lifecycle.release import resampled
from lifecycle.release.resampled import compare_splits
from lifecycle.train import dataset, evaluation, racing
from lifecycle.train.searching import splitter
from lifecycle.verbs.context import Context
from lifecycle.verbs.predictions import scoring
from lifecycle.verbs.train import fitting

__all__ = ["race"]


def race(context: Context, recipes: Mapping[str, str], rows: pa.Table, seed: int, say: Callable[[str], None]) -> tuple[str, list[dict[str, Any]]]:
    """The SHA-256 of the recipe that won, and the table of all: name, recipe, estimator, loss, error, difference, difference_error, won, failed,
    p_value (of no difference to the best, by fold) and test (its name; "" where there is none).

    Raises
    ------
    TrainingFailed : not one of them could be fitted.
    """
    frame = rows.to_pandas()
    y = dataset.target_values(frame[context.schema.target], context.schema)
    folds = [(train, test) for train, test in splitter(context.schema, seed).split(frame, y.astype(str)) if _learnable(y[train], context.schema)]
    if not folds:
        raise TrainingFailed(f"{len(y)} rows are too few for {len(recipes)} recipes to race on; label more, or set one recipe.")
    unit = "wrong" if context.schema.task == "classification" else "mean absolute error"
    losses, failed, kinds = {}, {}, {}
    for name, recipe in recipes.items():
        kinds[name] = fitting.named(context.models.load(recipe))
        try:
            losses[name] = _losses(context, recipe, rows, folds, seed)
            say(f"{name}: {np.nanmean(losses[name]):.4g} {unit}, cross-fitted")
        except TrainingFailed as error:
            failed[name] = str(error)
            say(f"{name} is out: {error}")
    if not losses:
        raise TrainingFailed(f"Not one of {len(recipes)} recipes could be fitted. {next(iter(failed.values()))}")
    table = {entry.name: plain(entry) for entry in racing.judged(losses)}
    for name, reason in failed.items():
        table[name] = plain(racing.Entry(name, nan, nan, nan, nan, won=False, failed=reason))
    tested = _tested(losses, folds, min(losses, key=lambda name: table[name]["loss"]))
    told = [{**table[name], "recipe": recipe, "estimator": kinds[name], **tested[name]} for name, recipe in recipes.items()]
    winner = next(entry for entry in told if entry["won"])
    say(f"{winner['name']} won: the simplest within one standard error of the best")
    return winner["recipe"], told


def _losses(context: Context, recipe: str, rows: pa.Table, folds: list[Any], seed: int) -> np.ndarray[Any, Any]:
    schema, frame = context.schema, rows.to_pandas()
    features, found = scoring.feature_frame(schema, frame), np.full(rows.num_rows, np.nan)
    truth = frame[schema.target].to_numpy()
    for train, test in folds:
        estimator, _ = fitting.fit(context.models.load(recipe), rows.take(pa.array(train)), schema, seed)
        try:
            said = np.asarray(estimator.predict(features.iloc[test].reset_index(drop=True))).reshape(len(test))
        except Exception as error:
            raise TrainingFailed(f"It cannot answer rows that it was not fitted on ({type(error).__name__}: {error}).") from error
        answers = said.astype(float) if schema.task == "regression" else np.array([str(value) for value in said.tolist()], dtype=object)
        found[test] = evaluation.losses(truth[test], answers, schema.task)
    return found


def _tested(losses: Mapping[str, np.ndarray[Any, Any]], folds: list[Any], best: str) -> defaultdict[str, dict[str, Any]]:
    """Each recipe against the best by their mean losses of each fold: folds share rows to learn from, so the usual test would not do."""
    found: defaultdict[str, dict[str, Any]] = defaultdict(lambda: {"p_value": None, "test": ""})
    means = {name: np.array([values[test].mean() for _, test in folds]) for name, values in losses.items()}
    learned, tested = (float(np.mean([len(fold[i]) for fold in folds])) for i in (0, 1))
    for name in losses.keys() - {best}:
        if len(folds) > 1 and np.isfinite(means[best] + means[name]).all():
            found[name] = {"p_value": compare_splits(means[best], means[name], learned, tested).p_value, "test": resampled.NAME}
    return found


def _learnable(y: np.ndarray[Any, Any], schema: Schema) -> bool:
    return len(y) > 1 and (schema.task == "regression" or len(set(y.tolist())) > 1)
