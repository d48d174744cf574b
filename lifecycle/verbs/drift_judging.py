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
from lifecycle.monitor.alarms import ColumnVerdicts, combine, default_test, judge
from lifecycle.monitor.drift import drift_test
from lifecycle.monitor.drift.registration import Cells
from lifecycle.monitor.summaries import Bins, Counts, Summary, decode, encode, merge
from lifecycle.stores import events
from lifecycle.stores import summaries as store
from lifecycle.stores.database import dumps
from lifecycle.verbs.context import Context
from lifecycle.verbs.drift_columns import Monitored, reference_counts

__all__ = ["judge_all", "rejudge", "served"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def judge_all(context: Context, columns: Monitored, keys: NDArray[np.int64], facts: list[dict[str, Any]], made: Mapping[str, Summary]) -> None:
    """Merge new summaries of these windows into the stored ones and derive the windows' results; call it in a transaction."""
    found = _merged_windows(context, keys, facts)
    merged: dict[str, Summary] = {}
    for name, summary in made.items():
        merged[name] = _merge_stored(context, name, columns.bins[name], keys, summary)
        rows = zip(keys.tolist(), *_stored(merged[name]), strict=True)
        store.keep_summaries(context.database, context.name, name, rows)
    _derive(context, columns, found, merged)


def rejudge(context: Context, columns: Monitored) -> None:
    """Derive every window's results again from the summaries when the settings that judge them have changed."""
    rule = _rule(context)
    found = store.state(context.database, context.name)
    if found is None or found["rule"] == rule:
        return
    with context.database.write():
        rows = store.windows(context.database, context.name)
        keys = [row["window"] for row in rows]
        if keys:
            made = {name: _stored_summary(context, name, bins, keys) for name, bins in columns.bins.items()}
            _derive(context, columns, rows, made)
        store.set_rule(context.database, context.name, rule)


def _rule(context: Context) -> str:
    settings = context.settings
    by_hand = {name: value for name, value in settings.thresholds.items() if name.startswith("drift:")}
    return dumps({"rate": settings.false_alarm_rate, "least": settings.minimum_effect, "by_hand": by_hand})


def _derive(context: Context, columns: Monitored, rows: list[dict[str, Any]], made: Mapping[str, Summary]) -> None:
    """Judge windows, given as stored rows, from their whole summaries."""
    names = tuple(columns.bins)
    shape = (len(rows), len(names))
    p_values, effects, drifted = np.full(shape, np.nan), np.zeros(shape), np.zeros(shape, dtype=bool)
    results: list[tuple[Any, ...]] = []
    for version, at in _by_version(rows):
        references = reference_counts(context, columns, version)
        for j, name in enumerate(names):
            if name not in made or name not in references:
                continue
            found = _judge_column(context, columns, name, references[name], made[name].counts[at], len(names))
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


def _judge_column(context: Context, columns: Monitored, name: str, reference: Mapping[str, Any], current: Counts, count: int) -> ColumnVerdicts:
    settings, bins = context.settings, columns.bins[name]
    level = settings.false_alarm_rate / count
    cells = Cells(bins.positions if bins.kind == "numeric" else None)
    test = drift_test(default_test(bins.kind))
    return judge(test, decode(reference["counts"]), current, cells, level, settings.minimum_effect, settings.thresholds.get(f"drift:{name}"))


def _by_version(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """The places of the windows that each version served most of."""
    by = np.array([served(row) for row in rows])
    for version in np.unique(by):
        yield int(version), np.flatnonzero(by == version)


def served(row: Mapping[str, Any]) -> int:
    """The version that answered most rows of a window, the newer one of two that answered as many."""
    by_version = json.loads(row["versions"])
    return max((int(version) for version in by_version), key=lambda version: (by_version[str(version)], version))


def _result_rows(keys: list[int], name: str, kind: str, found: ColumnVerdicts) -> list[tuple[Any, ...]]:
    figures = (found.statistic, found.p_value, found.effect, found.threshold)
    numbers = zip(*(figure.tolist() for figure in figures), found.drifted.astype(int).tolist(), strict=True)
    return [(key, name, kind, found.test, *row) for key, row in zip(keys, numbers, strict=True)]


def _tell(context: Context, row: Mapping[str, Any], worst: Sequence[str]) -> None:
    """The alarm's place in the history: once a window, at the time its rows end."""
    window = context.config.window
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
            merged.append({**fact, "versions": dumps(fact["versions"]), "told": 0})
            continue
        versions = json.loads(row["versions"])
        for version, rows in fact["versions"].items():
            versions[version] = versions.get(version, 0) + rows
        first, last = min(row["first_time"], fact["first_time"]), max(row["last_time"], fact["last_time"])
        merged.append({**row, "first_time": first, "last_time": last, "rows": row["rows"] + fact["rows"], "versions": dumps(versions)})
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
