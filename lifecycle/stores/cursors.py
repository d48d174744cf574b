"""How far each derived thing has followed the log or the labels."""

from __future__ import annotations

from lifecycle.stores.database import Database

__all__ = ["move", "position", "reset"]


def position(database: Database, project: str, consumer: str) -> int:
    """The last number that `consumer` has taken in; 0 before the first."""
    found = database.value("SELECT position FROM cursors WHERE project = ? AND consumer = ?", (project, consumer))
    return int(found or 0)


def move(database: Database, project: str, consumer: str, to: int) -> None:
    """Say that `consumer` has taken in everything up to `to`; call it in the transaction that stores what it derived."""
    with database.write() as connection:
        connection.execute("INSERT OR REPLACE INTO cursors (project, consumer, position) VALUES (?, ?, ?)", (project, consumer, to))


def reset(database: Database, project: str, consumer: str) -> None:
    """Forget how far `consumer` came, so that it starts again from the facts."""
    with database.write() as connection:
        connection.execute("DELETE FROM cursors WHERE project = ? AND consumer = ?", (project, consumer))
