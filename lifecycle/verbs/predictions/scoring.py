"""One version's model asked about rows: the frame it is given, the models kept warm, its refusals in plain words."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from lifecycle.errors import BadData, LifecycleError, NotReady
from lifecycle.records import ModelVersion, Scalar, Schema
from lifecycle.stores import versions
from lifecycle.verbs.context import Context

__all__ = ["feature_frame", "is_warm", "model", "say", "smoke", "smoke_version"]

MODELS_KEPT = 6  # champion, the one before and a candidate of a few projects

SMOKE_ROWS = 3

_models: OrderedDict[tuple[str, str], Any] = OrderedDict()
_alive: WeakValueDictionary[tuple[str, str], Any] = WeakValueDictionary()  # those that a serving process holds besides
_lock = threading.Lock()


def feature_frame(schema: Schema, frame: pd.DataFrame) -> pd.DataFrame:
    """What a model is given: the schema's features in order; numbers as float64, all else as objects with NaN for missing (imputers overlook None).

    Raises
    ------
    BadData : a feature column is missing, or a numeric one holds what is no number.
    """
    absent = [name for name in schema.names if name not in frame.columns]
    if absent:
        raise BadData(f"The model needs the column {', '.join(map(repr, absent))}; given: {', '.join(map(str, frame.columns))}.")
    numeric = all(column.kind == "numeric" for column in schema.features)
    if numeric and tuple(frame.columns) == tuple(schema.names) and (frame.dtypes == np.float64).all():
        return pd.DataFrame(frame.to_numpy(copy=True), columns=frame.columns)
    columns: dict[str, Any] = {}
    for column in schema.features:
        values = frame[column.name]
        if column.kind == "numeric":
            columns[column.name] = _numbers(column.name, values)
        else:
            objects = values.astype(object)
            columns[column.name] = (objects.where(objects.notna(), np.nan) if objects.hasnans else objects).to_numpy()
    if numeric:  # one block, which a model takes apart faster than columns
        return pd.DataFrame(np.vstack(list(columns.values())).T, index=pd.RangeIndex(len(frame)), columns=list(columns), copy=False)
    return pd.DataFrame(columns, index=pd.RangeIndex(len(frame)), copy=False)


def model(context: Context, version: ModelVersion) -> Any:
    """The version's fitted estimator, kept in memory by its digest.

    Raises
    ------
    NotReady : the model lives elsewhere. Tampered, StoreError : its file is not the one that was recorded, or is gone.
    """
    if version.model is None:
        raise NotReady(f"The model of version {version.version} of {context.name!r} lives elsewhere; only its logged predictions are known.")
    key = (str(context.root), version.model)
    with _lock:
        found = _models.get(key)
        found = _alive.get(key) if found is None else found
    loaded = context.models.load(version.model) if found is None else found
    with _lock:
        _models[key] = _alive[key] = loaded
        _models.move_to_end(key)
        while len(_models) > MODELS_KEPT:
            _models.popitem(last=False)
    return loaded


def is_warm(context: Context, version: ModelVersion) -> bool:
    """Whether this process has the version's model in memory."""
    key = (str(context.root), str(version.model))
    with _lock:
        return key in _models or key in _alive


def say(context: Context, version: ModelVersion, frame: pd.DataFrame) -> pd.DataFrame:
    """What a version says of rows: prediction (its class in its own type, or a float), p_<class> in class order where it gives them.

    Raises
    ------
    BadData : the model cannot take these rows; the sentence says which columns. NotReady, StoreError : as `model`.
    """
    schema, estimator = context.schema, model(context, version)
    features = feature_frame(schema, frame)
    if not len(features):
        return pd.DataFrame({"prediction": pd.Series(dtype=object if schema.task == "classification" else "float64")})
    try:
        if schema.task == "regression":
            return pd.DataFrame({"prediction": np.asarray(estimator.predict(features), dtype="float64").reshape(len(features))})
        return _classes(schema, version, estimator, features)
    except LifecycleError:
        raise
    except Exception as error:
        raise BadData(_refusal(version, features, error)) from error


def smoke(context: Context, version: ModelVersion) -> None:
    """Load a version and let it answer a few rows of its reference, so that one that cannot never goes live.

    Raises
    ------
    BadData, StoreError, Tampered : it cannot be loaded, or does not answer; the sentence says why.
    """
    model(context, version)
    reference = context.reference(version.reference)
    if reference is not None and reference.num_rows:
        say(context, version, reference.slice(0, SMOKE_ROWS).to_pandas())


def smoke_version(context: Context, version: int) -> None:
    """Runs in a child: `smoke` of a version by its number, so that a file that crashes whoever opens it crashes nobody who serves."""
    smoke(context, versions.get(context.database, context.name, version))


def _numbers(name: str, values: pd.Series) -> np.ndarray[Any, Any]:
    if values.dtype == np.float64:
        return np.asarray(values.to_numpy())
    try:
        return np.asarray(pd.to_numeric(values).to_numpy(dtype="float64", na_value=np.nan))
    except (TypeError, ValueError) as error:
        raise BadData(f"Column {name!r} holds something that is no number ({error}); give numbers, or leave the value empty.") from error


def _classes(schema: Schema, version: ModelVersion, estimator: Any, features: pd.DataFrame) -> pd.DataFrame:
    places = _places(schema)
    rows = len(features)
    estimator, features = _last_step(estimator, features)
    said = np.asarray(estimator.predict(features)).reshape(rows)
    names, codes = np.unique(said.astype(object) if said.dtype == object else said, return_inverse=True)
    values = np.empty(len(names), dtype=object)
    values[:] = [schema.classes[_place(places, name, version)] for name in names.tolist()]
    columns: dict[str, Any] = {"prediction": pd.Series(values[codes], dtype=object)}
    if callable(getattr(estimator, "predict_proba", None)):
        given = np.asarray(estimator.predict_proba(features), dtype="float64")
        full = np.zeros((rows, len(schema.classes)))
        full[:, [_place(places, name, version) for name in np.asarray(estimator.classes_).tolist()]] = given
        columns |= {name: full[:, i] for i, name in enumerate(schema.probability_columns())}
    return pd.DataFrame(columns)


def _last_step(estimator: Any, features: Any) -> tuple[Any, Any]:
    """A pipeline's last step and what comes to it, so that two questions are one way through the steps before."""
    if type(estimator) is not Pipeline:
        return estimator, features
    for _, step in estimator.steps[:-1]:
        if step is not None and step != "passthrough":
            features = step.transform(features)
    return estimator.steps[-1][1], features


def _places(schema: Schema) -> dict[Scalar, int]:
    """Each class's place, found by value and by its text, so that 3, np.int64(3) and '3' are one class."""
    return {str(c): i for i, c in enumerate(schema.classes)} | {c: i for i, c in enumerate(schema.classes)}


def _place(places: dict[Scalar, int], name: Scalar, version: ModelVersion) -> int:
    found = places.get(name, places.get(str(name)))
    if found is None:
        known = ", ".join(dict.fromkeys(str(place) for place in places))
        raise BadData(f"Version {version.version} answers with the class {name!r}, which the project does not know; known: {known}.")
    return found


def _refusal(version: ModelVersion, features: pd.DataFrame, error: Exception) -> str:
    """Why a model failed on rows, naming the columns with missing values when that is the reason."""
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    empty = [str(name) for name in features.columns if features[name].isna().any()]
    if empty and any(word in str(error).lower() for word in ("nan", "missing", "none")):
        shown = ", ".join(map(repr, empty[:5])) + (f" and {len(empty) - 5} more" if len(empty) > 5 else "")
        return f"Version {version.version} cannot take missing values, and {shown} has some: fill them in, or train a recipe with an imputer."
    return f"Version {version.version} failed on these rows ({type(error).__name__}: {reason})."
