"""The queue is ranked when predictions have landed, a model or a setting has changed, or little of it is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lifecycle.label.features import as_numbers
from lifecycle.label.queue import Ranked, rank
from lifecycle.label.strategies import suited
from lifecycle.label.uncertainty import Floats, Integers
from lifecycle.stores import tasks, versions
from lifecycle.verbs.context import Context
from lifecycle.verbs.scoring import say

__all__ = ["QUEUE", "behind", "catch_up"]

POOL = 1_000_000  # the newest rows of the log that can be asked about
QUEUE = 2_000  # tasks that are stored
LOW = 50  # waiting tasks below which the queue is filled again
RESCORED = 20_000  # older answers that a new champion is asked about again
BLOCK = 4_096


@dataclass(frozen=True, slots=True)
class State:
    """What a ranking depends on."""

    strategy: str
    audit_share: float
    model_version: int
    last_seq: int


@dataclass(frozen=True, slots=True)
class Pool:
    """Rows without a label, and the audit's rows that experts have labelled (`served`), by place in the log."""

    seqs: NDArray[np.int64]
    versions: NDArray[np.int64]
    scores: Floats
    served: NDArray[np.bool_]


def behind(context: Context) -> bool:
    """Whether the queue should be ranked before the next sample is served; cheap enough to ask each time.

    New rows wait until they are a tenth of what is ranked, or are few to rank; the worker's tick does not wait.
    """
    last, now = _last(context), _state(context)
    if last is None:
        return now.last_seq > 0
    if (last["strategy"], last["audit_share"], last["model_version"]) != (now.strategy, now.audit_share, now.model_version):
        return True
    new = now.last_seq - last["last_seq"]
    if new and (now.last_seq <= BLOCK or new >= last["pool"] / 10):
        return True
    more = new > 0 or last["queried"] + last["audited"] < last["pool"]
    return more and _waiting(context) < LOW


def catch_up(context: Context) -> int:
    """Rank what has landed since the last time and keep the queue filled; returns the tasks added.

    The work is done outside the transaction; if another process ranked in the meantime, its ranking stands.
    """
    last, now = _last(context), _state(context)
    if now.last_seq == 0 or (last is not None and _current(last, now) and not behind(context)):
        return 0
    settings = context.settings
    pool = _pool(context, now)
    if not len(pool.seqs):
        ranked, rows = None, []
    else:
        ranked = rank(
            pool.scores, pool.seqs, now.strategy, now.audit_share, QUEUE, settings.seed, lambda p: _features(context, pool.seqs[p]), pool.served
        )
        rows = _rows(context, pool, ranked, now)
    with context.database.write():
        found = _last(context)
        if (found and found["id"]) != (last and last["id"]):
            return 0
        return tasks.rerank(context.database, context.name, context.now(), rows, _summary(pool, ranked, now), _passed(pool, ranked))


def _last(context: Context) -> dict[str, Any] | None:
    return context.database.one("SELECT * FROM rankings WHERE project = ? ORDER BY id DESC LIMIT 1", (context.name,))


def _state(context: Context) -> State:
    settings = context.settings
    number = context.database.value("SELECT version FROM versions WHERE project = ? AND status = 'champion'", (context.name,))
    return State(suited(settings.query_strategy, context.schema.task), settings.audit_share, int(number or 0), context.log().rows)


def _current(last: dict[str, Any], now: State) -> bool:
    return State(last["strategy"], last["audit_share"], last["model_version"], last["last_seq"]) == now


def _waiting(context: Context) -> int:
    sql = "SELECT count(*) FROM (SELECT 1 FROM tasks WHERE project = ? AND open > 0 LIMIT ?)"
    return int(context.database.value(sql, (context.name, LOW)))


def _pool(context: Context, now: State) -> Pool:
    first = max(0, now.last_seq - POOL)
    names = context.schema.probability_columns()
    count = now.last_seq - first
    chances, answered = np.empty((count, max(len(names), 1))), np.empty(count, dtype=np.int64)
    for batch in context.log().batches(["version", *names], after=first, until=now.last_seq):
        place = slice(int(batch["seq"][0].as_py()) - first - 1, int(batch["seq"][-1].as_py()) - first)
        answered[place] = batch["version"].fill_null(0).to_numpy(zero_copy_only=False)
        for j, name in enumerate(names):
            chances[place, j] = batch[name].fill_null(np.nan).to_numpy(zero_copy_only=False)
    free, served = _free(context, first, count)
    keep = np.flatnonzero(free | served)
    seqs, scores = first + 1 + keep, chances[keep]
    if not names:
        scores = np.zeros((len(keep), 1))
    scores = _again(context, seqs, answered[keep], scores, now)
    scores[~np.isfinite(scores).all(axis=1)] = 1.0 / scores.shape[1]
    return Pool(seqs, answered[keep], scores, served[keep])


def _free(context: Context, first: int, count: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which rows nobody has labelled, and which the audit's experts have; rows that were asked for by hand are neither."""
    free, served = np.ones(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
    labelled = "SELECT seq FROM current_labels WHERE project = ? AND seq > ? AND no != 0"
    answered = "SELECT seq FROM tasks WHERE project = ? AND seq > ? AND (answers > 0 OR strategy = 'requested')"
    audited = "SELECT seq FROM tasks WHERE project = ? AND seq > ? AND answers > 0 AND purpose = 'audit'"
    for sql, which, value in ((labelled, free, False), (answered, free, False), (audited, served, True)):
        found = np.array(context.database.connection.execute(sql, (context.name, first)).fetchall(), dtype=np.int64).ravel()
        which[found[found <= first + count] - first - 1] = value
    return free, served


def _again(context: Context, seqs: NDArray[np.int64], answered: NDArray[np.int64], scores: Floats, now: State) -> Floats:
    """Older answers, asked of the champion again where its model is here: the newest RESCORED of them."""
    champion = versions.champion(context.database, context.name)
    stale = np.flatnonzero(answered != now.model_version)[-RESCORED:]
    if champion is None or champion.model is None or not len(stale) or context.schema.task == "regression":
        return scores
    for start in range(0, len(stale), BLOCK):
        part = stale[start : start + BLOCK]
        frame = context.log().take(seqs[part], list(context.schema.names)).to_pandas()
        said = say(context, champion, frame)
        names = context.schema.probability_columns()
        if all(name in said for name in names):
            scores[part] = said[list(names)].to_numpy(dtype=np.float64)
    return scores


def _features(context: Context, seqs: NDArray[np.int64]) -> Floats:
    frame = context.log().take(seqs, list(context.schema.names)).to_pandas()
    return as_numbers(frame, context.schema.features)


def _rows(context: Context, pool: Pool, ranked: Ranked, now: State) -> list[dict[str, Any]]:
    """The tasks of a ranking, as `tasks.rerank` takes them."""
    wanted = max(1, context.settings.overlap)
    share = now.audit_share
    rows: list[dict[str, Any]] = []
    ids = context.log().take(pool.seqs[np.concatenate([ranked.queries, ranked.audits])], ["id"])["id"].to_pylist()
    parts: list[tuple[str, Integers, Integers, float]] = [
        ("query", ranked.queries, ranked.query_turns, 1.0 - share),
        ("audit", ranked.audits, ranked.audit_turns, ranked.threshold),
    ]
    for purpose, positions, turns, probability in parts:
        for position, turn in zip(positions.tolist(), turns.tolist(), strict=True):
            row = {"prediction_id": ids[len(rows)], "seq": int(pool.seqs[position]), "purpose": purpose, "turn": turn, "wanted": wanted}
            row |= {"strategy": now.strategy if purpose == "query" else "random", "utility": float(ranked.utilities[position])}
            rows.append(row | {"probability": probability, "model_version": int(pool.versions[position])})
    return rows


def _passed(pool: Pool, ranked: Ranked | None) -> list[tuple[int, int]]:
    if ranked is None:
        return []
    return list(zip(pool.seqs[ranked.passed].tolist(), ranked.passed_turns.tolist(), strict=True))


def _summary(pool: Pool, ranked: Ranked | None, now: State) -> dict[str, Any]:
    counts = (0, 0) if ranked is None else (len(ranked.queries), len(ranked.audits))
    facts = {"strategy": now.strategy, "audit_share": now.audit_share, "model_version": now.model_version, "last_seq": now.last_seq}
    return facts | {"pool": int((~pool.served).sum()), "queried": counts[0], "audited": counts[1]}
