"""What experts said, read back: how a sitting stands, the newest answers, and where people disagree."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any

import pandas as pd

from lifecycle.errors import InvalidValue
from lifecycle.verbs.context import Context

__all__ = ["answers", "disagreements", "labelled_today", "waiting_tasks"]

COLUMNS = ["id", "task", "prediction_id", "annotator", "kind", "value", "time", "seconds", "comment"]


def waiting_tasks(context: Context) -> int:
    """How many samples wait in the queue for somebody."""
    return int(context.database.value("SELECT count(*) FROM tasks WHERE project = ? AND open > 0", (context.name,)))


def labelled_today(context: Context, annotator: str) -> int:
    """How many answers of this person stand since midnight (UTC)."""
    midnight = context.now().astimezone(UTC).date().isoformat()
    sql = """SELECT count(*) FROM annotations a JOIN standing s ON s.annotation = a.id
             WHERE a.project = ? AND a.annotator = ? AND a.kind = 'answer' AND a.time >= ?"""
    return int(context.database.value(sql, (context.name, annotator.strip(), midnight)))


def answers(context: Context, annotator: str | None = None, limit: int | None = 200) -> pd.DataFrame:
    """Answers, unsures and skips that stand, the newest first: id, task, prediction_id, annotator, kind, value, time, seconds, comment.

    Raises
    ------
    InvalidValue : a negative limit.
    """
    if limit is not None and (isinstance(limit, bool) or limit < 0):
        raise InvalidValue(f"limit is a number of answers from 0 up, or None for all; given: {limit}.")
    sql = f"""SELECT {", ".join("a." + name for name in COLUMNS)} FROM annotations a JOIN standing s ON s.annotation = a.id
              WHERE a.project = ?1 AND (?2 IS NULL OR a.annotator = ?2) ORDER BY a.id DESC LIMIT ?3"""
    return _read(context.database.rows(sql, (context.name, annotator, -1 if limit is None else limit)))


def disagreements(context: Context) -> pd.DataFrame:
    """Answers to the samples that people answered differently and nobody has settled: a row an answer, as in `answers`,
    those of one sample together."""
    sql = f"""SELECT {", ".join("a." + name for name in COLUMNS)} FROM tasks t
              JOIN standing s ON s.task = t.id JOIN annotations a ON a.id = s.annotation
              WHERE t.project = ?1 AND t.answers >= 2 AND s.kind = 'answer' AND t.id IN (
                  SELECT x.task FROM standing x JOIN annotations y ON y.id = x.annotation
                  WHERE y.project = ?1 AND x.kind = 'answer' GROUP BY x.task HAVING count(DISTINCT y.value) > 1)
              AND NOT EXISTS (SELECT 1 FROM gold g WHERE g.task = t.id)
              AND NOT EXISTS (SELECT 1 FROM labels l WHERE l.project = ?1 AND l.id = t.prediction_id AND l.source = 'adjudication')
              ORDER BY t.id, a.id"""
    return _read(context.database.rows(sql, (context.name,)))


def _read(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["value"] = pd.Series([None if row["value"] is None else json.loads(row["value"]) for row in rows], dtype=object)
    frame["time"] = pd.to_datetime(frame["time"], utc=True, format="ISO8601")
    return frame
