"""Decisions about versions, comments on them, and the releases that went back; append-only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lifecycle.records import Decision
from lifecycle.stores.database import Database, dumps

__all__ = ["add", "approved", "comment", "comments", "decisions", "mark_back", "previous_champion"]


def add(database: Database, project: str, version: int, decision: str, by: str, reason: str, time: datetime, figures: Mapping[str, Any]) -> int:
    """Record one decision ("approved" or "rejected") with the figures that were on the table; returns its id."""
    row = (project, version, decision, by, reason, time.isoformat(), dumps(figures))
    with database.write() as connection:
        sql = "INSERT INTO decisions (project, version, decision, by, reason, time, figures) VALUES (?, ?, ?, ?, ?, ?, ?)"
        return int(connection.execute(sql, row).lastrowid or 0)


def decisions(database: Database, project: str, version: int | None = None) -> list[Decision]:
    """The decisions about a version, or about all, the newest first."""
    sql = "SELECT id, version, decision, by, reason, time, figures FROM decisions WHERE project = ? AND (? IS NULL OR version = ?) ORDER BY id DESC"
    rows = database.rows(sql, (project, version, version))
    return [Decision(**{**row, "time": datetime.fromisoformat(row["time"]), "figures": json.loads(row["figures"])}) for row in rows]


def approved(database: Database, project: str, version: int) -> bool:
    """Whether the newest decision about a version is an approval."""
    sql = "SELECT decision FROM decisions WHERE project = ? AND version = ? ORDER BY id DESC LIMIT 1"
    return bool(database.value(sql, (project, version)) == "approved")


def comment(database: Database, project: str, version: int, by: str, text: str, time: datetime) -> int:
    """Record what somebody said about a version; returns its id."""
    with database.write() as connection:
        sql = "INSERT INTO comments (project, version, by, text, time) VALUES (?, ?, ?, ?, ?)"
        return int(connection.execute(sql, (project, version, by, text, time.isoformat())).lastrowid or 0)


def comments(database: Database, project: str, version: int | None = None) -> list[dict[str, Any]]:
    """What was said about a version, or about all, the oldest first: id, version, by, text, time."""
    sql = "SELECT id, version, by, text, time FROM comments WHERE project = ? AND (? IS NULL OR version = ?) ORDER BY id"
    return [{**row, "time": datetime.fromisoformat(row["time"])} for row in database.rows(sql, (project, version, version))]


def mark_back(database: Database, rollout: int) -> None:
    """Say that a release row returned to the champion before."""
    with database.write() as connection:
        connection.execute("UPDATE rollouts SET back = 1 WHERE id = ?", (rollout,))


def previous_champion(database: Database, project: str) -> int | None:
    """The version that a roll-back returns to: each release puts one on the pile, each roll-back takes one off; None when nothing is below."""
    pile: list[int] = []
    for row in database.rows("SELECT version, back FROM rollouts WHERE project = ? AND mode = 'full' ORDER BY id", (project,)):
        if row["back"]:
            pile.pop()
        else:
            pile.append(int(row["version"]))
    return pile[-2] if len(pile) > 1 else None
