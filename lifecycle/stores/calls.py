"""Calls from outside that ask for a retraining, as they came."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lifecycle.stores.database import Database, dumps

__all__ = ["add", "calls"]


def add(database: Database, project: str, time: datetime, by: str, reason: str, figures: Mapping[str, Any]) -> None:
    """Keep a call."""
    with database.write() as connection:
        sql = "INSERT INTO retrain_calls (project, time, by, reason, figures) VALUES (?, ?, ?, ?, ?)"
        connection.execute(sql, (project, time.isoformat(), by, reason, dumps(figures)))


def calls(database: Database, project: str, since: datetime | None = None, most: int = 10_000) -> list[dict[str, Any]]:
    """The newest calls after `since`, the oldest first: time, by, reason, figures."""
    sql = "SELECT time, by, reason, figures FROM retrain_calls WHERE project = ? AND time > ? ORDER BY no DESC LIMIT ?"
    rows = database.rows(sql, (project, since.isoformat() if since is not None else "", most))
    return [{**row, "time": datetime.fromisoformat(row["time"]), "figures": json.loads(row["figures"])} for row in rows[::-1]]
