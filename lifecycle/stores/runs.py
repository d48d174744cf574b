"""Runs, their durable steps and the firings that asked for them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from lifecycle.errors import UnknownName
from lifecycle.records import Run, Step
from lifecycle.stores.database import Database, dumps

__all__ = [
    "add",
    "ask_to_stop",
    "begin_step",
    "busy",
    "claim",
    "end",
    "fail_step",
    "finish_step",
    "fire",
    "firings",
    "get",
    "interrupt",
    "log_path",
    "log_tail",
    "newest_firing",
    "requeue",
    "runs",
    "stopping",
    "trigger_of",
    "under_way",
    "waiting",
]

SELECT = "SELECT id, status, reason, seconds, error, candidate, requested, requested_by FROM runs"


def runs(database: Database, project: str, limit: int | None = None) -> list[Run]:
    """A project's runs, the newest first."""
    found = database.rows(f"{SELECT} WHERE project = ? ORDER BY no DESC LIMIT ?", (project, -1 if limit is None else limit))
    return [_run(database, row) for row in found]


def get(database: Database, project: str, id: str) -> Run:
    """One run.

    Raises
    ------
    UnknownName : the project has none of that id.
    """
    row = database.one(f"{SELECT} WHERE project = ? AND id = ?", (project, id))
    if row is None:
        raise UnknownName.among("run", id, (r["id"] for r in database.rows("SELECT id FROM runs WHERE project = ? LIMIT 20", (project,))))
    return _run(database, row)


def add(
    database: Database, project: str, time: datetime, by: str, reason: str, steps: Sequence[str], trigger: Mapping[str, Any] | None = None
) -> tuple[str, bool]:
    """Queue a run, or join the queued one with the same reason; returns its id and whether it is new."""
    with database.write() as connection:
        queued = database.value("SELECT id FROM runs WHERE project = ? AND reason = ? AND status = 'queued'", (project, reason))
        if queued is not None:
            return str(queued), False
        id = uuid.uuid4().hex[:12]
        row = (project, id, "queued", reason, dumps(trigger) if trigger is not None else None, time.isoformat(), by)
        connection.execute("INSERT INTO runs (project, id, status, reason, trigger, requested, requested_by) VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        rows = [(id, position, name, "waiting") for position, name in enumerate(steps)]
        connection.executemany("INSERT INTO run_steps (run, position, name, status) VALUES (?, ?, ?, ?)", rows)
    return id, True


def waiting(database: Database, project: str) -> list[str]:
    """The ids of queued runs, the oldest first."""
    return [row["id"] for row in database.rows("SELECT id FROM runs WHERE project = ? AND status = 'queued' ORDER BY no", (project,))]


def busy(database: Database) -> list[str]:
    """The projects with a run that waits or is under way."""
    return [row["project"] for row in database.rows("SELECT DISTINCT project FROM runs WHERE status IN ('queued', 'running') ORDER BY project")]


def under_way(database: Database, project: str) -> str | None:
    """The id of the run that is running, if any; after a crash, the one that was."""
    found = database.value("SELECT id FROM runs WHERE project = ? AND status = 'running'", (project,))
    return None if found is None else str(found)


def claim(database: Database, project: str, id: str) -> int | None:
    """Take a queued run, or one whose worker died; returns how often it has been started, None where another one is under way
    or it has ended. The caller holds the project's lock."""
    with database.write() as connection:
        busy = under_way(database, project)
        status = database.value("SELECT status FROM runs WHERE id = ?", (id,))
        if busy not in (None, id) or status not in ("queued", "running"):
            return None
        connection.execute("UPDATE runs SET status = 'running', attempts = attempts + 1 WHERE id = ?", (id,))
    return int(database.value("SELECT attempts FROM runs WHERE id = ?", (id,)))


def end(database: Database, id: str, status: str, time: datetime, seconds: float, error: str | None = None, candidate: int | None = None) -> None:
    """Close a run; the seconds of all its attempts add up."""
    with database.write() as connection:
        sql = "UPDATE runs SET status = ?, finished = ?, seconds = coalesce(seconds, 0) + ?, error = ?, candidate = ? WHERE id = ?"
        connection.execute(sql, (status, time.isoformat(), seconds, error, candidate, id))


def requeue(database: Database, id: str) -> None:
    """Let a run that failed or was cancelled wait again: from the start, as what made it fail may have been mended; one that
    had registered its version goes on from there."""
    with database.write() as connection:
        connection.execute("UPDATE runs SET status = 'queued', finished = NULL, error = NULL, cancelled_by = NULL WHERE id = ?", (id,))
        registered = "SELECT 1 FROM run_steps WHERE run = ? AND name = 'register' AND status = 'done'"
        again = "" if database.value(registered, (id,)) is None else " AND status != 'done'"
        connection.execute(f"UPDATE run_steps SET status = 'waiting', started = NULL, finished = NULL, attempts = 0 WHERE run = ?{again}", (id,))


def ask_to_stop(database: Database, id: str, by: str) -> None:
    """Ask whoever executes a run to stop it."""
    with database.write() as connection:
        connection.execute("UPDATE runs SET cancelled_by = ? WHERE id = ?", (by, id))


def stopping(database: Database, id: str) -> str | None:
    """Who asked to stop this run, if anybody did."""
    found = database.value("SELECT cancelled_by FROM runs WHERE id = ?", (id,))
    return None if found is None else str(found)


def begin_step(database: Database, run: str, name: str, time: datetime) -> None:
    """Say that a step is being tried."""
    with database.write() as connection:
        sql = "UPDATE run_steps SET status = 'running', started = ?, attempts = attempts + 1 WHERE run = ? AND name = ?"
        connection.execute(sql, (time.isoformat(), run, name))


def finish_step(database: Database, run: str, name: str, time: datetime, details: Mapping[str, Any]) -> None:
    """Say that a step is done and what it found; it will not run again."""
    with database.write() as connection:
        sql = "UPDATE run_steps SET status = 'done', finished = ?, details = ? WHERE run = ? AND name = ?"
        connection.execute(sql, (time.isoformat(), dumps(details), run, name))


def fail_step(database: Database, run: str, time: datetime) -> None:
    """The step that was running, if any, has failed."""
    with database.write() as connection:
        connection.execute("UPDATE run_steps SET status = 'failed', finished = ? WHERE run = ? AND status = 'running'", (time.isoformat(), run))


def interrupt(database: Database, run: str) -> None:
    """The step under way was stopped from outside, through no fault of its own: it waits again, and the attempt does not count."""
    with database.write() as connection:
        sql = "UPDATE run_steps SET status = 'waiting', started = NULL, attempts = attempts - 1 WHERE run = ? AND status = 'running'"
        connection.execute(sql, (run,))


def trigger_of(database: Database, id: str) -> dict[str, Any] | None:
    """The firing that asked for a run: kind, name and figures; None when a person did."""
    found = database.value("SELECT trigger FROM runs WHERE id = ?", (id,))
    return None if found is None else dict(json.loads(found))


def fire(database: Database, project: str, name: str, kind: str, time: datetime, reason: str, figures: Mapping[str, Any], run: str | None) -> None:
    """Record that a trigger fired, and the run that it started or joined."""
    with database.write() as connection:
        row = (project, name, kind, time.isoformat(), reason, dumps(figures), run)
        connection.execute("INSERT INTO firings (project, name, kind, time, reason, figures, run) VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def firings(database: Database, project: str, name: str) -> list[datetime]:
    """When a trigger fired, the oldest first."""
    found = database.rows("SELECT time FROM firings WHERE project = ? AND name = ? ORDER BY no", (project, name))
    return [datetime.fromisoformat(row["time"]) for row in found]


def newest_firing(database: Database, project: str) -> int:
    """The number of the newest firing, 0 before the first."""
    return int(database.value("SELECT max(no) FROM firings WHERE project = ?", (project,)) or 0)


def log_path(root: Path, project: str, id: str) -> Path:
    """Where the output of a run is written."""
    return root / "runs" / project / f"{id}.log"


def log_tail(root: Path, project: str, id: str, most: int = 65_536) -> str:
    """The last bytes of a run's output as text; empty before it has started."""
    try:
        with log_path(root, project, id).open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - most))
            return file.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return ""


def _run(database: Database, row: Mapping[str, Any]) -> Run:
    sql = "SELECT name, status, started, finished, details FROM run_steps WHERE run = ? ORDER BY position"
    steps = tuple(
        Step(s["name"], s["status"], _time(s["started"]), _time(s["finished"]), json.loads(s["details"])) for s in database.rows(sql, (row["id"],))
    )
    return Run(**{**row, "steps": steps, "requested": datetime.fromisoformat(row["requested"])})


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
