"""Triggers, runs and versions: ingest, validate, snapshot, split, train, evaluate, gate, register."""
from __future__ import annotations
from datetime import datetime
from typing import Any
import pandas as pd
from lifecycle.records import ModelVersion, Reproduction, Run, TriggerState
from lifecycle.verbs.context import Context

def prepare_first(context: Context, recipe: Any | None, training: pd.DataFrame | None, reference: pd.DataFrame | None) -> dict[str, Any] | None:
    """Fit, evaluate and store the first version's files; returns the fields for `stores.versions.add`, None while there is
    nothing to train on or watch. Registers nothing: `Workspace.create_project` does that in one transaction with the project.
    In a watched project: {"reference": sha256, ...} without a model. Without a reference a fifth of `training` is held out."""
    raise NotImplementedError
def register_model(context: Context, model: Any, by: str | None, reason: str = "") -> ModelVersion:
    """Register a fitted estimator, or the path of a skops file, as a candidate."""
    raise NotImplementedError
def set_recipe(context: Context, recipe: Any, by: str | None) -> None:
    """Retraining fits this unfitted estimator (or the path of a skops file) from now on."""
    raise NotImplementedError
def triggers(context: Context, now: datetime | None) -> list[TriggerState]:
    raise NotImplementedError
def tick(context: Context, now: datetime | None) -> list[Run]:
    raise NotImplementedError
def retrain(context: Context, reason: str, by: str | None) -> Run:
    raise NotImplementedError
def request_retrain(context: Context, reason: str, by: str | None) -> Run:
    raise NotImplementedError
def cancel(context: Context, id: str, by: str | None) -> Run:
    raise NotImplementedError
def runs(context: Context) -> list[Run]:
    raise NotImplementedError
def run(context: Context, id: str) -> Run:
    raise NotImplementedError
def reproduce(context: Context, version: int) -> Reproduction:
    raise NotImplementedError
