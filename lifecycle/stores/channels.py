"""Channels and the outbox: where notifications go, and what waits, was sent or failed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lifecycle.errors import UnknownName
from lifecycle.stores.database import Database, dumps

__all__ = ["Channel", "add", "channels", "claim", "events_after", "failed", "get", "messages", "newest_event", "put", "remove", "sent", "sweep"]

KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True, repr=False)
class Channel:
    """Where to send and what. `url` is secret and stays out of every repr."""

    id: int
    name: str
    project: str
    url: str
    kinds: tuple[str, ...]
    quiet: str
    digest: str
    after: int
    created: datetime
    created_by: str


def add(database: Database, name: str, project: str, url: str, kinds: Sequence[str], quiet: str, digest: str, time: datetime, by: str) -> None:
    """Add a channel that is told what happens from now on."""
    with database.write() as connection:
        sql = "INSERT INTO channels (name, project, url, kinds, quiet, digest, after, created, created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        connection.execute(sql, (name, project, url, dumps(list(kinds)), quiet, digest, newest_event(database), time.isoformat(), by))


def channels(database: Database) -> list[Channel]:
    """All channels, by name."""
    rows = database.rows("SELECT * FROM channels ORDER BY name")
    return [Channel(**{**row, "kinds": tuple(json.loads(row["kinds"])), "created": datetime.fromisoformat(row["created"])}) for row in rows]


def get(database: Database, name: str, project: str = "") -> Channel:
    """One channel; with `project`, one of that project's own.

    Raises
    ------
    UnknownName : there is none of that name.
    """
    known = {found.name: found for found in channels(database) if not project or found.project == project}
    if name not in known:
        raise UnknownName.among("channel", name, known)
    return known[name]


def remove(database: Database, id: int) -> None:
    """Forget a channel, its address and all that waits for it."""
    with database.write() as connection:
        connection.execute("DELETE FROM outbox WHERE channel = ?", (id,))
        connection.execute("DELETE FROM channels WHERE id = ?", (id,))


def newest_event(database: Database) -> int:
    """The number of the newest event, 0 before the first."""
    return int(database.value("SELECT max(id) FROM events") or 0)


def events_after(database: Database, id: int, most: int) -> list[dict[str, Any]]:
    """The events after one, the oldest first, with their details read."""
    sql = "SELECT id, project, time, by, verb, subject, details, hash FROM events WHERE id > ? ORDER BY id LIMIT ?"
    return [{**row, "details": json.loads(row["details"])} for row in database.rows(sql, (id, most))]


def put(database: Database, channel: int, event: int, kind: str, title: str, text: str, reference: str, now: datetime, due: datetime) -> None:
    """Let a message wait; an event is put once for a channel, however often this is tried."""
    with database.write() as connection:
        sql = "INSERT OR IGNORE INTO outbox (channel, event, kind, title, text, reference, created, due) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        connection.execute(sql, (channel, event, kind, title, text, reference, now.isoformat(), due.isoformat()))


def claim(database: Database, channel: int, now: datetime, lease: timedelta, most: int) -> list[dict[str, Any]]:
    """Take what is due for a channel, the oldest first, and keep others away for the length of the lease: who dies with it lets it go."""
    with database.write() as connection:
        sql = "SELECT * FROM outbox WHERE channel = ? AND status = 'waiting' AND due <= ? AND claimed <= ? ORDER BY id LIMIT ?"
        rows = database.rows(sql, (channel, now.isoformat(), now.isoformat(), most))
        taken = [((now + lease).isoformat(), row["id"]) for row in rows]
        connection.executemany("UPDATE outbox SET claimed = ? WHERE id = ?", taken)
    return rows


def sent(database: Database, ids: Sequence[int], now: datetime) -> None:
    """These were taken by the service."""
    with database.write() as connection:
        sql = "UPDATE outbox SET status = 'sent', sent = ?, error = '', attempts = attempts + 1 WHERE id = ?"
        connection.executemany(sql, [(now.isoformat(), id) for id in ids])


def failed(database: Database, ids: Sequence[int], error: str, again: datetime | None) -> None:
    """These were not; they are tried again at `again`, None: no more."""
    with database.write() as connection:
        status, due = ("failed", None) if again is None else ("waiting", again.isoformat())
        sql = "UPDATE outbox SET status = ?, due = coalesce(?, due), claimed = '', error = ?, attempts = attempts + 1 WHERE id = ?"
        connection.executemany(sql, [(status, due, error, id) for id in ids])


def messages(database: Database, limit: int) -> list[dict[str, Any]]:
    """What waits, was sent or failed, the newest first."""
    sql = """SELECT o.created, c.name AS channel, c.project, o.kind, o.title, o.text, o.status, o.attempts, o.due, o.sent, o.error
             FROM outbox o JOIN channels c ON c.id = o.channel ORDER BY o.id DESC LIMIT ?"""
    return database.rows(sql, (limit,))


def sweep(database: Database, now: datetime) -> None:
    """Forget what was sent or given up long ago."""
    if database.value("SELECT 1 FROM outbox WHERE status != 'waiting' AND created < ? LIMIT 1", ((now - KEPT).isoformat(),)):
        with database.write() as connection:
            connection.execute("DELETE FROM outbox WHERE status != 'waiting' AND created < ?", ((now - KEPT).isoformat(),))
