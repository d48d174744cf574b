"""Who is signed in, and whose sign-ins failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from lifecycle.stores.database import Database

__all__ = ["end", "end_all", "failures", "forget_failures", "holder", "note_failure", "sessions", "start", "touch"]

FORGOTTEN_AFTER = timedelta(days=1)


def start(database: Database, hash: str, name: str, time: datetime, source: str) -> None:
    """Somebody has signed in."""
    with database.write() as connection:
        sql = "INSERT INTO sessions (hash, name, started, seen, source) VALUES (?, ?, ?, ?, ?)"
        connection.execute(sql, (hash, name, time.isoformat(), time.isoformat(), source))
        connection.execute("UPDATE accounts SET seen = ? WHERE name = ?", (time.isoformat(), name))


def holder(database: Database, hash: str, now: datetime, idle: timedelta, longest: timedelta) -> tuple[str, datetime] | None:
    """Whose session it is and when it was last used; None where it has ended, or its account is disabled."""
    sql = """SELECT accounts.name AS name, sessions.seen AS seen FROM sessions JOIN accounts ON accounts.name = sessions.name
             WHERE hash = ? AND NOT accounts.disabled AND sessions.seen > ? AND started > ?"""
    row = database.one(sql, (hash, (now - idle).isoformat(), (now - longest).isoformat()))
    return None if row is None else (row["name"], datetime.fromisoformat(row["seen"]))


def touch(database: Database, hash: str, time: datetime) -> None:
    """It is in use."""
    with database.write() as connection:
        connection.execute("UPDATE sessions SET seen = ? WHERE hash = ?", (time.isoformat(), hash))


def end(database: Database, hash: str) -> None:
    """Signed out."""
    with database.write() as connection:
        connection.execute("DELETE FROM sessions WHERE hash = ?", (hash,))


def end_all(database: Database, name: str) -> int:
    """Signed out everywhere; returns how many sessions ended."""
    with database.write() as connection:
        return int(connection.execute("DELETE FROM sessions WHERE name = ?", (name,)).rowcount)


def sessions(database: Database, oldest_use: datetime, oldest_start: datetime) -> list[dict[str, Any]]:
    """The sessions that live, the newest use first: name, started, seen, source. Those that have ended are swept out."""
    with database.write() as connection:
        connection.execute("DELETE FROM sessions WHERE seen <= ? OR started <= ?", (oldest_use.isoformat(), oldest_start.isoformat()))
    return database.rows("SELECT name, started, seen, source FROM sessions ORDER BY seen DESC")


def failures(database: Database, subjects: Iterable[str]) -> dict[str, tuple[int, datetime]]:
    """How often in a row, and when last, by subject."""
    found = {}
    for subject in subjects:
        if row := database.one("SELECT failures, last FROM failed_sign_ins WHERE subject = ?", (subject,)):
            found[subject] = (int(row["failures"]), datetime.fromisoformat(row["last"]))
    return found


def note_failure(database: Database, subjects: Iterable[str], time: datetime) -> Mapping[str, int]:
    """Count one more; returns the counts. What is a day old is forgotten."""
    counted = {}
    with database.write() as connection:
        connection.execute("DELETE FROM failed_sign_ins WHERE last < ?", ((time - FORGOTTEN_AFTER).isoformat(),))
        for subject in subjects:
            sql = """INSERT INTO failed_sign_ins (subject, failures, last) VALUES (?, 1, ?)
                     ON CONFLICT DO UPDATE SET failures = failures + 1, last = excluded.last RETURNING failures"""
            counted[subject] = int(connection.execute(sql, (subject, time.isoformat())).fetchone()[0])
    return counted


def forget_failures(database: Database, subjects: Iterable[str]) -> None:
    """The right password was given."""
    with database.write() as connection:
        connection.executemany("DELETE FROM failed_sign_ins WHERE subject = ?", [(subject,) for subject in subjects])
