"""Sittings over a part of the log: the unlabelled rows that match a filter, the most useful first, served as asked for by hand.

A filter must not have a say in the audit, so what it serves counts as a request: certain to be labelled, whatever its permanent
number, and handed to the audit when that comes to pass it. docs/decisions/0004-inclusion-probabilities.md
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from lifecycle.errors import InvalidValue
from lifecycle.label.matching import check, matching, needed
from lifecycle.label.strategies import query_strategy, strategies, suited
from lifecycle.label.uncertainty import Bools, Floats, gap, top
from lifecycle.monitor import windows
from lifecycle.plain import plain
from lifecycle.records import QueueFilter
from lifecycle.stores import shortlists, tasks
from lifecycle.stores.database import dumps
from lifecycle.verbs.context import Context
from lifecycle.verbs.label.pool import POOL, free_rows
from lifecycle.verbs.label.samples import rows_at

__all__ = ["claim", "lifted", "name_of", "release_filtered", "shortlist"]

LISTED = 200  # rows that are kept of a search
NEAR = 4_000  # of the most useful, among which they are chosen
BACK = 2**40  # the turns of filtered tasks lie behind all others: they wait for the sitting that asked for them


def name_of(where: QueueFilter) -> str:
    """A filter's name in the store."""
    return hashlib.sha256(dumps(plain(where)).encode()).hexdigest()[:16]


def shortlist(context: Context, where: QueueFilter) -> str:
    """Look for matching rows unless some are at hand, or nothing has landed since none were found; returns the filter's name.

    Raises
    ------
    UnknownName, InvalidValue : the filter asks what no row of this project could answer.
    """
    if where == QueueFilter():
        raise InvalidValue("The filter asks nothing; give a column, a window, classes or a text, or leave it out.")
    check(where, context.schema)
    name, last = name_of(where), context.log().rows
    if shortlists.left(context.database, context.name, name) or shortlists.searched(context.database, context.name, name) == (last, 0):
        return name
    rows = _search(context, where, last)
    shortlists.store(context.database, context.name, name, last, rows)
    return name


def claim(context: Context, annotator: str, n: int, until: datetime, name: str) -> None:
    """Lease up to `n` rows of a shortlist to this expert, each becoming a task that was asked for. In the caller's transaction."""
    rows = shortlists.open_to(context.database, context.name, name, annotator, n)
    fixed = {"purpose": "query", "strategy": "filtered", "probability": 1.0, "wanted": 1}
    version = context.database.value("SELECT version FROM versions WHERE project = ? AND status = 'champion'", (context.name,))
    made = [
        fixed | {name: row[name] for name in ("seq", "predicted", "utility")}
        | {"prediction_id": row["id"], "turn": BACK + row["place"], "model_version": int(version or 0)}
        for row in rows
    ]  # fmt: skip
    tasks.insert(context.database, context.name, context.now(), made)
    tasks.ask_for(context.database, context.name, made)
    tasks.claim_rows(context.database, context.name, annotator, [row["id"] for row in rows], until)


def release_filtered(context: Context, annotator: str, name: str | None) -> None:
    """Give back what this expert holds from another sitting: with a filter all that is not in its shortlist, without one what
    other filters gave. In the caller's transaction."""
    if name is None:
        sql = (
            "DELETE FROM leases WHERE project = ?1 AND annotator = ?2 AND task IN (SELECT id FROM tasks WHERE project = ?1 AND strategy = 'filtered')"
        )
        values: tuple[Any, ...] = (context.name, annotator)
    else:
        sql = """DELETE FROM leases WHERE project = ?1 AND annotator = ?2 AND task NOT IN (SELECT t.id FROM tasks t JOIN shortlists s
                 ON s.project = t.project AND s.seq = t.seq AND s.filter = ?3 WHERE t.project = ?1)"""
        values = (context.name, annotator, name)
    with context.database.write() as connection:
        connection.execute(sql, values)


def lifted(context: Context, rules: tuple[QueueFilter, ...], first: int, last: int) -> Bools:
    """Which of the rows after `first` up to `last` match any of the rules; a rule that no row could answer lifts none."""
    found = np.zeros(last - first, dtype=np.bool_)
    for rule in rules:
        for seqs, table in _batches(context, rule, [], first, last):
            kept = matching(table, rule, context.schema) & _in_window(context, rule, table)
            found[seqs[kept] - first - 1] = True
    return found


def _search(context: Context, where: QueueFilter, last: int) -> list[dict[str, Any]]:
    """The shortlist: of the rows that match and have no label, the strategy's picks by the model's logged opinion."""
    first = max(0, last - POOL)
    free = free_rows(context, first, last - first)
    names = list(context.schema.probability_columns())
    seqs_found, chances_found = np.zeros(0, dtype=np.int64), np.zeros((0, max(1, len(names))))
    for seqs, table in _batches(context, where, names, first, last):
        kept = matching(table, where, context.schema) & _in_window(context, where, table) & free[seqs - first - 1]
        if kept.any():
            chances = _chances(table.filter(pa.array(kept)), names)
            seqs_found, chances_found = np.concatenate([seqs_found, seqs[kept]]), np.concatenate([chances_found, chances])
            near = np.sort(top(gap(chances_found), NEAR))  # memory stays bounded
            seqs_found, chances_found = seqs_found[near], chances_found[near]
    if not len(seqs_found):
        return []
    chosen, utilities = _picked(context, chances_found, last)
    rows = rows_at(context, seqs_found[chosen], ["id", "prediction"])
    said = rows["prediction"].to_pylist()
    said = said if context.schema.task == "classification" else [None] * len(said)
    parts = zip(rows["id"].to_pylist(), seqs_found[chosen].tolist(), said, utilities[chosen].tolist(), strict=True)
    return [{"place": i, "id": id, "seq": seq, "predicted": p, "utility": worth} for i, (id, seq, p, worth) in enumerate(parts)]


def _picked(context: Context, chances: Floats, seed: int) -> tuple[Any, Floats]:
    """Picks by what is known without reading features: the probabilities stand for them, and chance decides in regression."""
    name = suited(context.settings.query_strategy, context.schema.task)
    if context.schema.task == "regression" or (strategies.facts(name)["features"] and not strategies.facts(name)["prefilter"]):
        name = "random"
    return query_strategy(name)(chances, n=min(LISTED, len(chances)), rng=context.settings.seed + seed)


def _batches(context: Context, where: QueueFilter, also: list[str], first: int, last: int) -> Any:
    """The rows that the window leaves, batch by batch with the columns that are needed."""
    span: dict[str, Any] = {"after": first, "until": last}
    if where.window is not None:
        rule = windows.parse(context.config.window)
        if rule.by_rows:
            if not where.window.isdigit():
                return
            start = (int(where.window) - 1) * rule.rows
            span = {"after": max(first, start), "until": min(last, start + rule.rows)}
    for batch in context.log().batches(["time", *needed(where, context.schema), *also], **span):
        if batch.num_rows:
            yield np.asarray(batch["seq"].to_numpy(zero_copy_only=False), dtype=np.int64), batch


def _in_window(context: Context, where: QueueFilter, table: pa.RecordBatch) -> Bools:
    if where.window is None:
        return np.ones(table.num_rows, dtype=np.bool_)
    seqs = table["seq"].to_numpy(zero_copy_only=False)
    keys = windows.window_keys(table["time"].cast(pa.int64()).to_numpy(zero_copy_only=False), seqs, context.config.window)
    names = {key: windows.name(key, context.config.window) for key in np.unique(keys).tolist()}
    return np.array([names[key] == where.window for key in keys.tolist()], dtype=np.bool_)


def _chances(table: pa.RecordBatch, names: list[str]) -> Floats:
    """Logged probabilities; a row without any is taken as certain of nothing, and waits behind."""
    found = np.zeros((table.num_rows, max(1, len(names))))
    for place, name in enumerate(names):
        found[:, place] = table[name].fill_null(np.nan).to_numpy(zero_copy_only=False)
    unknown = ~np.isfinite(found).all(axis=1)
    found[unknown] = np.eye(1, found.shape[1])
    return found
