"""The queue is ranked when predictions have landed, a model or a setting has changed, or little of it is left."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np

from lifecycle.label.overlap import answers_wanted
from lifecycle.label.queue import Ranked, rank
from lifecycle.label.strategies import suited
from lifecycle.label.uncertainty import Integers
from lifecycle.stores import tasks
from lifecycle.verbs.context import Context
from lifecycle.verbs.label.auditing import audit_requested
from lifecycle.verbs.label.pool import Candidates, Pool, State, read_pool
from lifecycle.verbs.label.samples import rows_at, stock
from lifecycle.verbs.label.wishing import rules_of, wishes

__all__ = ["QUEUE", "behind", "catch_up"]

QUEUE = 2_000  # tasks that are stored
AGED = timedelta(minutes=10)  # after which a few new rows are reason enough to rank again
LOW = 50  # waiting tasks below which the queue is filled again
FEW = 4_096  # rows that are ranked at once whenever one is added


def behind(context: Context) -> bool:
    """Whether the queue should be ranked before the next sample is served; cheap enough to ask each time.

    New rows wait until they are a tenth of what is ranked, or are few to rank; the worker's tick does not wait.
    """
    last, now = _last(context), _state(context)
    if last is None:
        return now.last_seq > 0
    if any(last[name] != getattr(now, name) for name in ("strategy", "audit_share", "model_version", "rules")):
        return True
    new = now.last_seq - last["last_seq"]
    if new and (now.last_seq <= FEW or new >= last["pool"] / 10):
        return True
    more = new > 0 or last["queried"] + last["audited"] < last["pool"]
    return more and _waiting(context) < LOW


def catch_up(context: Context) -> int:
    """Rank what has landed since the last time and keep the queue filled; returns the tasks added.

    The work is done outside the transaction; if another process ranked in the meantime, its ranking stands.
    """
    tasks.close_labelled(context.database, context.name)
    last, now = _last(context), _state(context)
    if now.last_seq == 0 or (last is not None and _fresh(context, last, now) and not behind(context)):
        return 0
    settings, pool = context.settings, read_pool(context, now)
    ranked = None
    if len(pool.seqs):
        candidates = Candidates(context, pool)
        wanted = wishes(context, pool, now)
        ranked = rank(pool.scores, pool.seqs, pool.strategy, now.audit_share, QUEUE, settings.seed, candidates.features, pool.served, wanted)
        candidates.keep(ranked.queries)
    rows = _rows(context, pool, ranked, now) if ranked else []
    with context.database.write():
        found = _last(context)
        if (found and found["id"]) != (last and last["id"]):
            return 0
        audit_requested(context)
        new = tasks.rerank(context.database, context.name, context.now(), rows, _summary(pool, ranked, now), _passed(pool, ranked))
    stock(context)
    return new


def _last(context: Context) -> dict[str, Any] | None:
    return context.database.one("SELECT * FROM rankings WHERE project = ? ORDER BY id DESC LIMIT 1", (context.name,))


def _state(context: Context) -> State:
    settings = context.settings
    number = context.database.value("SELECT version FROM versions WHERE project = ? AND status = 'champion'", (context.name,))
    strategy = suited(settings.query_strategy, context.schema.task)
    return State(strategy, settings.audit_share, int(number or 0), context.log().rows, rules_of(settings))


def _fresh(context: Context, last: dict[str, Any], now: State) -> bool:
    """Whether a ranking can stand: nothing is new, or so little that it can wait until the ranking has aged."""
    new = now.last_seq - last["last_seq"]
    age = context.now() - datetime.fromisoformat(last["time"])
    return new == 0 or (new < last["pool"] / 100 and age < AGED)


def _waiting(context: Context) -> int:
    sql = "SELECT count(*) FROM (SELECT 1 FROM tasks WHERE project = ? AND open > 0 LIMIT ?)"
    return int(context.database.value(sql, (context.name, LOW)))


def _rows(context: Context, pool: Pool, ranked: Ranked, now: State) -> list[dict[str, Any]]:
    """The tasks of a ranking, as `tasks.rerank` takes them."""
    share, settings = now.audit_share, context.settings
    rows: list[dict[str, Any]] = []
    seqs = pool.seqs[np.concatenate([ranked.queries, ranked.audits])]
    table = rows_at(context, seqs, ["id", "prediction"])
    ids, said = table["id"].to_pylist(), table["prediction"].to_pylist()
    said = said if context.schema.task == "classification" else [None] * len(said)
    wanted = answers_wanted(seqs, settings.overlap, settings.overlap_share, settings.seed).tolist()
    parts: list[tuple[str, Integers, Integers, float]] = [
        ("query", ranked.queries, ranked.query_turns, 1.0 - share),
        ("audit", ranked.audits, ranked.audit_turns, ranked.threshold),
    ]
    for purpose, positions, turns, probability in parts:
        for position, turn in zip(positions.tolist(), turns.tolist(), strict=True):
            row = {"prediction_id": ids[len(rows)], "seq": int(pool.seqs[position]), "purpose": purpose, "turn": turn}
            row |= {"predicted": said[len(rows)], "wanted": wanted[len(rows)]}
            row |= {"strategy": pool.strategy if purpose == "query" else "random", "utility": float(ranked.utilities[position])}
            rows.append(row | {"probability": probability, "model_version": int(pool.versions[position])})
    return rows


def _passed(pool: Pool, ranked: Ranked | None) -> list[tuple[int, int]]:
    if ranked is None:
        return []
    return list(zip(pool.seqs[ranked.passed].tolist(), ranked.passed_turns.tolist(), strict=True))


def _summary(pool: Pool, ranked: Ranked | None, now: State) -> dict[str, Any]:
    counts = (0, 0) if ranked is None else (len(ranked.queries), len(ranked.audits))
    facts = {"strategy": now.strategy, "audit_share": now.audit_share, "model_version": now.model_version, "last_seq": now.last_seq}
    facts |= {"rules": now.rules}
    return facts | {"pool": int((~pool.served).sum()), "queried": counts[0], "audited": counts[1]}
