"""Tokens of the prediction API."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lifecycle.errors import UnknownName
from lifecycle.stores.database import Database, dumps

__all__ = ["Key", "add", "get", "live", "revoke", "tokens"]


@dataclass(frozen=True, slots=True)
class Key:
    """What a token opens. `project` '' is every project; `expires` None is never; `rate` in requests a second."""

    id: int
    label: str
    project: str
    scopes: tuple[str, ...]
    expires: datetime | None
    rate: float | None


def add(
    database: Database,
    hash: str,
    label: str,
    owner: str,
    project: str,
    scopes: Sequence[str],
    rate: float | None,
    time: datetime,
    expires: datetime | None,
) -> int:
    """Add a token; returns its id."""
    with database.write() as connection:
        sql = "INSERT INTO tokens (hash, label, owner, project, scopes, rate, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        row = (hash, label, owner, project, dumps(list(scopes)), rate, time.isoformat(), expires.isoformat() if expires else None)
        return int(connection.execute(sql, row).lastrowid or 0)


def get(database: Database, id: int) -> dict[str, Any]:
    """One token as it is listed.

    Raises
    ------
    UnknownName : there is none of that number.
    """
    found = {row["id"]: row for row in tokens(database)}
    if id not in found:
        raise UnknownName.among("token", id, found)
    return found[id]


def tokens(database: Database) -> list[dict[str, Any]]:
    """All tokens, the newest first, without their secrets: id, label, owner, project, scopes, rate, created, expires, revoked."""
    rows = database.rows("SELECT id, label, owner, project, scopes, rate, created, expires, revoked FROM tokens ORDER BY id DESC")
    return [{**row, "scopes": tuple(json.loads(row["scopes"]))} for row in rows]


def revoke(database: Database, id: int, time: datetime) -> None:
    """From now on it opens nothing."""
    with database.write() as connection:
        connection.execute("UPDATE tokens SET revoked = ? WHERE id = ? AND revoked IS NULL", (time.isoformat(), id))


def live(database: Database) -> dict[str, Key]:
    """What each token opens that is not revoked and whose owner is not disabled, by its hash. The caller looks at `expires`."""
    sql = """SELECT tokens.id AS id, hash, label, project, scopes, expires, rate FROM tokens JOIN accounts ON accounts.name = owner
             WHERE revoked IS NULL AND NOT disabled"""
    found = {}
    for row in database.rows(sql):
        expires = datetime.fromisoformat(row["expires"]) if row["expires"] else None
        found[row["hash"]] = Key(row["id"], row["label"], row["project"], tuple(json.loads(row["scopes"])), expires, row["rate"])
    return found
