"""The queue, the experts' answers and the labels that follow from them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from lifecycle.errors import InvalidValue
from lifecycle.records import QueueFilter, Task
from lifecycle.stores import labels as book
from lifecycle.stores import tasks
from lifecycle.verbs.context import Context
from lifecycle.verbs.label import assigning, filtering, golden, ranking
from lifecycle.verbs.label.answers import annotate, expert, lease_end, skip, undo
from lifecycle.verbs.label.auditing import inclusion
from lifecycle.verbs.label.comparing_experts import agreement
from lifecycle.verbs.label.experts import adjudicate, suspects
from lifecycle.verbs.label.ranking import catch_up
from lifecycle.verbs.label.requesting import request_labels
from lifecycle.verbs.label.samples import samples

__all__ = [
    "adjudicate",
    "agreement",
    "annotate",
    "catch_up",
    "labellers",
    "labels",
    "next_tasks",
    "release_tasks",
    "request_labels",
    "skip",
    "suspects",
    "undo",
]

MOST = 50  # tasks that one person may hold
FRESH = 0.75  # the share of a lease that has to be left, else it is renewed


def next_tasks(context: Context, annotator: str, n: int = 1, where: QueueFilter | None = None) -> list[Task]:
    """Lease up to `n` samples to this person; what they hold already comes first and is renewed.

    With `where`, samples that match it, the most useful first; they count as asked for by hand. What the person holds of another
    sitting is given back.

    Raises
    ------
    InvalidValue : `n` is not a whole number from 1 to 50, `annotator` is no name, or `where` asks nothing.
    UnknownName : `where` names no column or class of this project.
    """
    me = expert(annotator)
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= MOST:
        raise InvalidValue(f"{n!r} tasks cannot be leased at once; ask for 1 to {MOST}.")
    if ranking.behind(context):
        catch_up(context)
    listed = None if where is None else filtering.shortlist(context, where)
    now, until = context.now(), lease_end(context)
    leased = _held(context, me, listed)
    fresh = tasks.instant(now + (until - now) * FRESH)
    if len(leased) < n or any(task["until"] < fresh for task in leased):
        with context.database.write():
            tasks.expire(context.database, context.name, now)
            filtering.release_filtered(context, me, listed)
            tasks.renew(context.database, context.name, me, until)
            missing = n - len(tasks.held(context.database, context.name, me, now))
            if listed is None:
                missing -= golden.mix_in(context, me, missing, until)
                assigning.claim(context, me, missing, until)
            elif missing > 0:
                filtering.claim(context, me, missing, until, listed)
            leased = tasks.held(context.database, context.name, me, now)
    return _with_samples(context, golden.unmarked(context, leased)[:n])


def _held(context: Context, me: str, listed: str | None) -> list[dict[str, Any]]:
    """What this person holds, if all of it is of the sitting that is asked for; else nothing, since some has to be given back."""
    leased = tasks.held(context.database, context.name, me, context.now())
    others = [task for task in leased if (task["strategy"] == "filtered") != (listed is not None)]
    return [] if others or (listed is not None and leased) else leased


def release_tasks(context: Context, annotator: str) -> int:
    """Give back what this person holds; returns how many."""
    return tasks.release(context.database, context.name, expert(annotator))


def labels(context: Context) -> pd.DataFrame:
    """The labels that count: id, label, source, confidence, annotators, purpose, probability, time.

    An expert label's probability is its chance as things stand now, see docs/decisions/0004-inclusion-probabilities.md.
    """
    frame = book.counting(context.database, context.name, arrived=False)
    if context.schema.task == "regression":
        frame["label"] = frame["label"].astype("float64")
    frame["annotators"] = pd.Series([tuple(json.loads(names)) for names in frame["annotators"]], dtype=object)
    frame["time"] = pd.to_datetime(frame["time"], utc=True, format="ISO8601")
    frame["probability"] = frame["id"].map(inclusion(context)).fillna(frame["probability"])
    return frame[["id", "label", "source", "confidence", "annotators", "purpose", "probability", "time"]]


def labellers(context: Context) -> dict[str, int]:
    """In how many of the labels that count each person had a part."""
    frame = book.counting(context.database, context.name, arrived=False, said=True)
    return dict(Counter(name for names in frame["annotators"] for name in json.loads(names)))


def _with_samples(context: Context, leased: Sequence[Mapping[str, Any]]) -> list[Task]:
    if not leased:
        return []
    schema = context.schema
    names, columns = schema.names, dict(zip(schema.classes, schema.probability_columns(), strict=False))
    known = {str(name): name for name in schema.classes}
    rows = samples(context, [task["seq"] for task in leased])
    found = []
    for task, row in zip(leased, rows, strict=True):
        said = row["prediction"]
        chances = {name: row[column] for name, column in columns.items() if row.get(column) is not None}
        fields = {name: task[name] for name in ("id", "prediction_id", "purpose", "probability", "strategy", "model_version")}
        fields |= {"utility": float("nan") if task["utility"] is None else task["utility"], "leased_until": datetime.fromisoformat(task["until"])}
        sample = {name: row.get(name) for name in names}
        found.append(Task(**fields, sample=sample, prediction=known.get(said, said), probabilities=chances))
    return found
