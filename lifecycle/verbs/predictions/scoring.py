"""One version's model asked about rows: the frame it is given, the models kept warm, its refusals in plain words."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from lifecycle.errors import BadData, LifecycleError, NotReady
from lifecycle.records import ModelVersion, Scalar, Schema
from lifecycle.stores import versions
from lifecycle.verbs.context import Context
from lifecycle.verbs.predictions.frames import feature_frame, model_frame
from lifecycle.verbs.predictions.nameless import is_likeliest, nameless

__all__ = ["Said", "feature_frame", "is_warm", "model", "model_frame", "say", "smoke", "smoke_version", "tell"]

MODELS_KEPT = 6  # champion, the one before and a candidate of a few projects

SMOKE_ROWS = 3

APART = 1e-6  # two probabilities that are nearer are a tie, which the model itself decides

_models: OrderedDict[tuple[str, str], Any] = OrderedDict()
_alive: WeakValueDictionary[tuple[str, str], Any] = WeakValueDictionary()  # those that a serving process holds besides
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Said:
    """What a version says of rows, as arrays.

    Attributes
    ----------
    values : (rows,) the place of each row's class in the schema's classes; in regression the number.
    chances : (rows, classes) probabilities in class order; None where the model gives none.
    """

    values: NDArray[Any]
    chances: NDArray[np.float64] | None = None


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
    schema = context.schema
    if not len(frame):
        feature_frame(schema, frame)
        return pd.DataFrame({"prediction": pd.Series(dtype=object if schema.task == "classification" else "float64")})
    said = tell(context, version, feature_frame(schema, frame), schema)
    if schema.task == "regression":
        return pd.DataFrame({"prediction": said.values})
    classes = np.empty(len(schema.classes), dtype=object)
    classes[:] = schema.classes
    columns: dict[str, Any] = {"prediction": pd.Series(classes[said.values], dtype=object)}
    if said.chances is not None:
        columns |= {name: said.chances[:, i] for i, name in enumerate(schema.probability_columns())}
    return pd.DataFrame(columns)


def tell(context: Context, version: ModelVersion, features: pd.DataFrame, schema: Schema) -> Said:
    """The same of at least one row of `feature_frame`, as arrays. The model may change the frame.

    Raises
    ------
    BadData, NotReady, StoreError : as `say`.
    """
    estimator = model(context, version)
    given: Any = features
    if all(column.kind == "numeric" for column in schema.features) and (twin := nameless(estimator, schema.names)) is not None:
        estimator, given = twin, features.to_numpy()
    try:
        if schema.task == "regression":
            return Said(np.asarray(estimator.predict(given), dtype="float64").reshape(len(features)))
        return _classes(schema, version, estimator, given)
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


def _classes(schema: Schema, version: ModelVersion, estimator: Any, features: Any) -> Said:
    places, rows = _places(schema), len(features)
    estimator, features = _last_step(estimator, features)
    if not callable(getattr(estimator, "predict_proba", None)):
        return Said(_codes(places, version, estimator.predict(features), rows))
    given = np.asarray(estimator.predict_proba(features), dtype="float64").reshape(rows, -1)
    order = np.array([_place(places, name, version) for name in np.asarray(estimator.classes_).tolist()], dtype=np.int32)
    full = np.zeros((rows, len(schema.classes)))
    full[:, order] = given
    if is_likeliest(estimator) and _is_clear(given):
        return Said(order[given.argmax(axis=1)], full)
    return Said(_codes(places, version, estimator.predict(features), rows), full)


def _codes(places: dict[Scalar, int], version: ModelVersion, said: Any, rows: int) -> NDArray[np.int32]:
    """Each answer's place among the classes."""
    names, codes = np.unique(np.asarray(said).reshape(rows), return_inverse=True)
    return np.array([_place(places, name, version) for name in names.tolist()], dtype=np.int32)[codes]


def _is_clear(chances: NDArray[np.float64]) -> bool:
    """Whether every row has one class that is clearly the likeliest."""
    if chances.shape[1] < 2:
        return False
    best = np.partition(chances, -2, axis=1)
    return bool((best[:, -1] - best[:, -2] > APART).all())


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
