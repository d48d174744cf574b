"""Samples whose answer is known, mixed into the queue: how well people answer, without their knowing which these are."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from lifecycle.errors import BadData
from lifecycle.stores import tasks
from lifecycle.stores.database import dumps
from lifecycle.verbs.context import Context
from lifecycle.verbs.label.answers import checked_value

__all__ = ["add_gold", "gold_answers", "is_gold", "mix_in", "unmarked"]


def add_gold(context: Context, frame: pd.DataFrame, by: str | None) -> int:
    """Let predictions (columns id, label) be gold: their answer is known, and each expert is shown them now and then
    (`Settings.gold_share`). Answers to them make no label; a label that a prediction has already stays. Returns how many are new.

    Raises
    ------
    BadData : a column is missing, an id is not in the log, or a label is no class or number; nothing was added.
    """
    if not isinstance(frame, pd.DataFrame) or not {"id", "label"} <= set(frame.columns) or not len(frame):
        raise BadData("Gold needs the columns id and label, at least one row.")
    ids = [str(id) for id in frame["id"]]
    places = context.log().find(ids)
    unknown = [id for id in ids if id not in places]
    if unknown:
        raise BadData(f"No prediction {unknown[0]!r} in the log ({len(unknown)} of {len(ids)} ids are unknown); nothing was added.")
    values = {id: dumps(checked_value(context.schema, value)) for id, value in zip(ids, frame["label"], strict=True)}
    now = context.now()
    with context.database.write() as connection:
        made = {"purpose": "query", "strategy": "gold", "utility": None, "probability": 1.0, "model_version": 0, "turn": 0, "wanted": 0}
        tasks.insert(context.database, context.name, now, [made | {"prediction_id": id, "seq": places[id], "predicted": None} for id in values])
        free = """UPDATE tasks SET strategy = 'gold', ranking = 0, purpose = 'query', probability = 1.0, open = open - wanted, wanted = 0
                  WHERE project = ? AND prediction_id = ? AND answers = 0 AND strategy != 'gold'"""
        connection.executemany(free, [(context.name, id) for id in values])
        sql = """INSERT OR IGNORE INTO gold (task, project, value, time, by)
                 SELECT id, ?1, ?2, ?3, ?4 FROM tasks WHERE project = ?1 AND prediction_id = ?5"""
        before = connection.total_changes
        connection.executemany(sql, [(context.name, value, tasks.instant(now), by or "", id) for id, value in values.items()])
        new = connection.total_changes - before
        if new:
            context.happened(by, "add_gold", f"{new} samples", {"count": new})
    return new


def mix_in(context: Context, annotator: str, n: int, until: datetime) -> int:
    """Lease gold samples to this person in place of some of the next `n`, by chance; returns how many. In the caller's transaction."""
    share = context.settings.gold_share
    if share <= 0 or n < 1:
        return 0
    met = """SELECT g.task FROM gold g WHERE g.project = ?1 AND NOT EXISTS (SELECT 1 FROM standing s WHERE s.task = g.task AND s.annotator = ?2)
             AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.task = g.task AND l.annotator = ?2) ORDER BY g.task"""
    free = [row["task"] for row in context.database.rows(met, (context.name, annotator))]
    said = int(context.database.value("SELECT count(*) FROM annotations WHERE project = ? AND annotator = ?", (context.name, annotator)))
    rng = np.random.default_rng([context.settings.seed, zlib.crc32(annotator.encode()), said])
    chosen = rng.permutation(len(free))[: rng.binomial(n, share)]
    for place in chosen.tolist():
        tasks.seat(context.database, free[place], annotator, context.name, until)
    return len(chosen)


def unmarked(context: Context, leased: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Tasks as an expert may see them: gold ones look like any other, and stand at a place that chance chose."""
    gold = [task for task in leased if task["strategy"] == "gold"]
    found = [task for task in leased if task["strategy"] != "gold"]
    for task in gold:
        usual = {"strategy": context.settings.query_strategy, "probability": 1.0 - context.settings.audit_share}
        found.insert((task["id"] * 2654435761 >> 7) % (len(found) + 1), task | usual)
    return found


def is_gold(context: Context, task: int) -> bool:
    """Whether a task's answer is known."""
    return context.database.value("SELECT 1 FROM gold WHERE task = ?", (task,)) is not None


def gold_answers(context: Context) -> pd.DataFrame:
    """What people said of gold samples that they did not set themselves: annotator, value, truth."""
    sql = """SELECT a.annotator, a.value, g.value AS truth FROM gold g JOIN standing s ON s.task = g.task JOIN annotations a ON a.id = s.annotation
             WHERE g.project = ? AND s.kind = 'answer' AND a.time >= g.time"""
    frame = context.database.frame(sql, (context.name,))
    for name in ("value", "truth"):
        frame[name] = pd.Series([json.loads(text) for text in frame[name]], dtype=object)
    return frame
