"""What changes the query strategy's order: rules that lift samples, classes with few labels, what an answer costs."""

from __future__ import annotations

import json
from collections import Counter
from functools import partial
from typing import Any

import numpy as np

from lifecycle.label.costs import expected_seconds, lengths
from lifecycle.label.matching import check
from lifecycle.label.queue import Wishes
from lifecycle.label.uncertainty import Bools, Floats, Integers
from lifecycle.plain import plain
from lifecycle.records import QueueFilter, Settings
from lifecycle.stores import versions
from lifecycle.stores.database import dumps
from lifecycle.verbs import configuring
from lifecycle.verbs.context import Context
from lifecycle.verbs.label import filtering
from lifecycle.verbs.label.pool import Pool, State
from lifecycle.verbs.label.samples import frame_at

__all__ = ["prioritise", "rules_of", "wishes"]

COUNTED = 5_000  # newest labels, by which a class is rare or not
TIMED = 500  # newest answers, from which the time of an answer is learned
DEFAULTS = Settings()


def prioritise(context: Context, where: QueueFilter | None, by: str | None) -> tuple[QueueFilter, ...]:
    """Let the query strategy take matching samples first, from the next ranking on; None ends all such rules. Returns the rules.

    The random audit takes no notice, so that displayed numbers stay unbiased.

    Raises
    ------
    UnknownName, InvalidValue : no row of this project could match.
    """
    if where is not None:
        check(where, context.schema)
    with context.database.write():
        rules = () if where is None else tuple(dict.fromkeys([*context.settings.priorities, where]))
        return configuring.configure(context, by, {"priorities": rules}).priorities


def rules_of(settings: Settings) -> str:
    """What a ranking depends on beside strategy, audit share and model, as text; empty where all is as by default."""
    names = ("priorities", "rare_labels", "overlap", "overlap_share")
    changed = {name: plain(getattr(settings, name)) for name in names if getattr(settings, name) != getattr(DEFAULTS, name)}
    return dumps(changed) if changed else ""


def wishes(context: Context, pool: Pool, now: State) -> Wishes:
    """What the ranking of this pool is to prefer."""
    rules, lifted = context.settings.priorities, None
    if rules:
        first = int(pool.seqs[0]) - 1
        lifted = filtering.lifted(context, rules, first, now.last_seq)[pool.seqs - first - 1]
    costs = partial(_seconds, context, pool) if pool.strategy == "cost_aware" else None
    return Wishes(lifted, _sought(context, pool), pool.known, costs)


def _sought(context: Context, pool: Pool) -> Bools | None:
    """The classes with fewer labels than the settings ask for, among the newest labels and the champion's reference."""
    least, classes = context.settings.rare_labels, [str(name) for name in context.schema.classes]
    if not least or len(classes) < 2 or pool.strategy in ("random", "clusters", "core_set") or pool.scores.shape[-1] != len(classes):
        return None
    sql = """SELECT l.value, count(*) AS n FROM (SELECT no FROM current_labels WHERE project = ? AND no != 0 AND seq IS NOT NULL
             ORDER BY seq DESC LIMIT ?) c JOIN labels l ON l.no = c.no GROUP BY l.value"""
    rows = context.database.rows(sql, (context.name, COUNTED))
    counts = Counter({str(json.loads(row["value"])): int(row["n"]) for row in rows})
    if all(counts[name] >= least for name in classes):
        return None
    counts.update(_referenced(context))
    found = np.array([counts[name] < least for name in classes])
    return found if found.any() else None


def _referenced(context: Context) -> Counter[str]:
    champion = versions.champion(context.database, context.name)
    table = context.reference(champion.reference) if champion is not None else None
    if table is None or context.schema.target not in table.column_names:
        return Counter()
    return Counter(str(value) for value in table[context.schema.target].to_pylist())


def _seconds(context: Context, pool: Pool, positions: Integers) -> Floats:
    """What answers to the pool's rows at these positions are expected to take."""
    columns = [column for column in context.schema.features if column.kind in ("text", "categorical", "numeric")]
    names = [column.name for column in columns]
    sql = """SELECT t.seq, a.seconds FROM annotations a JOIN standing s ON s.annotation = a.id JOIN tasks t ON t.id = a.task
             WHERE a.project = ? AND a.seconds > 0 ORDER BY a.id DESC LIMIT ?"""
    timed: list[dict[str, Any]] = context.database.rows(sql, (context.name, TIMED))
    known = lengths(frame_at(context, np.array([row["seq"] for row in timed], dtype=np.int64), names), columns) if timed else np.zeros(0)
    given = lengths(frame_at(context, pool.seqs[positions], names), columns)
    return expected_seconds(given, known, np.array([row["seconds"] for row in timed], dtype=np.float64))
