"""The workers' pulse: who serves this workspace, and when it was last seen alive."""

from __future__ import annotations

from datetime import datetime, timedelta

from lifecycle.stores.database import Database

__all__ = ["alive", "beat", "leave"]

SILENT = timedelta(seconds=30)


def beat(database: Database, id: str, now: datetime) -> None:
    """Say that a worker lives; `now` by the wall clock."""
    with database.write() as connection:
        sql = "INSERT INTO workers (id, started, seen) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET seen = excluded.seen"
        connection.execute(sql, (id, now.isoformat(), now.isoformat()))
        connection.execute("DELETE FROM workers WHERE seen < ?", ((now - 10 * SILENT).isoformat(),))


def leave(database: Database, id: str) -> None:
    """Say that a worker has stopped."""
    with database.write() as connection:
        connection.execute("DELETE FROM workers WHERE id = ?", (id,))


def alive(database: Database, now: datetime) -> list[str]:
    """The workers that were seen within half a minute."""
    return [row["id"] for row in database.rows("SELECT id FROM workers WHERE seen >= ? ORDER BY id", ((now - SILENT).isoformat(),))]
