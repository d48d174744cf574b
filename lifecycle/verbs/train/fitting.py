"""Fit a recipe, score the rows it never saw, and keep the files: what the first version, every run and a reproduction share."""

from __future__ import annotations

import copy
import hashlib
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from sklearn.model_selection._search import BaseSearchCV
from sklearn.utils.validation import has_fit_parameter

from lifecycle.engines.spread import spread
from lifecycle.errors import BadData, InvalidValue, LifecycleError, TrainingFailed
from lifecycle.plain import plain
from lifecycle.records import Estimate, ModelVersion, Schema
from lifecycle.schema import check
from lifecycle.stores.runs import log_path
from lifecycle.train import dataset, entities, environment, evaluation, fingerprint
from lifecycle.verbs.context import Context
from lifecycle.verbs.predictions import scoring
from lifecycle.verbs.train import jobs
from lifecycle.verbs.train.revision import revision

__all__ = ["data_hash", "evaluate", "fit", "fit_stored", "manifest", "named", "prepare_first", "score"]

FEWEST_ROWS = 4


def prepare_first(context: Context, recipe: Any | None, training: pd.DataFrame | None, reference: pd.DataFrame | None) -> dict[str, Any] | None:
    """Fit, evaluate and store the first version's files; returns the fields for `stores.versions.add`, None while there is
    nothing to train on. Registers nothing: `Workspace.create_project` does that in one transaction with the project.

    In a watched project: the reference without a model. Without a reference a fifth of `training` is held out.

    Raises
    ------
    BadData : the frames cannot be used; `.refused` says which rows. TrainingFailed : the recipe cannot be fitted on them.
    """
    if recipe is None:
        return _watched(context, training if reference is None else reference)
    if training is None:
        if reference is not None:
            raise InvalidValue("A reference was given without training data; give `training` too, or leave both out and train later.")
        return None
    rows, kept_out, apart = _split(context, training, reference)
    stored = context.settings.recipe or context.models.save(recipe), context.snapshots.save(rows)
    unscored = context.snapshots.save(kept_out)
    log, seed = log_path(context.root, context.name, "first"), context.settings.seed
    fields = jobs.ask(context, "fit", log, recipe=stored[0], training=stored[1], kept_out=unscored, seed=seed)
    return {**fields, "manifest": {**fields["manifest"], **apart, "reason": "the first version", "trigger": None, "parent": None}}


def fit_stored(context: Context, recipe: str, training: str, kept_out: str, seed: int) -> dict[str, Any]:
    """Fit a stored recipe on a stored training set and score stored rows: the fields model, training, reference, metrics and
    manifest of a version. All arguments but the seed are SHA-256 names, so that the same call later gives the same bits."""
    rows = context.snapshots.load(training)
    estimator, noted = fit(context.models.load(recipe), rows, context.schema, seed)
    model = context.models.save(estimator)
    held = score(context, model, context.snapshots.load(kept_out))
    return {
        "model": model,
        "training": training,
        "reference": context.snapshots.save(held),
        "metrics": {**evaluate(held, context.schema, seed), "rows": held.num_rows},
        "manifest": manifest(context.schema, estimator, rows, held, recipe=recipe, training=training, seed=seed, warnings=noted),
    }


def fit(recipe: Any, training: pa.Table, schema: Schema, seed: int, partial: bool = False) -> tuple[Any, list[str]]:
    """The recipe fitted on a training snapshot, and the warnings it gave. `partial`: it is a fitted model that goes on learning.

    Raises
    ------
    TrainingFailed : one class, too few rows, or the recipe raised; the sentence says why.
    """
    frame = training.to_pandas()
    y = dataset.target_values(frame[schema.target], schema)
    if not partial:
        _refuse_hopeless(y, schema)
    features = scoring.feature_frame(schema, frame)
    weights = {_weights_of(recipe): frame["weight"].to_numpy()} if "weight" in frame.columns else {}

    def fitted() -> Any:
        estimator = dataset.seeded(copy.deepcopy(recipe), seed)  # a copy, as it may be tried again
        if partial:
            _go_on(estimator, features, y, frame["weight"].to_numpy() if weights else None)
        else:
            estimator.fit(features, y, **weights)
        return estimator

    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            estimator = spread(fitted)
    except LifecycleError:
        raise
    except MemoryError as error:
        raise TrainingFailed(f"The recipe {named(recipe)} ran out of memory on {len(y)} rows; use fewer rows or a smaller model.") from error
    except Exception as error:
        raise TrainingFailed(_reason(recipe, features, error)) from error
    return estimator, sorted({f"{note.category.__name__}: {str(note.message).splitlines()[0]}" for note in caught})


def score(context: Context, model: str, rows: pa.Table) -> pa.Table:
    """The rows with `prediction` (classes as str) and `p_<class>` as a stored model says them, the columns as they are in a reference.

    Raises
    ------
    TrainingFailed : the model cannot answer on these rows.
    """
    frame = rows.to_pandas()
    try:
        said = scoring.say(context, ModelVersion(0, "candidate", context.now(), "", model=model), frame)
    except BadData as error:
        raise TrainingFailed(str(error).replace("Version 0", "The new model")) from error
    if context.schema.task == "classification":
        said["prediction"] = said["prediction"].map(str)
    kept = rows.select([name for name in rows.column_names if name not in said.columns])
    for name, values in said.items():
        kept = kept.append_column(str(name), pa.array(values, type=pa.float64() if values.dtype == float else pa.string()))
    return kept


def evaluate(scored: pa.Table, schema: Schema, seed: int = 0) -> dict[str, Any]:
    """The metrics of scored rows, each a number, and `intervals` beside them."""
    return evaluation.summary(estimates(scored, schema, seed))


def estimates(scored: pa.Table, schema: Schema, seed: int = 0) -> dict[str, Estimate]:
    """The metrics of scored rows, each with its interval; none where there are no rows or no predictions."""
    if not scored.num_rows or "prediction" not in scored.column_names:
        return {}
    truth, prediction = (scored[name].to_numpy(zero_copy_only=False) for name in (schema.target, "prediction"))
    if schema.task == "regression":
        return evaluation.regression(truth, prediction)
    names = schema.probability_columns()
    known = set(names) <= set(scored.column_names)
    probabilities = np.column_stack([scored[name].to_numpy(zero_copy_only=False) for name in names]) if known else None
    return evaluation.classification(truth, prediction, probabilities, tuple(map(str, schema.classes)), seed)


def manifest(schema: Schema, estimator: Any, rows: pa.Table, held: pa.Table, **facts: Any) -> dict[str, Any]:
    """All that the bits of this version depend on, and the fingerprints that a repetition is compared with."""
    modules = {type(part).__module__.partition(".")[0] for part in [estimator, *_parameters(estimator).values()]}
    return {
        **facts,
        "data": data_hash(rows),
        "rows": rows.num_rows,
        "held_out_rows": held.num_rows,
        "features": list(schema.names),
        "estimator": type(estimator).__name__,
        "parameters": {
            name: plain(value) if isinstance(value, str | int | float | bool | None) else repr(value)[:200]
            for name, value in _parameters(estimator).items()
        },
        "best_parameters": plain(getattr(estimator, "best_params_", {})),
        "environment": environment.environment(tuple(sorted(modules))),
        "source": revision(),
        "fitted": fingerprint.fingerprint(estimator),
        "predictions": data_hash(held.select([name for name in held.column_names if name == "prediction" or name in schema.probability_columns()])),
    }


def data_hash(table: pa.Table) -> str:
    """SHA-256 over names, types and values in their order: the same rows in another order give another hash."""
    digest = hashlib.sha256()
    with pa.ipc.new_stream(sink := pa.BufferOutputStream(), table.schema.remove_metadata()) as writer:
        writer.write_table(table.replace_schema_metadata(None).combine_chunks())
    digest.update(sink.getvalue())
    return digest.hexdigest()


def _watched(context: Context, reference: pd.DataFrame | None) -> dict[str, Any] | None:
    schema = context.schema
    notes: dict[str, Any] = {"reason": "the model lives elsewhere", "trigger": None, "parent": None}
    if reference is None:
        return {"model": None, "training": None, "reference": None, "metrics": {}, "manifest": notes}
    if "prediction" not in reference.columns:
        raise BadData(
            "The reference of a watched project needs a column prediction: what the model said of each row"
            " (and p_<class> for estimated performance). Add it, or give a recipe and training data."
        )
    held = _landed(context, reference)
    return {
        "model": None,
        "training": None,
        "reference": context.snapshots.save(held),
        "metrics": {**evaluate(held, schema), "rows": held.num_rows},
        "manifest": {**notes, "held_out_rows": held.num_rows, "features": list(schema.names)},
    }


def _split(context: Context, training: pd.DataFrame, reference: pd.DataFrame | None) -> tuple[pa.Table, pa.Table, dict[str, Any]]:
    """What the first version learns from, what is held out, and a note on entities for its manifest."""
    schema, given = context.schema, _landed(context, training)
    features = [name for name in given.column_names if name in ("id", "time", "entity", schema.target, *schema.names)]
    rows = given.select(features)
    if "id" not in features:
        rows = rows.add_column(0, "id", pa.array([f"training-{i}" for i in range(rows.num_rows)], pa.string()))
    if reference is not None:
        kept_out = _landed(context, reference)
        if leaked := _in_both(rows, kept_out):
            raise BadData(f"{leaked} rows of the reference are in the training data too; the reference must be rows that training never sees.")
        return dataset.in_time(rows), kept_out, {}
    if rows.num_rows < FEWEST_ROWS:
        raise TrainingFailed(f"There are {rows.num_rows} training rows; at least {FEWEST_ROWS} are needed, and a few dozen to learn anything.")
    classes = rows[schema.target].to_numpy(zero_copy_only=False) if schema.task == "classification" else None
    times = rows["time"].to_numpy() if "time" in features else None
    mask = dataset.held_out(rows.num_rows, times, classes, context.settings.seed)
    sides = entities.Sides(~mask, mask)
    if "entity" in features and context.settings.training_entities == "apart":
        sides = entities.apart(~mask, mask, given["entity"].to_numpy(zero_copy_only=False))
    learned, held = (dataset.in_time(rows.filter(pa.array(side))) for side in (sides.learned, sides.held))
    return learned, held, {"entities": sides.note} if sides.note else {}


def _landed(context: Context, frame: pd.DataFrame) -> pa.Table:
    """A training or reference frame, checked as at the door: [id, time,] target, features [and predictions], all of it or nothing."""
    schema, rows = context.schema, check(frame, context.schema, context.now())
    if rows.refusals.mask.any():
        raise BadData(rows.refusals.sentence("leave those rows out"), rows.refusals.frame())
    if rows.labels is None or rows.labels.null_count:
        lacking = len(frame) if rows.labels is None else rows.labels.null_count
        raise BadData(f"The target {schema.target!r} is missing in {lacking} of {len(frame)} rows; every row needs it, or leave it out.")
    wanted = [name for name, there in (("id", "id" in frame), ("time", rows.timed), ("entity", "entity" in frame)) if there] + list(schema.names)
    wanted += [name for name in ("prediction", *schema.probability_columns()) if name in rows.table.column_names]
    table = rows.table.select(wanted).append_column(schema.target, rows.labels)
    plain = [field.with_type(pa.string()) if pa.types.is_dictionary(field.type) else field for field in table.schema]
    return table.cast(pa.schema(plain))


def _in_both(rows: pa.Table, kept_out: pa.Table) -> int:
    """How many ids lie on both sides with the same content; equal row numbers as ids are no leak."""
    if "id" not in rows.column_names or "id" not in kept_out.column_names:
        return 0
    names = [name for name in rows.column_names if name in kept_out.column_names]
    here, there = (table.select(names).to_pandas().drop_duplicates("id").set_index("id").astype(str) for table in (rows, kept_out))
    shared = here.index.intersection(there.index)
    return int((here.loc[shared].to_numpy() == there.loc[shared].to_numpy()).all(axis=1).sum())


def _refuse_hopeless(y: np.ndarray[Any, Any], schema: Schema) -> None:
    if len(y) < 2:
        raise TrainingFailed(f"There is {len(y)} row to train on; label more samples first.")
    if schema.task == "classification" and len(set(y.tolist())) < 2:
        raise TrainingFailed(f"All {len(y)} training rows are of the class {y[0]!s}; a classifier needs at least two: add rows of the others.")


def _weights_of(recipe: Any) -> str:
    """The argument that takes the weights of rows; in a pipeline that of its last step, in a search that of what it searches."""
    if isinstance(recipe, BaseSearchCV):
        return _weights_of(recipe.estimator)
    steps = getattr(recipe, "steps", None)
    if not has_fit_parameter(steps[-1][1] if steps else recipe, "sample_weight"):
        raise TrainingFailed(f"The recipe {named(recipe)} takes no weights; choose another estimator, or configure(training_weights={{}}).")
    return f"{steps[-1][0]}__sample_weight" if steps else "sample_weight"


def _go_on(estimator: Any, features: Any, y: Any, weights: Any) -> None:
    """partial_fit of the last step; the steps before it stay as they were fitted."""
    steps = getattr(estimator, "steps", None) or [("", estimator)]
    for _, step in steps[:-1]:
        features = features if step in (None, "passthrough") else step.transform(features)
    steps[-1][1].partial_fit(features, y, **({} if weights is None else {"sample_weight": weights}))


def _parameters(estimator: Any) -> dict[str, Any]:
    return dict(estimator.get_params(deep=True)) if hasattr(estimator, "get_params") else {}


def named(recipe: Any) -> str:
    """The recipe's classes, for people; of a search, what it searches."""
    if isinstance(recipe, BaseSearchCV):
        return f"search over {named(recipe.estimator)}"
    steps = getattr(recipe, "steps", None)
    return " + ".join(type(step).__name__ for _, step in steps) if steps else type(recipe).__name__


def _reason(recipe: Any, features: pd.DataFrame, error: Exception) -> str:
    """Why a recipe failed, in words, naming the columns where the reason is a missing value or a text."""
    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    empty = [str(name) for name in features.columns if features[name].isna().any()]
    if empty and "nan" in str(error).lower():
        return f"The recipe {named(recipe)} cannot take missing values, and {', '.join(empty[:5])} has some: put a SimpleImputer first."
    texts = [str(name) for name in features.columns if features[name].dtype != float]
    if texts and "could not convert" in str(error):
        return (
            f"The recipe {named(recipe)} cannot take text, and {', '.join(texts[:5])} holds some: put a OneHotEncoder in a ColumnTransformer first."
        )
    return f"The recipe {named(recipe)} failed ({type(error).__name__}: {text})."
