"""Rows at hand that a sample is compared with: the queue's candidates as numbers, and labelled rows. Caches over the log."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lifecycle.stores.database import Database, dumps

__all__ = ["candidates", "keep_candidates", "keep_landmarks", "landmarks"]

Numbers = NDArray[np.float64]


def keep_candidates(database: Database, project: str, seqs: NDArray[np.int64], ids: Sequence[str], said: Sequence[Any], rows: Numbers) -> None:
    """Replace the candidates of a project: their places, ids, predictions and numbers (a row each)."""
    values = (project, rows.shape[1], seqs.astype("<i8").tobytes(), rows.astype("<f4").tobytes(), dumps(list(ids)), dumps(list(said)))
    with database.write() as connection:
        connection.execute("INSERT OR REPLACE INTO likenesses (project, columns, seqs, rows, ids, said) VALUES (?, ?, ?, ?, ?, ?)", values)


def candidates(database: Database, project: str) -> tuple[NDArray[np.int64], list[str], list[Any], Numbers]:
    """Places, ids, predictions and numbers of the candidates; empty before the first ranking."""
    row = database.one("SELECT * FROM likenesses WHERE project = ?", (project,))
    if row is None or not row["columns"]:
        return np.zeros(0, dtype=np.int64), [], [], np.zeros((0, 1))
    rows = np.frombuffer(row["rows"], dtype="<f4").reshape(-1, row["columns"]).astype(np.float64)
    return np.frombuffer(row["seqs"], dtype="<i8").astype(np.int64), json.loads(row["ids"]), json.loads(row["said"]), rows


def landmarks(database: Database, project: str) -> dict[int, str]:
    """The labelled rows at hand: place, and the row as JSON."""
    return {row["seq"]: row["row"] for row in database.rows("SELECT seq, row FROM landmarks WHERE project = ?", (project,))}


def keep_landmarks(database: Database, project: str, rows: Iterable[tuple[int, str]], wanted: Sequence[int]) -> None:
    """Add rows, and forget those that are not `wanted` any more."""
    with database.write() as connection:
        connection.executemany("INSERT OR REPLACE INTO landmarks (project, seq, row) VALUES (?, ?, ?)", ((project, *row) for row in rows))
        gone = "DELETE FROM landmarks WHERE project = ? AND seq NOT IN (SELECT value FROM json_each(?))"
        connection.execute(gone, (project, json.dumps(list(wanted))))
