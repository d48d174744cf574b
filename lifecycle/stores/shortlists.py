"""What filtered sittings serve next. A cache over the log: it may be dropped, and is made anew when it is used up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lifecycle.stores.database import Database

__all__ = ["left", "open_to", "searched", "store"]

ROOM = """NOT EXISTS (SELECT 1 FROM tasks t WHERE t.project = s.project AND t.prediction_id = s.id AND t.open <= 0)
          AND NOT EXISTS (SELECT 1 FROM current_labels c WHERE c.project = s.project AND c.id = s.id AND c.no != 0)"""


def store(database: Database, project: str, name: str, last: int, rows: Iterable[Mapping[str, Any]]) -> None:
    """Replace a filter's shortlist by rows of place, seq, id, predicted and utility, found in the log up to `last`."""
    with database.write() as connection:
        connection.execute("DELETE FROM shortlists WHERE project = ? AND filter = ?", (project, name))
        sql = """INSERT INTO shortlists (project, filter, place, seq, id, predicted, utility)
                 VALUES (:project, :filter, :place, :seq, :id, :predicted, :utility)"""
        found = [{**row, "project": project, "filter": name} for row in rows]
        connection.executemany(sql, found)
        connection.execute(
            "INSERT OR REPLACE INTO searches (project, filter, last_seq, found) VALUES (?, ?, ?, ?)", (project, name, last, len(found))
        )


def searched(database: Database, project: str, name: str) -> tuple[int, int] | None:
    """How far the log was known at the last search, and how many rows it found."""
    row = database.one("SELECT last_seq, found FROM searches WHERE project = ? AND filter = ?", (project, name))
    return None if row is None else (int(row["last_seq"]), int(row["found"]))


def left(database: Database, project: str, name: str) -> bool:
    """Whether a row of the shortlist is still without a label and not all held."""
    return database.value(f"SELECT 1 FROM shortlists s WHERE s.project = ? AND s.filter = ? AND {ROOM} LIMIT 1", (project, name)) is not None


def open_to(database: Database, project: str, name: str, annotator: str, n: int) -> list[dict[str, Any]]:
    """Up to `n` rows that this person neither holds nor has met, in order."""
    met = """SELECT 1 FROM tasks t WHERE t.project = s.project AND t.prediction_id = s.id AND (
             EXISTS (SELECT 1 FROM leases l WHERE l.task = t.id AND l.annotator = ?3)
             OR EXISTS (SELECT 1 FROM standing a WHERE a.task = t.id AND a.annotator = ?3))"""
    sql = f"SELECT s.* FROM shortlists s WHERE s.project = ?1 AND s.filter = ?2 AND {ROOM} AND NOT EXISTS ({met}) ORDER BY s.place LIMIT ?4"
    return database.rows(sql, (project, name, annotator, n))
