"""What took long to derive is kept with the state that it was derived from, and made again where that has changed."""

from __future__ import annotations

import json
import math
from typing import Any

from lifecycle.stores.database import Database, dumps

__all__ = ["clear", "grown", "keep", "kept"]


def kept(database: Database, project: str, what: str, state: Any, place: int = 0) -> Any:
    """The value derived from this very state; None where there is none."""
    sql = "SELECT value FROM kept WHERE project = ? AND what = ? AND place = ? AND state = ?"
    found = database.value(sql, (project, what, place, dumps(state)))
    return None if found is None else json.loads(found)


def keep(database: Database, project: str, what: str, state: Any, value: Any, place: int = 0) -> None:
    """Keep a value in place of the one before; NaN is kept as null."""
    row = (project, what, place, dumps(state), dumps(value))
    with database.write() as connection:
        connection.execute("INSERT OR REPLACE INTO kept (project, what, place, state, value) VALUES (?, ?, ?, ?, ?)", row)


def clear(database: Database, project: str) -> None:
    """Forget all that is kept of a project."""
    with database.write() as connection:
        connection.execute("DELETE FROM kept WHERE project = ?", (project,))


def grown(count: float) -> int:
    """A step that a count has reached, one a tenth: what is looked at closely is looked at again when it has grown by as much.

    >>> grown(1000) == grown(1010), grown(1000) == grown(1200)
    (True, False)
    """
    return round(10.0 * math.log(max(count, 1.0)))
