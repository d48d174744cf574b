"""The chance that each label had, as things stand now, and rows that were asked for by hand after all falling to the audit."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from lifecycle.label.audit import permanent_numbers
from lifecycle.stores.labels import Entry
from lifecycle.verbs.context import Context
from lifecycle.verbs.label.pool import POOL
from lifecycle.verbs.predictions.truth import add_labels

__all__ = ["audit_requested", "inclusion"]


def inclusion(context: Context) -> pd.Series:
    """The probability, by prediction id, with which each expert's label came to be, over the draw of the audit's rows.

    The audit has reached a share of all rows; a row that the strategy did or would have picked was certain to be labelled
    unless it was the audit's, and a row that was asked for by hand was certain. Weighted by its inverse, each label counts
    right in totals and means over the log (Horvitz and Thompson, 1952). docs/decisions/0004-inclusion-probabilities.md
    """
    sql = """SELECT t.prediction_id AS id, t.seq, t.purpose, t.ranking, p.seq IS NOT NULL AND (p.turn IS NULL OR p.turn <= ?2) AS passed
             FROM tasks t JOIN current_labels c ON c.project = t.project AND c.id = t.prediction_id AND c.no != 0
             JOIN labels l ON l.no = c.no AND l.source = 'expert'
             LEFT JOIN passed p ON p.project = t.project AND p.seq = t.seq WHERE t.project = ?1"""
    reached = """SELECT max(turn) FROM tasks WHERE project = ?1 AND purpose = 'query' AND answers > 0
                 AND ranking = (SELECT max(id) FROM rankings WHERE project = ?1)"""
    turn = context.database.value(reached, (context.name,))
    found = context.database.frame(sql, (context.name, -1 if turn is None else turn))
    audit, share = found["purpose"] == "audit", context.settings.audit_share
    chance = min(1.0, audit.sum() / max(1, _askable(context)))
    certain = min(1.0, 1.0 - share + chance)
    values = np.where(audit & (found["passed"] == 0), chance, certain)
    return pd.Series(np.where(found["ranking"] == 0, 1.0, values), index=found["id"], dtype="float64")


def audit_requested(context: Context) -> int:
    """Let the audit claim the rows that were labelled by request and that it has come to pass; returns how many.

    Without this its labels would be a random sample of only those rows that nobody asked for by hand.
    """
    sql = """SELECT t.prediction_id, t.seq FROM tasks t JOIN current_labels c ON c.project = t.project AND c.id = t.prediction_id
             JOIN labels l ON l.no = c.no AND l.source = 'expert' WHERE t.project = ? AND t.ranking = 0 AND t.purpose = 'query'"""
    asked = context.database.rows(sql, (context.name,))
    served = context.database.rows("SELECT seq FROM tasks WHERE project = ? AND purpose = 'audit' AND answers > 0", (context.name,))
    if not asked or not served:
        return 0
    seed = context.settings.seed
    reached = permanent_numbers(np.array([row["seq"] for row in served]), seed).max()
    passed = permanent_numbers(np.array([row["seq"] for row in asked]), seed) <= reached
    ids = [row["prediction_id"] for row, due in zip(asked, passed, strict=True) if due]
    _claim(context, ids)
    return len(ids)


def _claim(context: Context, ids: list[str]) -> None:
    if not ids:
        return
    sql = """SELECT l.id, l.value, c.seq, l.confidence, l.annotators, l.by FROM current_labels c JOIN labels l ON l.no = c.no
             WHERE c.project = ? AND c.id IN (SELECT value FROM json_each(?))"""
    with context.database.write() as connection:
        for row in context.database.rows(sql, (context.name, json.dumps(ids))):
            people = tuple(json.loads(row["annotators"]))
            add_labels(context, [Entry(row["id"], json.loads(row["value"]), row["seq"], row["confidence"], people, "audit")], "expert", row["by"])
        connection.executemany("UPDATE tasks SET purpose = 'audit' WHERE project = ? AND prediction_id = ?", [(context.name, id) for id in ids])


def _askable(context: Context) -> int:
    """Rows that experts could have been asked about: all of the newest, but for those whose label came by itself."""
    others = "SELECT count(*) FROM current_labels c JOIN labels l ON l.no = c.no WHERE c.project = ? AND c.seq IS NOT NULL AND l.source != 'expert'"
    return min(POOL, context.log().rows) - int(context.database.value(others, (context.name,)))
