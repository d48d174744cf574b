"""Drift and data quality: what landed is summarised once, and reports are read from what was derived then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from lifecycle.monitor import windows
from lifecycle.monitor.report import drift_report, window_bounds
from lifecycle.monitor.summaries import Summary, summarise
from lifecycle.records import DriftReport
from lifecycle.stores import cursors
from lifecycle.stores import summaries as store
from lifecycle.verbs.context import Context
from lifecycle.verbs.drift_columns import Monitored, monitored, sources, values
from lifecycle.verbs.drift_judging import judge_all, rejudge

__all__ = ["catch_up", "drift", "multivariate", "quality", "rebuild"]

CONSUMER = "drift"
_VALUES_AT_ONCE = 12_000_000  # numbers read from the log in one step
_CELLS_AT_ONCE = 30_000  # windows x columns counted in one step


@dataclass(frozen=True, slots=True)
class Step:
    """Rows of the log, counted: the keys of the windows they touch, facts of those windows, and each column's summary of them."""

    until: int
    keys: NDArray[np.int64]
    facts: list[dict[str, Any]]
    columns: Mapping[str, Summary]


def catch_up(context: Context) -> int:
    """Summarise what has landed since the last time; returns the rows taken in. Safe to call from several processes."""
    columns = monitored(context)
    if columns is None:
        return 0
    rejudge(context, columns)
    taken = 0
    while True:
        position = cursors.position(context.database, context.name, CONSUMER)
        step = _count(context, columns, position)
        if step is None:
            return taken
        with context.database.write():
            if cursors.position(context.database, context.name, CONSUMER) == position:  # else another process was first
                judge_all(context, columns, step.keys, step.facts, step.columns)
                cursors.move(context.database, context.name, CONSUMER, step.until)
                taken += step.until - position


def drift(context: Context) -> DriftReport:
    """Which columns of which windows differ from the reference, and which windows alarm."""
    catch_up(context)
    found = context.database.frame(
        "SELECT window, first_time, last_time, rows, p_value, alarm, columns FROM drift_windows WHERE project = ? ORDER BY window", (context.name,)
    )
    results = context.database.frame(
        """SELECT r.window, r.column, r.kind, r.test, r.statistic, r.p_value, r.effect, r.threshold, r.drifted
           FROM drift_results r JOIN drift_columns c ON c.project = r.project AND c.column = r.column
           WHERE r.project = ? ORDER BY r.window, c.place""",
        (context.name,),
    )
    return drift_report(found, results, context.config.window)


def quality(context: Context) -> pd.DataFrame:
    """Data quality by window and column: window, column ('' for the window as a whole), check, value, expected, failed."""
    catch_up(context)
    found = context.database.frame(
        'SELECT window, column, "check", value, expected, failed FROM quality_results WHERE project = ? ORDER BY window, column, "check"',
        (context.name,),
    )
    names = {key: windows.name(int(key), context.config.window) for key in found["window"].unique()}
    return found.assign(window=found["window"].map(names).astype("str"), value=found["value"].astype("float64"), failed=found["failed"].astype(bool))


def multivariate(context: Context) -> pd.DataFrame:
    """Drift of the columns together, by how well the reference's principal components rebuild the rows: window, start, end,
    rows, statistic (mean error), lower, upper, threshold, alarm."""
    catch_up(context)
    found = context.database.frame(
        """SELECT w.window, w.first_time, w.last_time, m.rows, m.statistic, m.lower, m.upper, m.threshold, m.alarm
           FROM drift_multivariate m JOIN drift_windows w ON w.project = m.project AND w.window = m.window WHERE m.project = ? ORDER BY m.window""",
        (context.name,),
    )
    numbers = {name: found[name].astype("float64") for name in ("statistic", "lower", "upper", "threshold")}
    return window_bounds(found, context.config.window).assign(**numbers, alarm=found["alarm"].astype(bool))


def rebuild(context: Context) -> int:
    """Drop everything derived here and derive it again from the log and the references; returns the rows taken in."""
    with context.database.write():
        store.clear(context.database, context.name, frozen=True)
        cursors.reset(context.database, context.name, CONSUMER)
    return catch_up(context)


def _count(context: Context, columns: Monitored, position: int) -> Step | None:
    log = context.log()
    last = log.rows
    if last <= position:
        return None
    schema, names = context.schema, sources(context.schema)
    until = min(last, position + max(_VALUES_AT_ONCE // (len(names) + 1), 1_000))
    table = log.read(["time", "version", *names], after=position, until=until)
    times = table.column("time").cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy()
    seqs = table.column("seq").to_numpy()
    keys = windows.window_keys(times, seqs, context.config.window)
    unique, first = np.unique(keys, return_index=True)
    room = max(_CELLS_AT_ONCE // (len(columns.bins) + 1), 1)
    if len(unique) > room:  # too many windows for one step: stop before the first row of the next one
        rows = int(np.sort(first)[room])
        table, times, seqs, keys = table.slice(0, rows), times[:rows], seqs[:rows], keys[:rows]
        unique = np.unique(keys)
    place = np.searchsorted(unique, keys)
    count = len(unique)
    made = {
        name: summarise(array, columns.bins[name], place, count, columns.lookups.get(name))
        for name, _, array in values(table, schema, columns.fitted)
        if name in columns.bins
    }
    return Step(int(seqs[-1]), unique, _facts(unique, place, times, table), made)


def _facts(keys: NDArray[np.int64], place: NDArray[np.int64], times: NDArray[np.int64], table: pa.Table) -> list[dict[str, Any]]:
    count = len(keys)
    first, last = np.full(count, np.iinfo(np.int64).max), np.full(count, np.iinfo(np.int64).min)
    np.minimum.at(first, place, times)
    np.maximum.at(last, place, times)
    versions, coded = np.unique(table.column("version").to_numpy(), return_inverse=True)
    by_version = np.bincount(place * len(versions) + coded, minlength=count * len(versions)).reshape(count, -1)
    return [
        {
            "window": int(keys[i]),
            "first_time": int(first[i]),
            "last_time": int(last[i]),
            "rows": int(by_version[i].sum()),
            "versions": {str(v): int(n) for v, n in zip(versions, by_version[i], strict=True) if n},
        }
        for i in range(count)
    ]
