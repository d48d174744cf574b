"""Requests for approval, and the newest decision about a version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lifecycle.records import Decision
from lifecycle.stores.database import Database, dumps

__all__ = ["add", "close", "decision_at", "newest", "requests", "waiting"]


def add(database: Database, project: str, version: int, by: str, comment: str, time: datetime, figures: Mapping[str, Any]) -> int:
    """Record a request; returns its id."""
    with database.write() as connection:
        sql = "INSERT INTO approval_requests (project, version, by, comment, time, figures) VALUES (?, ?, ?, ?, ?, ?)"
        return int(connection.execute(sql, (project, version, by, comment, time.isoformat(), dumps(figures))).lastrowid or 0)


def requests(database: Database, project: str, version: int | None = None) -> list[dict[str, Any]]:
    """Requests about a version, or about all, the newest first: id, version, by, comment, time, figures, outcome."""
    sql = """SELECT id, version, by, comment, time, figures, outcome FROM approval_requests
             WHERE project = ? AND (? IS NULL OR version = ?) ORDER BY id DESC"""
    rows = database.rows(sql, (project, version, version))
    return [{**row, "time": datetime.fromisoformat(row["time"]), "figures": json.loads(row["figures"])} for row in rows]


def waiting(database: Database, project: str, version: int) -> dict[str, Any] | None:
    """The newest request about a version that nobody has answered."""
    return next((row for row in requests(database, project, version) if not row["outcome"]), None)


def newest(database: Database, project: str, version: int) -> datetime | None:
    """When somebody last asked for a decision about a version."""
    found = requests(database, project, version)
    return found[0]["time"] if found else None


def close(database: Database, project: str, version: int, outcome: str) -> None:
    """The requests that wait have their answer."""
    with database.write() as connection:
        sql = "UPDATE approval_requests SET outcome = ? WHERE project = ? AND version = ? AND outcome = ''"
        connection.execute(sql, (outcome, project, version))


def decision_at(database: Database, project: str, version: int, time: datetime | None = None) -> Decision | None:
    """The newest decision about a version, at a time where one is given."""
    sql = """SELECT id, version, decision, by, reason, time, figures FROM decisions
             WHERE project = ? AND version = ? AND (? IS NULL OR time <= ?) ORDER BY id DESC LIMIT 1"""
    at = time.isoformat() if time else None
    row = database.one(sql, (project, version, at, at))
    return None if row is None else Decision(**{**row, "time": datetime.fromisoformat(row["time"]), "figures": json.loads(row["figures"])})
