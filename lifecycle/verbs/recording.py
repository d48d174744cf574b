"""Predictions and labels land."""
from __future__ import annotations
from collections.abc import Sequence, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
import pandas as pd
from lifecycle.records import Settings
from lifecycle.verbs.context import Context

class Landed(list[str]):
    """The ids in the order given, and what was not landed: `ignored` (ids seen before with equal content), `waiting`
    (labels whose prediction has not come yet), `refused` (frame row, column, value, reason), `notes` (sentences)."""
    ignored: int
    waiting: int
    refused: pd.DataFrame
    notes: tuple[str, ...]

@dataclass(frozen=True, slots=True)
class Checked:
    """What landing would do: `accepted` rows as they would be stored, `refused` (row, column, value, reason), `notes`."""
    accepted: pd.DataFrame
    refused: pd.DataFrame
    notes: tuple[str, ...]

def log(context: Context, frame: pd.DataFrame, by: str | None, on_bad: str = "raise") -> Landed:
    raise NotImplementedError
def check(context: Context, frame: pd.DataFrame) -> Checked:
    raise NotImplementedError
def predict(context: Context, frame: pd.DataFrame, entity: Sequence[str] | None = None) -> pd.DataFrame:
    raise NotImplementedError
def record_labels(context: Context, frame: pd.DataFrame, source: str = "ground_truth", by: str | None = None) -> Landed:
    raise NotImplementedError
def predictions(context: Context, start: datetime | None, end: datetime | None, limit: int | None) -> pd.DataFrame:
    raise NotImplementedError
def configure(context: Context, by: str | None, changes: Mapping[str, Any]) -> Settings:
    raise NotImplementedError
