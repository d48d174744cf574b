"""Models from elsewhere on their way in: which file it is, and its first opening, in a child process."""

from __future__ import annotations

import os
import pickle
import tempfile
from pathlib import Path
from typing import Any

from lifecycle.errors import BadFile, LifecycleError, NotAllowed
from lifecycle.stores import mlflow_model, model_archive
from lifecycle.stores.onnx_model import OnnxModel
from lifecycle.stores.runs import log_path
from lifecycle.verbs.context import Context
from lifecycle.verbs.train import jobs

__all__ = ["PICKLES", "admit", "open_first"]

PICKLES = ("LIFECYCLE_OPEN_PICKLES", "yes-they-run-their-code-here")


def admit(context: Context, model: Any) -> tuple[str, dict[str, Any]]:
    """Store a fitted estimator, or what lies at a path: a skops file, an ONNX file, a folder that MLflow saved, such a folder zipped, or a
    version exported from any workspace. Its first opening is in a child process. Returns its SHA-256 and what is known of where it comes from,
    for the manifest.

    Raises
    ------
    BadFile : it cannot be read, holds types that are not trusted, or takes other columns than this project has.
    NotAllowed : it is a pickle, and the operator has not allowed those. InvalidValue : it cannot be stored.
    """
    if not isinstance(model, str | Path):
        return context.models.save(model), {}
    path = Path(model).expanduser()
    if path.suffix.lower() == ".zip" and path.is_file():
        with tempfile.TemporaryDirectory() as folder:
            stored, facts = admit(context, model_archive.unpacked(path, Path(folder)))
        return stored, {**facts, "file": path.name}
    facts = {"file": path.name}
    log = log_path(context.root, context.name, "register")
    if path.is_dir() or path.name == "MLmodel":
        found = mlflow_model.read(path if path.is_dir() else path.parent)
        _require_columns(context, found.inputs)
        facts |= found.facts
        if found.form == "pickle":
            _require_pickles(found.file)
            return str(jobs.ask(context, "admit", log, pickled=str(found.file))), facts
        path = found.file
    if not path.is_file():
        raise BadFile(f"There is no file at {path}; give the path of a skops or ONNX file, or of a folder that MLflow saved, zipped or not.")
    stored = context.models.import_file(path)
    return str(jobs.ask(context, "admit", log, model=stored)), facts


def open_first(context: Context, model: str = "", pickled: str = "") -> str:
    """Runs in a child: open a stored model once (or a pickle, and store it as skops), and see that it takes this project's columns."""
    if pickled:
        model = context.models.save(_unpickled(Path(pickled)))
    estimator = context.models.load(model)
    if isinstance(estimator, OnnxModel):
        estimator.require(context.schema.names, tuple(column.kind for column in context.schema.features))
    elif not callable(getattr(estimator, "predict", None)) or isinstance(estimator, type):
        raise BadFile(f"The file holds a {type(estimator).__name__}, which does not predict; save a fitted estimator.")
    return model


def _unpickled(path: Path) -> Any:
    _require_pickles(path)
    try:
        with path.open("rb") as file:
            return pickle.load(file)
    except LifecycleError:
        raise
    except Exception as error:
        raise BadFile(f"{path.name} cannot be unpickled ({type(error).__name__}: {error}); save it as skops where it was trained.") from error


def _require_pickles(path: Path) -> None:
    name, consent = PICKLES
    if os.environ.get(name, "") != consent:
        raise NotAllowed(
            f"{path.name} is a pickle: opening it runs whatever code is in it, so it was not opened. Save the model as skops where it was trained "
            f"(mlflow.sklearn.save_model(..., serialization_format='skops')), or, if you trust who made it, set {name}={consent} for this process."
        )


def _require_columns(context: Context, inputs: tuple[str, ...]) -> None:
    names = context.schema.names
    if not inputs or set(inputs) == set(names):
        return
    lacking, strange = sorted(set(names) - set(inputs)), sorted(set(inputs) - set(names))
    said = [f"it does not take {', '.join(lacking)}"] if lacking else []
    said += [f"it takes {', '.join(strange)}, which this project does not have"] if strange else []
    raise BadFile(f"The model's signature is not this project's: {'; '.join(said)}.")
