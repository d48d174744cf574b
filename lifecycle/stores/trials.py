"""What a trial has counted: requests by side, entities by side, and how right each side was where labels came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lifecycle.stores.database import Database

__all__ = ["by_entity", "count", "counters", "meet", "outcomes", "pairs"]


def counters(database: Database, rollout: int) -> dict[str, int]:
    """What has been counted, by name."""
    return {row["name"]: row["value"] for row in database.rows("SELECT name, value FROM trial_counters WHERE rollout = ?", (rollout,))}


def count(database: Database, rollout: int, more: Mapping[str, int]) -> None:
    """Add to counters."""
    sql = "INSERT INTO trial_counters (rollout, name, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value"
    with database.write() as connection:
        connection.executemany(sql, [(rollout, name, int(value)) for name, value in more.items()])


def meet(database: Database, rollout: int, entities: Iterable[tuple[str, int]]) -> tuple[int, int]:
    """Note who (entity, side) has been seen; returns how many were new to side 0 and to side 1."""
    new = [0, 0]
    with database.write() as connection:
        for entity, side in entities:
            row = connection.execute("INSERT OR IGNORE INTO trial_entities (rollout, entity, side) VALUES (?, ?, ?)", (rollout, entity, side))
            new[side] += row.rowcount
    return new[0], new[1]


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
