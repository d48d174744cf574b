"""Rows of the log by their place: those next in the queue are kept at hand, the others read with bounded memory."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from lifecycle.verbs.context import Context

__all__ = ["as_text", "frame_at", "from_text", "rows_at", "samples", "stock"]

STOCK = 600  # tasks whose rows are kept at hand
AHEAD = 100  # of them, read together when one is missing
BYTES = 16 << 20  # kept at most
SPAN = 65_536  # places that are read together


def samples(context: Context, seqs: Sequence[int]) -> list[dict[str, Any]]:
    """The rows at these places, in order: prediction, p_<class> and the features, as Python values."""
    found = _kept(context, seqs)
    missing = [seq for seq in seqs if seq not in found]
    if missing:
        found |= stock(context, AHEAD, missing)
    return [found[seq] for seq in seqs]


def stock(context: Context, n: int = STOCK, also: Sequence[int] = ()) -> dict[int, dict[str, Any]]:
    """Keep at hand what the next `n` tasks and `also` need, and forget what none needs any more; returns what was read."""
    sql = "SELECT seq FROM tasks WHERE project = ? AND open > 0 ORDER BY turn LIMIT ?"
    next_up = [row["seq"] for row in context.database.rows(sql, (context.name, n))]
    wanted = list(dict.fromkeys([*also, *next_up]))
    have = {row["seq"] for row in context.database.rows("SELECT seq FROM samples WHERE project = ?", (context.name,))}
    absent = np.array([seq for seq in wanted if seq not in have], dtype=np.int64)
    schema = context.schema
    table = rows_at(context, absent, ["prediction", *schema.probability_columns(), *schema.names])
    rows = dict(zip(absent.tolist(), table.to_pylist(), strict=True))
    with context.database.write() as connection:
        gone = """DELETE FROM samples WHERE project = ?1 AND seq NOT IN (SELECT seq FROM tasks WHERE project = ?1 AND open > 0)
                  AND seq NOT IN (SELECT t.seq FROM leases l JOIN tasks t ON t.id = l.task WHERE l.project = ?1)"""
        connection.execute(gone, (context.name,))
        kept = "INSERT OR IGNORE INTO samples (project, seq, row) VALUES (?, ?, ?)"
        connection.executemany(kept, ((context.name, seq, text) for seq, text in _within(rows)))
    return rows


def rows_at(context: Context, seqs: NDArray[np.int64], columns: Sequence[str]) -> pa.Table:
    """The rows at these places, in the order given; the log is read a stretch at a time."""
    order = np.argsort(seqs, kind="stable")
    stretches = np.flatnonzero(np.diff(seqs[order] // SPAN)) + 1
    parts = [context.log().take(part, columns) for part in np.split(seqs[order], stretches)]
    table = pa.concat_tables(parts, promote_options="permissive") if len(parts) > 1 else parts[0]
    return table.take(pa.array(np.argsort(order, kind="stable")))


def frame_at(context: Context, seqs: NDArray[np.int64], columns: Sequence[str]) -> pd.DataFrame:
    """`rows_at` as a frame."""
    frame: pd.DataFrame = rows_at(context, seqs, columns).to_pandas()
    return frame


def _kept(context: Context, seqs: Sequence[int]) -> dict[int, dict[str, Any]]:
    sql = "SELECT seq, row FROM samples WHERE project = ? AND seq IN (SELECT value FROM json_each(?))"
    rows = context.database.rows(sql, (context.name, json.dumps(list(seqs))))
    return {row["seq"]: from_text(row["row"]) for row in rows}


def _within(rows: Mapping[int, Mapping[str, Any]]) -> Iterator[tuple[int, str]]:
    """Rows as JSON, as many as fit."""
    size = 0
    for seq, row in rows.items():
        text = as_text(row)
        size += len(text)
        if size > BYTES:
            return
        yield seq, text


def as_text(row: Mapping[str, Any]) -> str:
    """A row as JSON, its bytes as {"base64": ...}."""
    return json.dumps(row, default=_plain)


def from_text(text: str) -> dict[str, Any]:
    """A row from what `as_text` wrote."""
    found: dict[str, Any] = json.loads(text, object_hook=_read)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    return str(value)


def _read(value: dict[str, Any]) -> Any:
    return base64.b64decode(value["base64"]) if set(value) == {"base64"} else value
