"""The queue, the experts' answers and the labels that follow from them."""
from __future__ import annotations
from collections.abc import Sequence
import pandas as pd
from lifecycle.records import Agreement, Scalar, Task, Unsure
from lifecycle.verbs.context import Context

def catch_up(context: Context) -> int:
    """Rank what has landed since the last time and keep the queue filled; returns the tasks added."""
    raise NotImplementedError
def next_tasks(context: Context, annotator: str, n: int = 1) -> list[Task]:
    raise NotImplementedError
def annotate(context: Context, task: Task | int, value: Scalar | Unsure, annotator: str, seconds: float | None, client_id: str | None, comment: str) -> None:
    raise NotImplementedError
def skip(context: Context, task: Task | int, annotator: str) -> None:
    raise NotImplementedError
def undo(context: Context, annotator: str) -> int | None:
    raise NotImplementedError
def release_tasks(context: Context, annotator: str) -> int:
    raise NotImplementedError
def request_labels(context: Context, ids: Sequence[str], by: str | None, reason: str) -> int:
    raise NotImplementedError
def labels(context: Context) -> pd.DataFrame:
    raise NotImplementedError
def agreement(context: Context) -> Agreement:
    raise NotImplementedError
def suspects(context: Context) -> pd.DataFrame:
    raise NotImplementedError
def adjudicate(context: Context, id: str, value: Scalar, by: str) -> None:
    raise NotImplementedError
