"""Merging counted rows into the stored summaries, and judging the windows they touch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lifecycle.monitor import windows
from lifecycle.monitor.sketch import decode_sketch, encode_sketch, merge_sketch
from lifecycle.monitor.summaries import Bins, Summary, merge
from lifecycle.stores import events
from lifecycle.stores import summaries as store
from lifecycle.stores.database import dumps
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor.drift_columns import Monitored, reference_counts
from lifecycle.verbs.monitor.drift_counting import Step
from lifecycle.verbs.monitor.drift_policy import Policy, policy
from lifecycle.verbs.monitor.drift_quality import derive_quality, derive_together
from lifecycle.verbs.monitor.drift_stored import as_stored, assemble, served, stored_summary
from lifecycle.verbs.monitor.drift_verdicts import Verdicts, conclude, judge_windows, stored_verdicts

__all__ = ["is_settled", "served", "settle", "take_in"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def take_in(context: Context, columns: Monitored, step: Step) -> None:
    """Merge counted rows into the stored summaries and derive the results of the windows they touch; call it in a transaction."""
    found = _merged_windows(context, step.keys, step.facts)
    merged: dict[str, Summary] = {}
    for name, summary in step.columns.items():
        merged[name] = _merge_stored(context, name, columns.bins[name], step.keys, summary)
        store.keep_summaries(context.database, context.name, name, zip(step.keys.tolist(), *as_stored(merged[name]), strict=True))
    derive_together(context, columns, step)
    unfinished = None if step.last else int(step.keys[-1])
    _derive(context, columns, found, merged, unfinished)


def is_settled(context: Context) -> bool:
    """Is nothing left to be judged again: by other settings, or because a window that was open has closed."""
    found = store.rule(context.database, context.name)
    return found == _rule(context) and not _closing(context)


def settle(context: Context, columns: Monitored) -> None:
    """Judge windows again from their summaries: all when the settings that judge them have changed, else those that have closed since."""
    rule = _rule(context)
    with context.database.write():
        everything = store.rule(context.database, context.name) != rule
        keys = None if everything else _closing(context)
        rows = store.windows(context.database, context.name, keys) if keys is None or keys else []
        if rows:
            wanted = [row["window"] for row in rows]
            made = {name: stored_summary(context, name, bins, wanted) for name, bins in columns.bins.items()}
            _derive(context, columns, rows, made, None)
        if everything:
            store.set_rule(context.database, context.name, rule)


def _closing(context: Context) -> list[int]:
    """The windows that were judged as open and have closed since."""
    sql = "SELECT window, rows FROM drift_windows WHERE project = ? AND closed = 0"
    window, now = context.config.window, context.now()
    return [row["window"] for row in context.database.rows(sql, (context.name,)) if windows.is_closed(row["window"], window, row["rows"], now)]


def _rule(context: Context) -> str:
    return dumps(asdict(policy(context.settings, context.config.window)))


def _derive(context: Context, columns: Monitored, rows: list[dict[str, Any]], made: Mapping[str, Summary], unfinished: int | None) -> None:
    """Judge windows, given as stored rows, from their whole summaries. `unfinished`: a window that more rows are about to be added to."""
    names = tuple(columns.bins)
    window, now = context.config.window, context.now()
    for row in rows:
        row["closed"] = int(row["window"] != unfinished and windows.is_closed(row["window"], window, row["rows"], now))
    rules = policy(context.settings, window)
    found, results = judge_windows(context, columns, rules, rows, made)
    store.keep_results(context.database, context.name, results)
    rows_near, verdicts, affected = _with_neighbours(context, names, rules, rows, found)
    concluded = conclude(rules, names, verdicts)
    for i in affected:
        row, worst = rows_near[i], concluded.columns[i]
        row |= {"p_value": float(concluded.p_value[i]), "alarm": int(concluded.alarm[i]), "columns": dumps(list(worst))}
        if row["alarm"] and not row["told"]:
            row["told"] = 1
            _tell(context, row, worst)
    store.keep_windows(context.database, context.name, [rows_near[i] for i in affected])
    derive_quality(context, columns, rows, made, reference_counts(context, columns, columns.version))


def _with_neighbours(
    context: Context, names: tuple[str, ...], rules: Policy, rows: list[dict[str, Any]], found: Verdicts
) -> tuple[list[dict[str, Any]], Verdicts, list[int]]:
    """The windows judged and, where an alarm takes several, those around them, in order of time; and the places of those whose alarm
    depends on the windows judged: they and the m - 1 after each."""
    if rules.m == 1:
        return rows, found, list(range(len(rows)))
    given = {row["window"] for row in rows}
    stored = {row["window"] for row in context.database.rows("SELECT window FROM drift_windows WHERE project = ?", (context.name,))}
    order = sorted(stored | given)
    after = np.convolve([key in given for key in order], np.ones(rules.m))[: len(order)] > 0
    near = np.convolve(after, np.ones(rules.m))[rules.m - 1 :] > 0
    others = [key for key, taken in zip(order, near, strict=True) if taken and key not in given]
    both = rows + store.windows(context.database, context.name, others)
    place = sorted(range(len(both)), key=lambda i: int(both[i]["window"]))
    joined = found.followed_by(stored_verdicts(context, names, others)).at(place)
    depends = {key for key, touched in zip(order, after, strict=True) if touched}
    ordered = [both[i] for i in place]
    return ordered, joined, [i for i, row in enumerate(ordered) if row["window"] in depends]


def _tell(context: Context, row: Mapping[str, Any], worst: Sequence[str]) -> None:
    """The alarm's place in the history: once a window, at its end, or at its newest row while it is open."""
    window = context.config.window
    end = windows.bounds(row["window"], window)[1]
    if not isinstance(end, datetime) or not row["closed"]:
        end = _EPOCH + timedelta(microseconds=int(row["last_time"]))
    details = {"columns": list(worst[:20]), "p_value": row["p_value"], "rows": row["rows"]}
    events.append(context.database, context.name, end, "lifecycle", "alarm", f"window {windows.name(row['window'], window)}", details)


def _merged_windows(context: Context, keys: NDArray[np.int64], facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The stored rows of these windows with the new rows' facts added."""
    known = {row["window"]: row for row in store.windows(context.database, context.name, keys.tolist())}
    merged = []
    for fact in facts:
        row = known.get(fact["window"])
        if row is None:
            merged.append({**fact, "versions": dumps(fact["versions"]), "sketch": encode_sketch(fact["sketch"]), "told": 0})
            continue
        versions = json.loads(row["versions"])
        for version, more in fact["versions"].items():
            versions[version] = versions.get(version, 0) + more
        first, last = min(row["first_time"], fact["first_time"]), max(row["last_time"], fact["last_time"])
        sketch = encode_sketch(merge_sketch(decode_sketch(row["sketch"]), fact["sketch"]))
        rows = row["rows"] + fact["rows"]
        merged.append({**row, "first_time": first, "last_time": last, "rows": rows, "versions": dumps(versions), "sketch": sketch})
    return merged


def _merge_stored(context: Context, name: str, bins: Bins, keys: NDArray[np.int64], summary: Summary) -> Summary:
    known = store.summaries(context.database, context.name, name, keys.tolist())
    if not known:
        return summary
    old = assemble(known, bins, keys.tolist())
    return merge(old, summary)
