"""The queue, the experts' answers and the labels that follow from them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.records import Task
from lifecycle.stores import labels as book
from lifecycle.stores import tasks
from lifecycle.verbs import ranking
from lifecycle.verbs.answers import annotate, expert, lease_end, skip, undo
from lifecycle.verbs.auditing import inclusion
from lifecycle.verbs.context import Context
from lifecycle.verbs.experts import adjudicate, agreement, suspects
from lifecycle.verbs.ranking import catch_up
from lifecycle.verbs.samples import samples

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
FRONT = -(2**40)  # the turns of requested tasks start here


def next_tasks(context: Context, annotator: str, n: int = 1) -> list[Task]:
    """Lease up to `n` samples to this person; what they hold already comes first and is renewed.

    Raises
    ------
    InvalidValue : `n` is not a whole number from 1 to 50, or `annotator` is no name.
    """
    me = expert(annotator)
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= MOST:
        raise InvalidValue(f"{n!r} tasks cannot be leased at once; ask for 1 to {MOST}.")
    if ranking.behind(context):
        catch_up(context)
    now, until = context.now(), lease_end(context)
    leased = tasks.held(context.database, context.name, me, now)
    fresh = tasks.instant(now + (until - now) * FRESH)
    if len(leased) < n or any(task["until"] < fresh for task in leased):
        with context.database.write():
            tasks.expire(context.database, context.name, now)
            tasks.renew(context.database, context.name, me, until)
            held = tasks.held(context.database, context.name, me, now)
            tasks.claim(context.database, context.name, me, n - len(held), until)
            leased = tasks.held(context.database, context.name, me, now)
    return _with_samples(context, leased[:n])


def release_tasks(context: Context, annotator: str) -> int:
    """Give back what this person holds; returns how many."""
    return tasks.release(context.database, context.name, expert(annotator))


def request_labels(context: Context, ids: Sequence[str], by: str | None, reason: str) -> int:
    """Send chosen predictions to the front of the queue, in the order given; returns how many were new to it.

    One that waits further back moves to the front and leaves the audit's draw; one that has been answered stays answered.

    Raises
    ------
    UnknownName : an id that is not in the log; nothing was changed.
    """
    wanted = list(dict.fromkeys(str(id) for id in ids))
    places = context.log().find(wanted)
    unknown = [id for id in wanted if id not in places]
    if unknown:
        raise UnknownName(
            f"No prediction {unknown[0]!r} in the log ({len(unknown)} of {len(wanted)} ids are unknown); nothing was sent to the queue."
        )
    with context.database.write() as connection:
        rows = _requests(context, wanted, places)
        new = tasks.insert(context.database, context.name, context.now(), rows)
        sql = """UPDATE tasks SET turn = ?, strategy = 'requested', purpose = 'query', probability = 1.0
                 WHERE project = ? AND prediction_id = ? AND answers = 0"""
        connection.executemany(sql, ((row["turn"], context.name, row["prediction_id"]) for row in rows))
        context.happened(by, "request_labels", f"{len(wanted)} predictions", {"count": len(wanted), "new": new, "reason": reason})
    return new


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


def _requests(context: Context, ids: Sequence[str], places: Mapping[str, int]) -> list[dict[str, Any]]:
    sql = "SELECT coalesce(max(turn) + 1, ?) FROM tasks WHERE project = ? AND turn < 0"
    first = int(context.database.value(sql, (FRONT, context.name)))
    version = dict(zip(ids, context.log().take([places[id] for id in ids], ["version"])["version"].to_pylist(), strict=True))
    fixed = {"purpose": "query", "strategy": "requested", "utility": None, "probability": 1.0, "wanted": max(1, context.settings.overlap)}
    return [fixed | {"prediction_id": id, "seq": places[id], "turn": first + i, "model_version": int(version[id] or 0)} for i, id in enumerate(ids)]


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
