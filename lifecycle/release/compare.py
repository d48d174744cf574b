"""Old against new on the same labelled rows: every metric with the right paired test, slices, flips, and one plain sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lifecycle.costs import Costs, cost_matrix, row_costs
from lifecycle.records import Comparison, Schema
from lifecycle.release import figures
from lifecycle.release.curves import curves
from lifecycle.release.flips import flips
from lifecycle.release.measures import (
    LOWER_IS_BETTER,
    Answers,
    classification_columns,
    classification_values,
    regression_columns,
    regression_values,
)
from lifecycle.release.paired import Difference, areas, bootstrapped, holm, mcnemar, resampled_sums
from lifecycle.release.slices import slices
from lifecycle.release.verdict import margins, standing, too_few, verdict

__all__ = ["FEWEST_ROWS", "ROW_WEIGHT", "answers", "compare", "metrics", "weights"]

FEWEST_ROWS = 10
DRAWS = 1000
ROW_WEIGHT = 1e-3  # no row counts for more than a thousand
COLUMNS = ["metric", "old", "new", "difference", "lower", "upper", "p_value", "p_adjusted", "better"]

Array = NDArray[np.float64]


def compare(
    rows: pd.DataFrame,
    old: pd.DataFrame,
    new: pd.DataFrame,
    schema: Schema,
    versions: tuple[int, int],
    rng: np.random.Generator,
    headline: str | None = None,
    costs: Costs | None = None,
    margin: float | None = None,
) -> Comparison:
    """Two models on the same labelled rows that neither was trained on.

    Parameters
    ----------
    rows : id, label (classes in their own type, or numbers), probability (the row's chance to have been labelled; NaN: unknown, taken as
        equal for all such rows) and the features.
    old, new : what each model says of those rows: prediction, and p_<class> where it gives them.
    versions : the numbers of old and new.
    headline : the metric that the verdict speaks of; None: accuracy, or mae.
    margin : the difference of the headline metric that matters, see `verdict.margins`.
    costs : what answers cost, {truth: {prediction: number}}, for the metric cost; None or empty: it is left out.
    """
    if len(rows) < FEWEST_ROWS:
        return too_few(versions, len(rows), FEWEST_ROWS)
    truth, said = coded(rows["label"], schema), (answers(old, schema), answers(new, schema))
    w = weights(rows["probability"]) if "probability" in rows else np.ones(len(rows))
    table = metrics(truth, said[0], said[1], w, len(schema.classes), rng, cost_matrix(costs, schema.classes) if costs else None)
    asked = headline or ("mae" if schema.task == "regression" else "accuracy")
    table = table.assign(margin=margins(table, asked, margin))
    facts_of = zip(table["better"], table["lower"], table["upper"], table["margin"], table["metric"].isin(LOWER_IS_BETTER), strict=True)
    table["standing"] = [standing(*row) for row in facts_of]
    changed = flips(rows, old, new, schema)
    facts = figures.figures(truth, said, w, schema)
    sentence = verdict(table, asked, versions, len(rows), facts["effective_rows"])
    drawn = curves(truth, said, w, schema.classes, rng) if schema.classes else pd.DataFrame()
    return Comparison(versions[0], versions[1], len(rows), table, slices(rows, truth, said, w, schema), changed, sentence, facts, drawn)


def metrics(
    truth: NDArray[Any], old: Answers, new: Answers, weights: Array, classes: int, rng: np.random.Generator, costs: Array | None = None
) -> pd.DataFrame:
    """metric, old, new, difference, lower, upper, p_value, p_adjusted (Holm over the metrics), better: a row a metric. `classes`: 0 for
    regression. costs (truth, prediction): None for no metric cost. With unequal weights the bootstrap takes McNemar's place.

    >>> truth = np.arange(40) % 2; old, new = truth.copy(), truth.copy(); old[:12] = 1 - old[:12]
    >>> table = metrics(truth, Answers(old), Answers(new), np.ones(40), 2, np.random.default_rng(0)).set_index("metric")
    >>> table.loc[["accuracy", "f1"], "better"].tolist()
    ['new', 'new']
    """
    pair = [_with_cost(*_values(truth, said, weights, classes, old, new), truth, said, weights, costs) for said in (old, new)]
    columns = np.hstack([found for found, _ in pair])
    middle = pair[0][0].shape[1]
    exact = columns.sum(axis=0, keepdims=True)
    drawn = resampled_sums(columns, rng, DRAWS)
    sides = [(of(exact[:, part]), of(drawn[:, part])) for (_, of), part in zip(pair, (slice(0, middle), slice(middle, None)), strict=True)]
    found: dict[str, tuple[float, float, Difference]] = {}
    for name in sides[0][0]:
        before, after = float(sides[0][0][name][0]), float(sides[1][0][name][0])
        found[name] = before, after, bootstrapped(after - before, sides[1][1][name] - sides[0][1][name], len(truth))
    if classes:
        found |= _tested(truth, old, new, weights, found["accuracy"])
    return _table(found)


def weights(probability: pd.Series) -> Array:
    """What each row counts, (n,) with mean 1: one over its chance to have been labelled. Rows whose chance is not known are taken as
    a random sample of their own.

    >>> weights(pd.Series([0.1, 0.1, 0.4, np.nan])).round(3).tolist()
    [1.333, 1.333, 0.333, 1.0]
    """
    chance = probability.to_numpy(dtype="float64", na_value=np.nan)
    found = np.ones(len(chance))
    known = np.isfinite(chance)
    if known.any():
        inverse = 1 / np.clip(chance[known], ROW_WEIGHT, 1.0)
        found[known] = inverse / inverse.mean()
    return found


def answers(frame: pd.DataFrame, schema: Schema) -> Answers:
    """A model's answers as codes (or numbers) and a matrix of probabilities."""
    names = list(schema.probability_columns())
    scored = bool(names) and set(names) <= set(frame.columns) and bool(np.isfinite(frame[names].to_numpy(dtype="float64")).all())
    return Answers(coded(frame["prediction"], schema), frame[names].to_numpy(dtype="float64") if scored else None)


def coded(values: pd.Series, schema: Schema) -> NDArray[Any]:
    """Classes as their place in the schema, or numbers as float64."""
    if schema.task == "regression":
        return values.to_numpy(dtype="float64")
    places = {str(value): i for i, value in enumerate(schema.classes)}
    return np.array([places[str(value)] for value in values.tolist()], dtype=np.int64)


def _values(truth: NDArray[Any], said: Answers, weights: Array, classes: int, old: Answers, new: Answers) -> tuple[Array, Any]:
    """One model's columns, and how to read their sums."""
    if not classes:
        return regression_columns(truth, said, weights), regression_values
    scored = old.probabilities is not None and new.probabilities is not None
    return classification_columns(truth, said, weights, classes, scored), lambda sums: classification_values(sums, classes, scored)


def _with_cost(columns: Array, of: Any, truth: NDArray[Any], said: Answers, weights: Array, costs: Array | None) -> tuple[Array, Any]:
    """The same with one more column: what each row costs."""
    if costs is None:
        return columns, of
    paid = row_costs(costs, truth, said.values.astype(np.int64)) * weights
    return np.column_stack([columns, paid]), lambda sums: {**of(sums[:, :-1]), "cost": sums[:, -1] / sums[:, 0]}


def _tested(
    truth: NDArray[np.int64], old: Answers, new: Answers, weights: Array, accuracy: tuple[float, float, Difference]
) -> dict[str, tuple[float, float, Difference]]:
    """What has a better test than the bootstrap: accuracy, and areas under the curve."""
    found: dict[str, tuple[float, float, Difference]] = {}
    if np.ptp(weights) == 0:
        before, after = old.values == truth, new.values == truth
        found["accuracy"] = *accuracy[:2], mcnemar(int((after & ~before).sum()), int((before & ~after).sum()), len(truth))
    if old.probabilities is not None and new.probabilities is not None and len(np.unique(truth)) > 1:
        found["roc_auc"] = areas(truth, old.probabilities, new.probabilities, weights)
    return found


def _table(found: dict[str, tuple[float, float, Difference]]) -> pd.DataFrame:
    adjusted = holm(np.array([difference.p_value for _, _, difference in found.values()]))
    rows = []
    for (name, (old, new, difference)), p_adjusted in zip(found.items(), adjusted, strict=True):
        better = "unclear"
        if p_adjusted < 0.05:
            better = "new" if (difference.value < 0) == (name in LOWER_IS_BETTER) else "old"
        rows.append([name, old, new, difference.value, difference.lower, difference.upper, difference.p_value, float(p_adjusted), better])
    return pd.DataFrame(rows, columns=COLUMNS)
