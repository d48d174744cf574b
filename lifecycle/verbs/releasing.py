"""Comparison, decisions, rollouts and history."""
from __future__ import annotations
from datetime import datetime
import pandas as pd
from lifecycle.records import Comparison, ModelVersion, Trial
from lifecycle.verbs.context import Context

def versions(context: Context) -> pd.DataFrame:
    raise NotImplementedError
def version(context: Context, number: int) -> ModelVersion:
    raise NotImplementedError
def champion(context: Context) -> ModelVersion | None:
    raise NotImplementedError
def champion_at(context: Context, time: datetime) -> ModelVersion | None:
    raise NotImplementedError
def compare(context: Context, old: int | None, new: int | None) -> Comparison:
    raise NotImplementedError
def approve(context: Context, version: int, by: str | None, reason: str, mode: str = "full", share: float | None = None) -> None:
    raise NotImplementedError
def reject(context: Context, version: int, by: str | None, reason: str) -> None:
    raise NotImplementedError
def roll_out(context: Context, version: int, mode: str, share: float | None, by: str | None, reason: str) -> None:
    raise NotImplementedError
def roll_back(context: Context, by: str | None, reason: str) -> int:
    raise NotImplementedError
def trial(context: Context) -> Trial:
    raise NotImplementedError
def history(context: Context, limit: int | None) -> pd.DataFrame:
    raise NotImplementedError
