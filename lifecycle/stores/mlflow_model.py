"""The folder that MLflow saves a model in, read without MLflow: its MLmodel says which file holds the model, in which format."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lifecycle.errors import BadFile

__all__ = ["MlflowModel", "read"]

MOST_BYTES = 1 << 20
FORMATS = {"skops": "skops", "pickle": "pickle", "cloudpickle": "pickle"}


@dataclass(frozen=True, slots=True)
class MlflowModel:
    """`file`: where the model lies; `form`: "skops", "pickle" or "onnx"; `inputs`: the columns of its signature, empty where it has none;
    `facts`: what MLflow noted of it (flavor, versions, run), for the manifest."""

    file: Path
    form: str
    inputs: tuple[str, ...]
    facts: Mapping[str, Any]


def read(folder: Path) -> MlflowModel:
    """The model of a folder with an MLmodel file: flavors sklearn and onnx, also where only python_function names them.

    Raises
    ------
    BadFile : there is no MLmodel, or none that can be read; another flavor; or the model's file lies elsewhere or nowhere.
    """
    said = _parsed(folder / "MLmodel")
    flavors = said.get("flavors")
    if not isinstance(flavors, Mapping) or not flavors:
        raise BadFile(f"{folder / 'MLmodel'} names no flavor; save the model with mlflow.sklearn.save_model.")
    facts = {"source": "MLflow", "mlflow": str(said.get("mlflow_version", "")), "mlflow_run": str(said.get("run_id") or "")}
    inputs = _inputs(said.get("signature"))
    function = flavors.get("python_function") or {}
    loader = str(function.get("loader_module", ""))
    if "sklearn" in flavors or loader == "mlflow.sklearn":
        flavor = flavors.get("sklearn") or {"pickled_model": function.get("model_path", "model.pkl")}
        named = str(flavor.get("pickled_model", "model.pkl"))
        form = FORMATS.get(str(flavor.get("serialization_format", "skops" if named.endswith(".skops") else "pickle")))
        if form is None:
            raise BadFile(f"The model is serialised as {flavor['serialization_format']!r}; known: {', '.join(FORMATS)}.")
        return MlflowModel(_within(folder, named), form, inputs, facts | {"flavor": "sklearn", "sklearn": str(flavor.get("sklearn_version", ""))})
    if "onnx" in flavors:
        return MlflowModel(_within(folder, str(flavors["onnx"].get("data", "model.onnx"))), "onnx", inputs, facts | {"flavor": "onnx"})
    known = ", ".join(sorted(map(str, flavors)))
    behind = f", whose loader is {loader}, code of its own" if loader else ""
    raise BadFile(f"The MLflow model has the flavor {known}{behind}; sklearn and onnx are read here. Save it with one of them, or as skops.")


def _parsed(path: Path) -> Mapping[str, Any]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadFile(f"{path} is larger than 1 MiB, which no MLmodel is.")
        said = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise BadFile(f"There is no MLmodel in {path.parent} ({error.strerror}); give a skops or ONNX file, or a folder saved by MLflow.") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise BadFile(f"{path} cannot be read as YAML; save the model again.") from error
    if not isinstance(said, Mapping):
        raise BadFile(f"{path} says nothing of a model; save it again.")
    return said


def _inputs(signature: Any) -> tuple[str, ...]:
    """The columns that a signature names; none where it is a tensor's, or absent."""
    text = signature.get("inputs") if isinstance(signature, Mapping) else None
    try:
        columns = json.loads(text) if isinstance(text, str) else []
    except ValueError as error:
        raise BadFile("The signature in MLmodel is not JSON; save the model again.") from error
    return tuple(str(column["name"]) for column in columns if isinstance(column, Mapping) and "name" in column)


def _within(folder: Path, named: str) -> Path:
    found = (folder / named).resolve()
    if not found.is_relative_to(folder.resolve()):
        raise BadFile(f"MLmodel names the file {named!r}, which lies outside its folder; it was not opened.")
    if not found.is_file():
        raise BadFile(f"MLmodel names the file {named!r}, which is not there; copy the whole folder.")
    return found
