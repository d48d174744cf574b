"""The labeling queue: tasks, leases and append-only annotations. Every change is one transaction.

A claim is one statement inside `BEGIN IMMEDIATE`, so two experts cannot be given the same seat. Times are ISO 8601 in UTC
with microseconds, so that they sort as text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from lifecycle.records import Annotation
from lifecycle.stores.database import Database

__all__ = [
    "annotate",
    "annotation",
    "answers",
    "ask_for",
    "claim",
    "claim_rows",
    "close_labelled",
    "expire",
    "find",
    "held",
    "holds",
    "insert",
    "instant",
    "last_standing",
    "open_to",
    "release",
    "renew",
    "rerank",
    "seat",
    "settle_passed",
    "undo",
]

FIELDS = """t.id, t.prediction_id, t.seq, t.purpose, t.strategy, t.utility, t.probability, t.model_version, t.turn, t.wanted,
            t.answers, t.open, t.predicted, t.extra"""

NAMES = "project, prediction_id, seq, purpose, strategy, utility, probability, model_version, turn, ranking, wanted, created, predicted"
INTO = f"INTO tasks ({NAMES}, open) VALUES (:{NAMES.replace(', ', ', :')}, :wanted)"


def instant(time: datetime) -> str:
    """A time as text that sorts: `2026-01-02T03:04:05.000000+00:00`."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def insert(database: Database, project: str, created: datetime, rows: Iterable[Mapping[str, Any]]) -> int:
    """Add tasks that were asked for (prediction_id, seq, purpose, strategy, utility, probability, model_version, turn, wanted, predicted);
    a prediction that has one keeps it. Returns how many were new."""
    sql = f"INSERT OR IGNORE {INTO}"
    with database.write() as connection:
        before = connection.total_changes
        connection.executemany(sql, ({**row, "project": project, "created": instant(created), "ranking": 0} for row in rows))
        return connection.total_changes - before


def ask_for(database: Database, project: str, rows: Iterable[Mapping[str, Any]], forced: bool = False) -> None:
    """Let tasks that nobody has answered be asked for: they take the turn and the strategy given, and leave the audit's draw.
    `forced`: also those that somebody holds or that were asked for otherwise."""
    sql = """UPDATE tasks SET turn = :turn, strategy = :strategy, purpose = 'query', probability = 1.0, ranking = 0
             WHERE project = :project AND prediction_id = :prediction_id AND answers = 0
             AND strategy != 'gold' AND (:forced OR ranking != 0 OR strategy = 'filtered')
             AND (:forced OR NOT EXISTS (SELECT 1 FROM leases l WHERE l.task = tasks.id))"""
    with database.write() as connection:
        connection.executemany(sql, ({**row, "project": project, "forced": forced} for row in rows))


def open_to(database: Database, project: str, annotator: str, n: int) -> list[dict[str, Any]]:
    """The next `n` open tasks that this expert neither holds nor has met, in the order of the queue."""
    sql = f"""SELECT {FIELDS} FROM tasks t WHERE t.project = ?1 AND t.open > 0
              AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.task = t.id AND l.annotator = ?2)
              AND NOT EXISTS (SELECT 1 FROM standing s WHERE s.task = t.id AND s.annotator = ?2) ORDER BY t.turn, t.id LIMIT ?3"""
    return database.rows(sql, (project, annotator, n))


def claim_rows(database: Database, project: str, annotator: str, ids: Sequence[str], until: datetime) -> int:
    """Lease the tasks of these predictions that have a free seat to this expert; returns how many. Call `expire` before."""
    sql = """INSERT OR IGNORE INTO leases (task, annotator, project, until) SELECT t.id, ?1, ?2, ?3 FROM tasks t
             WHERE t.project = ?2 AND t.open > 0 AND t.prediction_id IN (SELECT value FROM json_each(?4)) RETURNING task"""
    with database.write() as connection:
        return len(connection.execute(sql, (annotator, project, instant(until), json.dumps(list(ids)))).fetchall())


def expire(database: Database, project: str, now: datetime) -> None:
    """Leases that have run out return to the queue."""
    with database.write() as connection:
        connection.execute("DELETE FROM leases WHERE project = ? AND until <= ?", (project, instant(now)))


def renew(database: Database, project: str, annotator: str, until: datetime) -> None:
    """What this expert holds, they hold until then."""
    with database.write() as connection:
        connection.execute("UPDATE leases SET until = ? WHERE project = ? AND annotator = ?", (instant(until), project, annotator))


def held(database: Database, project: str, annotator: str, now: datetime) -> list[dict[str, Any]]:
    """The tasks that this expert holds, in the order of the queue."""
    sql = f"""SELECT {FIELDS}, l.until FROM leases l JOIN tasks t ON t.id = l.task
              WHERE l.project = ? AND l.annotator = ? AND l.until > ? ORDER BY t.turn, t.id"""
    return database.rows(sql, (project, annotator, instant(now)))


def claim(database: Database, project: str, annotator: str, n: int, until: datetime) -> int:
    """Lease up to `n` more open tasks to this expert: first those new to them, then those that they skipped. Returns how many.

    Nobody is given a task that they hold or have answered. Call `expire` before, in the same transaction.
    """
    sql = """INSERT INTO leases (task, annotator, project, until)
             SELECT t.id, :me, :project, :until FROM tasks t WHERE t.project = :project AND t.open > 0
             AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.task = t.id AND l.annotator = :me) AND {stands}
             ORDER BY t.turn, t.id LIMIT :n RETURNING task"""
    unseen = "NOT EXISTS (SELECT 1 FROM standing s WHERE s.task = t.id AND s.annotator = :me)"
    skipped = "EXISTS (SELECT 1 FROM standing s WHERE s.task = t.id AND s.annotator = :me AND s.kind = 'skip')"
    taken = 0
    with database.write() as connection:
        for stands in (unseen, skipped):
            if taken < n:
                values = {"me": annotator, "project": project, "until": instant(until), "n": n - taken}
                taken += len(connection.execute(sql.format(stands=stands), values).fetchall())
    return taken


def seat(database: Database, task: int, annotator: str, project: str, until: datetime) -> None:
    """Lease one task to one expert, whether it is their turn or not; the caller has made sure that a seat is free."""
    with database.write() as connection:
        connection.execute(
            "INSERT OR REPLACE INTO leases (task, annotator, project, until) VALUES (?, ?, ?, ?)", (task, annotator, project, instant(until))
        )


def holds(database: Database, task: int, annotator: str) -> bool:
    """Whether this expert's lease of a task is there still."""
    return database.value("SELECT 1 FROM leases WHERE task = ? AND annotator = ?", (task, annotator)) is not None


def release(database: Database, project: str, annotator: str, task: int | None = None) -> int:
    """Give back one task, or all that this expert holds; returns how many."""
    with database.write() as connection:
        sql = "DELETE FROM leases WHERE project = ? AND annotator = ? AND (? IS NULL OR task = ?)"
        return connection.execute(sql, (project, annotator, task, task)).rowcount


def find(database: Database, project: str, task: int) -> dict[str, Any] | None:
    """One task of this project."""
    return database.one(f"SELECT {FIELDS} FROM tasks t WHERE t.id = ? AND t.project = ?", (task, project))


def annotate(database: Database, project: str, task: Mapping[str, Any], annotator: str, kind: str, time: datetime, **fields: Any) -> int:
    """Append what this expert says of a task (`fields`: value, seconds, comment, client_id), give back their lease, and count
    the answer. Returns the annotation's id."""
    names = {"value": None, "seconds": None, "comment": "", "client_id": None} | fields
    row = (project, task["id"], task["prediction_id"], annotator, kind, instant(time), *names.values())
    columns = ", ".join(["project", "task", "prediction_id", "annotator", "kind", "time", *names])
    with database.write() as connection:
        number = connection.execute(f"INSERT INTO annotations ({columns}) VALUES ({', '.join('?' * len(row))})", row).lastrowid
        release(database, project, annotator, task["id"])
        connection.execute(
            "INSERT OR REPLACE INTO standing (task, annotator, annotation, kind) VALUES (?, ?, ?, ?)", (task["id"], annotator, number, kind)
        )
        if kind in ("answer", "unsure"):
            connection.execute("UPDATE tasks SET answers = answers + 1, open = open - 1 WHERE id = ?", (task["id"],))
    return int(number or 0)


def last_standing(database: Database, project: str, annotator: str, task: int | None = None) -> dict[str, Any] | None:
    """This expert's newest answer, unsure or skip (of `task`, if given) that can be taken back: a skipped task may be somebody else's by now."""
    sql = """SELECT a.* FROM annotations a CROSS JOIN standing s ON s.task = a.task AND s.annotator = a.annotator AND s.annotation = a.id
             CROSS JOIN tasks t ON t.id = a.task WHERE a.project = ?1 AND a.annotator = ?2 AND (s.kind != 'skip' OR t.open > 0)
             AND (?3 IS NULL OR a.task = ?3) ORDER BY a.id DESC LIMIT 1"""
    return database.one(sql, (project, annotator, task))


def undo(database: Database, project: str, taken_back: Mapping[str, Any], time: datetime, client_id: str | None = None) -> None:
    """Append the undo of an annotation; an answer no longer counts."""
    with database.write() as connection:
        row = (project, taken_back["task"], taken_back["prediction_id"], taken_back["annotator"], instant(time), taken_back["id"], client_id)
        sql = """INSERT INTO annotations (project, task, prediction_id, annotator, kind, time, undoes, client_id)
                 VALUES (?, ?, ?, ?, 'undo', ?, ?, ?)"""
        connection.execute(sql, row)
        connection.execute("DELETE FROM standing WHERE task = ? AND annotator = ?", (taken_back["task"], taken_back["annotator"]))
        if taken_back["kind"] in ("answer", "unsure"):
            connection.execute("UPDATE tasks SET answers = answers - 1, open = open + 1 WHERE id = ?", (taken_back["task"],))


def answers(database: Database, project: str, task: int) -> list[Annotation]:
    """The answers to a task that stand, in order."""
    sql = """SELECT a.* FROM standing s JOIN annotations a ON a.id = s.annotation
             WHERE s.task = ? AND a.project = ? AND s.kind IN ('answer', 'unsure') ORDER BY a.id"""
    return [annotation(row) for row in database.rows(sql, (task, project))]


def annotation(row: Mapping[str, Any]) -> Annotation:
    """A row of `annotations` as a record."""
    value = None if row["value"] is None else json.loads(row["value"])
    names: Sequence[str] = ("id", "task", "prediction_id", "annotator", "kind", "seconds", "comment")
    return Annotation(**{name: row[name] for name in names}, value=value, time=datetime.fromisoformat(row["time"]))


def rerank(
    database: Database, project: str, time: datetime, rows: Iterable[Mapping[str, Any]], ranking: Mapping[str, Any], passed: Iterable[tuple[int, int]]
) -> int:
    """Replace the tasks that nobody holds, has touched or has asked for by those of a new ranking; returns how many are new."""
    kept = "answers = 0 AND (ranking != 0 OR strategy = 'filtered') AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.task = tasks.id)"
    untouched = f"project = ? AND {kept} AND NOT EXISTS (SELECT 1 FROM annotations a WHERE a.task = tasks.id)"
    replace = "turn = excluded.turn, utility = excluded.utility, probability = excluded.probability, ranking = excluded.ranking"
    replace += ", strategy = excluded.strategy, purpose = excluded.purpose, predicted = excluded.predicted, wanted = excluded.wanted"
    replace += ", open = open - wanted + excluded.wanted"
    upsert = f"INSERT {INTO} ON CONFLICT (project, prediction_id) DO UPDATE SET {replace} WHERE {kept}"
    count = "SELECT count(*) FROM tasks WHERE project = ?"
    with database.write() as connection:
        settle_passed(database, project)
        connection.execute(f"DELETE FROM tasks WHERE {untouched}", (project,))
        before = connection.execute(count, (project,)).fetchone()[0]
        names = ["project", "time", *ranking]
        sql = f"INSERT INTO rankings ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        fixed = {
            "project": project,
            "created": instant(time),
            "ranking": connection.execute(sql, (project, instant(time), *ranking.values())).lastrowid,
        }
        connection.executemany(upsert, ({**row, **fixed} for row in rows))
        connection.executemany("INSERT OR IGNORE INTO passed (project, seq, turn) VALUES (?, ?, ?)", ((project, *pair) for pair in passed))
        return int(connection.execute(count, (project,)).fetchone()[0] - before)


def close_labelled(database: Database, project: str) -> int:
    """Ask nobody any more about what has got a label from elsewhere; returns how many tasks that closes."""
    labelled = "SELECT 1 FROM current_labels c WHERE c.project = tasks.project AND c.id = tasks.prediction_id AND c.no != 0"
    where = f"project = ? AND open > 0 AND answers < wanted AND extra = 0 AND (ranking != 0 OR strategy = 'filtered') AND EXISTS ({labelled})"
    if database.value(f"SELECT 1 FROM tasks WHERE {where} LIMIT 1", (project,)) is None:
        return 0
    with database.write() as connection:
        return connection.execute(f"UPDATE tasks SET open = open - (wanted - answers), wanted = answers WHERE {where}", (project,)).rowcount


def settle_passed(database: Database, project: str) -> None:
    """The rows that the last ranking's queries passed over stay passed; those that it did not reach are forgotten."""
    reached = """SELECT max(turn) FROM tasks WHERE project = ?1 AND purpose = 'query' AND answers > 0
                 AND ranking = (SELECT max(id) FROM rankings WHERE project = ?1)"""
    with database.write() as connection:
        turn = connection.execute(reached, (project,)).fetchone()[0]
        connection.execute("UPDATE passed SET turn = NULL WHERE project = ? AND turn <= ?", (project, -1 if turn is None else turn))
        connection.execute("DELETE FROM passed WHERE project = ? AND turn IS NOT NULL", (project,))
