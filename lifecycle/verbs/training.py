"""Triggers, runs and versions: ingest, validate, snapshot, split, train, evaluate, gate, register."""
from __future__ import annotations
from datetime import datetime
from typing import Any
from lifecycle.records import ModelVersion, Reproduction, Run, TriggerState
from lifecycle.verbs.context import Context
from lifecycle.verbs.fitting import prepare_first as prepare_first

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
