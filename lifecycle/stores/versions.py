"""Model versions and the release rows that say which of them serves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lifecycle.errors import UnknownName
from lifecycle.records import ModelVersion, Rollout
from lifecycle.stores.database import Database, dumps

__all__ = ["active_trial", "add", "champion", "champion_at", "get", "release", "rollouts", "set_status", "versions"]


def versions(database: Database, project: str) -> list[ModelVersion]:
    """All versions, the oldest first."""
    return [_version(row) for row in database.rows("SELECT * FROM versions WHERE project = ? ORDER BY version", (project,))]


def get(database: Database, project: str, version: int) -> ModelVersion:
    """One version.

    Raises
    ------
    UnknownName : there is none of that number.
    """
    row = database.one("SELECT * FROM versions WHERE project = ? AND version = ?", (project, version))
    if row is None:
        raise UnknownName.among("version", version, (v.version for v in versions(database, project)))
    return _version(row)


def add(database: Database, project: str, created: datetime, by: str, **fields: Any) -> ModelVersion:
    """Register the next version as a candidate; `fields` are ModelVersion's parent, run, model, training, reference, metrics, manifest."""
    with database.write() as connection:
        number = 1 + int(database.value("SELECT coalesce(max(version), 0) FROM versions WHERE project = ?", (project,)))
        row = {"project": project, "version": number, "status": "candidate", "created": created.isoformat(), "created_by": by}
        row |= {key: dumps(value) if isinstance(value, Mapping) else value for key, value in fields.items()}
        names = ", ".join(row)
        connection.execute(f"INSERT INTO versions ({names}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))
    return get(database, project, number)


def set_status(database: Database, project: str, version: int, status: str) -> None:
    """Change what a version is: champion, candidate, archived or rejected."""
    with database.write() as connection:
        connection.execute("UPDATE versions SET status = ? WHERE project = ? AND version = ?", (status, project, version))


def release(
    database: Database, project: str, version: int, mode: str, share: float, time: datetime, by: str, reason: str, trial: int | None = None
) -> int:
    """Commit one release row, end the trial before it, and move the statuses along; returns the row's id. trial: the first row of the
    ramp that this is a further step of."""
    with database.write() as connection:
        connection.execute("UPDATE rollouts SET ended = ? WHERE project = ? AND mode != 'full' AND ended IS NULL", (time.isoformat(), project))
        if mode == "full":
            connection.execute("UPDATE rollouts SET ended = ? WHERE project = ? AND ended IS NULL", (time.isoformat(), project))
            outdated = "status = 'champion' OR (status = 'candidate' AND version < ?)"  # an older candidate has been overtaken
            connection.execute(f"UPDATE versions SET status = 'archived' WHERE project = ? AND ({outdated})", (project, version))
            set_status(database, project, version, "champion")
        row = (project, version, mode, share, time.isoformat(), by, reason, trial)
        names = "project, version, mode, share, started, by, reason, trial"
        cursor = connection.execute(f"INSERT INTO rollouts ({names}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    return int(cursor.lastrowid or 0)


def rollouts(database: Database, project: str) -> list[Rollout]:
    """All release rows, the newest first."""
    sql = "SELECT id, version, mode, share, started, by, reason, ended, trial FROM rollouts WHERE project = ? ORDER BY id DESC"
    return [_rollout(row) for row in database.rows(sql, (project,))]


def champion(database: Database, project: str) -> ModelVersion | None:
    """The version that answers now, None before the first release."""
    row = database.one("SELECT * FROM versions WHERE project = ? AND status = 'champion'", (project,))
    return _version(row) if row else None


def champion_at(database: Database, project: str, time: datetime) -> ModelVersion | None:
    """The version that was champion at a time."""
    sql = "SELECT version FROM rollouts WHERE project = ? AND mode = 'full' AND started <= ? ORDER BY started DESC, id DESC LIMIT 1"
    number = database.value(sql, (project, time.isoformat()))
    return None if number is None else get(database, project, int(number))


def active_trial(database: Database, project: str) -> Rollout | None:
    """The trial that is under way, if any."""
    sql = """SELECT id, version, mode, share, started, by, reason, ended, trial FROM rollouts
             WHERE project = ? AND mode != 'full' AND ended IS NULL ORDER BY id DESC LIMIT 1"""
    row = database.one(sql, (project,))
    return _rollout(row) if row else None


def _version(row: Mapping[str, Any]) -> ModelVersion:
    values = {key: value for key, value in row.items() if key != "project"}
    values |= {"created": datetime.fromisoformat(row["created"]), "metrics": json.loads(row["metrics"]), "manifest": json.loads(row["manifest"])}
    return ModelVersion(**values)


def _rollout(row: Mapping[str, Any]) -> Rollout:
    ended = datetime.fromisoformat(row["ended"]) if row["ended"] else None
    return Rollout(**{**row, "started": datetime.fromisoformat(row["started"]), "ended": ended})
