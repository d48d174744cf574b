"""The history: append-only, each event chained to the one before by SHA-256."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lifecycle.records import Event
from lifecycle.stores.database import Database, dumps

__all__ = ["append", "broken_link", "history"]


def append(database: Database, project: str, time: datetime, by: str, verb: str, subject: str, details: Mapping[str, Any]) -> None:
    """Add one event at the end of the chain, in the caller's transaction or one of its own."""
    with database.write() as connection:
        previous = connection.execute("SELECT hash FROM events ORDER BY id DESC LIMIT 1").fetchone()
        row = (project, time.isoformat(), by, verb, subject, dumps(details))
        digest = _digest(previous[0] if previous else "", row)
        connection.execute("INSERT INTO events (project, time, by, verb, subject, details, hash) VALUES (?, ?, ?, ?, ?, ?, ?)", (*row, digest))


def history(database: Database, project: str, limit: int | None = None) -> list[Event]:
    """A project's events, the newest first."""
    sql = "SELECT id, time, by, verb, subject, details, hash FROM events WHERE project = ? ORDER BY id DESC LIMIT ?"
    rows = database.rows(sql, (project, -1 if limit is None else limit))
    return [Event(**{**row, "time": datetime.fromisoformat(row["time"]), "details": json.loads(row["details"])}) for row in rows]


def broken_link(database: Database) -> int | None:
    """The id of the first event that does not follow from the one before, None when the chain holds."""
    previous = ""
    for row in database.connection.execute("SELECT id, project, time, by, verb, subject, details, hash FROM events ORDER BY id"):
        if row[7] != _digest(previous, row[1:7]):
            return int(row[0])
        previous = row[7]
    return None


def _digest(previous: str, row: tuple[str, ...]) -> str:
    return hashlib.sha256("\x1f".join((previous, *row)).encode()).hexdigest()
