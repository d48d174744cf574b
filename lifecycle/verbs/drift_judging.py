"""Merging counted rows into the stored summaries, and judging the windows they touch."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lifecycle.monitor import windows
from lifecycle.monitor.alarms import ColumnVerdicts, column_level, combine, default_test, describe_cells, judge
from lifecycle.monitor.drift import drift_test
from lifecycle.monitor.sketch import decode_sketch, encode_sketch, merge_sketch
from lifecycle.monitor.summaries import Bins, Summary, decode, encode, merge
from lifecycle.records import Settings
from lifecycle.stores import events
from lifecycle.stores import summaries as store
from lifecycle.stores.database import dumps
from lifecycle.verbs.context import Context
from lifecycle.verbs.drift_columns import Monitored, reference_counts
from lifecycle.verbs.drift_counting import Step
from lifecycle.verbs.drift_quality import derive_quality, derive_together

__all__ = ["is_settled", "served", "settle", "take_in"]


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def take_in(context: Context, columns: Monitored, step: Step) -> None:
    """Merge counted rows into the stored summaries and derive the results of the windows they touch; call it in a transaction."""
    found = _merged_windows(context, step.keys, step.facts)
    merged: dict[str, Summary] = {}
    for name, summary in step.columns.items():
        merged[name] = _merge_stored(context, name, columns.bins[name], step.keys, summary)
        store.keep_summaries(context.database, context.name, name, zip(step.keys.tolist(), *_stored(merged[name]), strict=True))
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
            made = {name: _stored_summary(context, name, bins, wanted) for name, bins in columns.bins.items()}
            _derive(context, columns, rows, made, None)
        if everything:
            store.set_rule(context.database, context.name, rule)


def _closing(context: Context) -> list[int]:
    """The windows that were judged as open and have closed since."""
    sql = "SELECT window, rows FROM drift_windows WHERE project = ? AND closed = 0"
    window, now = context.config.window, context.now()
    return [row["window"] for row in context.database.rows(sql, (context.name,)) if windows.is_closed(row["window"], window, row["rows"], now)]


def _rule(context: Context) -> str:
    settings = context.settings
    by_hand = {name: value for name, value in settings.thresholds.items() if name.startswith("drift:")}
    return dumps({"rate": settings.false_alarm_rate, "least": settings.minimum_effect, "by_hand": by_hand})


def _derive(context: Context, columns: Monitored, rows: list[dict[str, Any]], made: Mapping[str, Summary], unfinished: int | None) -> None:
    """Judge windows, given as stored rows, from their whole summaries. `unfinished`: a window that more rows are about to be added to."""
    names = tuple(columns.bins)
    settings, window, now = context.settings, context.config.window, context.now()
    for row in rows:
        row["closed"] = int(row["window"] != unfinished and windows.is_closed(row["window"], window, row["rows"], now))
    shape = (len(rows), len(names))
    p_values, effects, drifted = np.full(shape, np.nan), np.zeros(shape), np.zeros(shape, dtype=bool)
    results: list[tuple[Any, ...]] = []
    for version, closed, at in _alike(rows):
        references = reference_counts(context, columns, version)
        level = column_level(settings.false_alarm_rate, len(names), closed)
        for j, name in enumerate(names):
            if name not in made or name not in references:
                continue
            found = _judge_column(settings, columns.bins[name], name, references[name], made[name], at, level)
            p_values[at, j], effects[at, j], drifted[at, j] = found.p_value, found.effect, found.drifted
            results += _result_rows([rows[i]["window"] for i in at], name, columns.bins[name].kind, found)
    verdicts = combine(names, p_values, effects, drifted)
    for row, p_value, alarm, worst in zip(rows, verdicts.p_value.tolist(), verdicts.alarm.tolist(), verdicts.columns, strict=True):
        row |= {"p_value": p_value, "alarm": int(alarm), "columns": dumps(list(worst))}
        if alarm and not row["told"]:
            row["told"] = 1
            _tell(context, row, worst)
    store.keep_results(context.database, context.name, results)
    store.keep_windows(context.database, context.name, rows)
    derive_quality(context, columns, rows, made, reference_counts(context, columns, columns.version))


def _judge_column(
    settings: Settings, bins: Bins, name: str, reference: Mapping[str, Any], made: Summary, at: NDArray[np.int64], level: float
) -> ColumnVerdicts:
    counts = decode(reference["counts"])
    cells = describe_cells(bins, counts, [made.unseen[i] for i in at])
    test = drift_test(default_test(bins.kind))
    return judge(test, counts, made.counts[at], cells, level, settings.minimum_effect, settings.thresholds.get(f"drift:{name}"))


def _alike(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, bool, NDArray[np.int64]]]:
    """The places of the windows that are judged alike: by the version that served most of them, and whether they are closed."""
    kinds = [(served(row), bool(row["closed"])) for row in rows]
    for version, closed in sorted(set(kinds)):
        yield version, closed, np.array([i for i, kind in enumerate(kinds) if kind == (version, closed)])


def served(row: Mapping[str, Any]) -> int:
    """The version that answered most rows of a window, the newer one of two that answered as many."""
    by_version = json.loads(row["versions"])
    return max((int(version) for version in by_version), key=lambda version: (by_version[str(version)], version))


def _result_rows(keys: list[int], name: str, kind: str, found: ColumnVerdicts) -> list[tuple[Any, ...]]:
    figures = (found.statistic, found.p_value, found.effect, found.threshold)
    numbers = zip(*(figure.tolist() for figure in figures), found.drifted.astype(int).tolist(), strict=True)
    return [(key, name, kind, found.test, *row) for key, row in zip(keys, numbers, strict=True)]


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
    old = _assemble(known, bins, keys.tolist())
    return merge(old, summary)


def _stored_summary(context: Context, name: str, bins: Bins, keys: list[int]) -> Summary:
    return _assemble(store.summaries(context.database, context.name, name, keys), bins, keys)


def _assemble(rows: list[dict[str, Any]], bins: Bins, keys: list[int]) -> Summary:
    """Stored summaries as one, a row a key; windows that are not stored are empty."""
    place = {key: i for i, key in enumerate(keys)}
    count = len(keys)
    nothing = np.full(count, np.nan)
    empty: tuple[dict[str, int], ...] = ({},) * count
    summary = Summary(np.zeros((count, bins.cells), dtype=np.int64), nothing, nothing.copy(), np.zeros(count), np.zeros(count), empty)
    unseen = list(summary.unseen)
    for row in rows:
        i = place[row["window"]]
        summary.counts[i] = decode(row["counts"])
        summary.total[i], summary.squares[i] = row["total"], row["squares"]
        if row["low"] is not None:
            summary.low[i], summary.high[i] = row["low"], row["high"]
        if row["unseen"] != "{}":
            unseen[i] = json.loads(row["unseen"])
    return replace(summary, unseen=tuple(unseen))


def _stored(summary: Summary) -> tuple[Any, ...]:
    blobs = [encode(counts) for counts in summary.counts]
    unseen = [dumps(levels) if levels else "{}" for levels in summary.unseen]
    figures = (summary.low, summary.high, summary.total, summary.squares)
    return (blobs, *(figure.tolist() for figure in figures), unseen)
