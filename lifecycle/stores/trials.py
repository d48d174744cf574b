"""What a trial has counted: requests by side, entities by side, how right each side was where labels came, and what that said at the time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lifecycle.records import SequentialResult
from lifecycle.stores.database import Database

__all__ = ["add", "by_entity", "count", "counters", "label_cursor", "last", "meet", "outcomes", "pairs", "point", "points", "sums"]

MOST_POINTS = 400
DECIDED = 20.0  # an e-value that has one chance in twenty, or less, when there is no difference


def label_cursor(rollout: int) -> str:
    """The name of the cursor that says up to where a trial has taken in labels."""
    return f"trial-labels-{rollout}"


def counters(database: Database, rollout: int) -> dict[str, int]:
    """What has been counted, by name."""
    return {row["name"]: row["value"] for row in database.rows("SELECT name, value FROM trial_counters WHERE rollout = ?", (rollout,))}


def count(database: Database, rollout: int, more: Mapping[str, int]) -> None:
    """Add to counters."""
    sql = "INSERT INTO trial_counters (rollout, name, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value"
    with database.write() as connection:
        connection.executemany(sql, [(rollout, name, int(value)) for name, value in more.items()])


def sums(database: Database, rollout: int) -> dict[str, float]:
    """What has been measured, by name."""
    return {row["name"]: row["value"] for row in database.rows("SELECT name, value FROM trial_sums WHERE rollout = ?", (rollout,))}


def add(database: Database, rollout: int, more: Mapping[str, float]) -> None:
    """Add to sums."""
    sql = "INSERT INTO trial_sums (rollout, name, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value"
    with database.write() as connection:
        connection.executemany(sql, [(rollout, name, float(value)) for name, value in more.items()])


def meet(database: Database, rollout: int, entities: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Note who (entity, side) has been seen; returns those who had not been."""
    sql = "INSERT OR IGNORE INTO trial_entities (rollout, entity, side) VALUES (?, ?, ?)"
    with database.write() as connection:
        return [(entity, side) for entity, side in entities if connection.execute(sql, (rollout, entity, side)).rowcount]


def outcomes(database: Database, rollout: int, rows: Iterable[tuple[str, str, float | None, float | None]]) -> None:
    """Keep (id, entity, old, new); a row whose label changed replaces what was there."""
    sql = "INSERT OR REPLACE INTO trial_outcomes (rollout, id, entity, old, new) VALUES (?, ?, ?, ?, ?)"
    with database.write() as connection:
        connection.executemany(sql, [(rollout, *row) for row in rows])


def pairs(database: Database, rollout: int) -> tuple[int, int, int]:
    """Wins, losses and ties of the new side among rows that both sides answered."""
    sql = """SELECT coalesce(sum(new > old), 0) AS wins, coalesce(sum(new < old), 0) AS losses, coalesce(sum(new = old), 0) AS ties
             FROM trial_outcomes WHERE rollout = ? AND old IS NOT NULL AND new IS NOT NULL"""
    found: dict[str, Any] = database.rows(sql, (rollout,))[0]
    return int(found["wins"]), int(found["losses"]), int(found["ties"])


def by_entity(database: Database, rollout: int) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """One outcome an entity, for the old and for the new side, and the labelled rows they come from."""
    sql = "SELECT avg(old) AS old, avg(new) AS new, count(*) AS rows FROM trial_outcomes WHERE rollout = ? GROUP BY entity"
    frame = database.frame(sql, (rollout,))
    old, new = (frame[side].dropna().to_numpy(dtype=np.float64) for side in ("old", "new"))
    return old, new, int(frame["rows"].sum())


def point(database: Database, rollout: int, time: datetime, requests: int, answered: int, labelled: int, found: SequentialResult) -> None:
    """Keep what the trial says now. Beyond 400 points every other one of the older goes; the last always stays."""
    known = None if found.difference != found.difference else found.difference
    row = (rollout, time.isoformat(), requests, answered, labelled, found.e_value, known, found.lower, found.upper)
    names = "rollout, time, requests, answered, labelled, e_value, difference, lower, upper"
    with database.write() as connection:
        connection.execute(f"INSERT INTO trial_points ({names}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        ids = [r[0] for r in connection.execute("SELECT id FROM trial_points WHERE rollout = ? ORDER BY id", (rollout,))]
        if len(ids) > MOST_POINTS:
            connection.executemany("DELETE FROM trial_points WHERE id = ?", [(id,) for id in ids[1:-1:2]])


def last(database: Database, rollout: int) -> tuple[SequentialResult, int]:
    """What the trial says now, and the labelled rows that it rests on."""
    row = database.one("SELECT * FROM trial_points WHERE rollout = ? ORDER BY id DESC LIMIT 1", (rollout,))
    if row is None:
        return SequentialResult(1.0, float("nan"), float("-inf"), float("inf"), False), 0
    known = float("nan") if row["difference"] is None else row["difference"]
    return SequentialResult(row["e_value"], known, row["lower"], row["upper"], row["e_value"] >= DECIDED), row["labelled"]


def points(database: Database, project: str, trial: int) -> pd.DataFrame:
    """What a trial, over all its steps, said when: time, requests, answered, labelled, e_value, difference, lower, upper, share, rollout."""
    sql = """SELECT p.time, p.requests, p.answered, p.labelled, p.e_value, p.difference, p.lower, p.upper, r.share, r.id AS rollout
             FROM trial_points p JOIN rollouts r ON r.id = p.rollout
             WHERE r.project = ? AND (r.id = ? OR r.trial = ?) ORDER BY p.id"""
    return database.frame(sql, (project, trial, trial))
