"""Reading what landed, and counting it into the windows it touches; nothing is stored here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lifecycle.monitor import windows
from lifecycle.monitor.components import errors, matrix
from lifecycle.monitor.sketch import Hashes, Sketch, add_column, row_sketch, time_slots
from lifecycle.monitor.summaries import Floats, Summary, cells_of, runs_of, summarise
from lifecycle.records import Schema
from lifecycle.stores.predictions import PredictionLog
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor.drift_columns import ANSWERS, Monitored, sources, values

__all__ = ["Step", "count_part", "count_rows", "microseconds", "room", "rows_at_once"]

_VALUES_AT_ONCE = 12_000_000  # numbers read from the log in one step
_CELLS_AT_ONCE = 30_000  # windows x columns counted in one step
_SAMPLED = 500  # rows of a window, about, that the columns are looked at together on


@dataclass(frozen=True, slots=True)
class Step:
    """Rows of the log, counted. `facts`: what is known of each window they touch, `columns`: each column's summary of these windows,
    `errors`: rows, sum and sum of squares of the sampled rows' reconstruction errors, each (windows,)."""

    until: int
    last: bool
    keys: NDArray[np.int64]
    facts: list[dict[str, Any]]
    columns: Mapping[str, Summary]
    errors: tuple[NDArray[np.int64], Floats, Floats]


def count_rows(context: Context, columns: Monitored, position: int) -> Step | None:
    """Count the next rows after `position`, as many as fit in bounded memory; None when there are none."""
    log = context.log()
    newest = log.rows
    if newest <= position:
        return None
    until = min(newest, position + rows_at_once(context.schema))
    return count_part((context.schema, context.config.window, columns), log, position, until, newest)


def rows_at_once(schema: Schema) -> int:
    """How many rows of the log are read in one step."""
    return max(_VALUES_AT_ONCE // (len(sources(schema)) + 1), 1_000)


def room(keys: NDArray[np.int64], columns: Monitored) -> int:
    """How many of the rows that lie in these windows (n,) are counted in one step: it stops before the first row of a window too many."""
    first = np.unique(keys, return_index=True)[1]
    most = max(_CELLS_AT_ONCE // (len(columns.bins) + 1), 1)
    return int(np.sort(first)[most]) if len(first) > most else len(keys)


def count_part(project: tuple[Schema, str, Monitored], log: PredictionLog, position: int, until: int, newest: int) -> Step:
    """Count the rows position < seq <= until of a log whose newest row is `newest`, or the first of them where they lie in too many windows.
    `project`: its schema, window and columns. It reads nothing but the log's rows, so that it may run on another machine."""
    schema, window, columns = project
    table = log.read(["time", "version", *sources(schema)], after=position, until=until)
    times, seqs = microseconds(table), table.column("seq").to_numpy()
    keys = windows.window_keys(times, seqs, window)
    if (rows := room(keys, columns)) < len(keys):
        table, times, seqs, keys = table.slice(0, rows), times[:rows], seqs[:rows], keys[:rows]
    unique = np.unique(keys)
    place = np.searchsorted(unique, keys)
    made, hashes, found = _summaries(schema, columns, table, place, len(unique))
    sketches = row_sketch(hashes, place, time_slots(times, keys, window), len(unique))
    last = int(seqs[-1])
    return Step(last, last == newest, unique, _facts(unique, place, times, table, sketches), made, found)


def microseconds(table: pa.Table) -> NDArray[np.int64]:
    """The times of the log's rows, in microseconds since 1970 (n,)."""
    return np.asarray(table.column("time").cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy())


def _summaries(
    schema: Schema, columns: Monitored, table: pa.Table, place: NDArray[np.int64], count: int
) -> tuple[dict[str, Summary], Hashes, tuple[NDArray[np.int64], Floats, Floats]]:
    """Each column's summary, a hash of each row's features, and the reconstruction errors of a sample."""
    stride = max(1, len(place) // (count * _SAMPLED))
    sampled = np.arange(0, len(place), stride)
    together = columns.fitted["together"]["names"]
    hashes = np.zeros(table.num_rows, dtype=np.uint64)
    made: dict[str, Summary] = {}
    runs = runs_of(place)
    sample: dict[str, Any] = {}
    for name, kind, array in values(table, schema, columns.fitted):
        if name not in columns.bins:
            continue
        bins = columns.bins[name]
        content = array if kind == "numeric" else cells_of(array, bins)
        made[name] = summarise(array, bins, place, count, None if kind == "numeric" else content, runs, columns.lookups.get(name))
        if name not in ANSWERS:
            add_column(hashes, content)
        if name in together:
            sample[name] = content[sampled]
    if not together or not all(name in sample for name in together):
        return made, hashes, (np.zeros(count, dtype=np.int64), np.zeros(count), np.zeros(count))
    at, fitted = place[sampled], columns.fitted["together"]
    found = errors(matrix(sample, fitted["shares"], together), fitted["plane"])
    total, squares = (np.asarray(np.bincount(at, part, minlength=count), np.float64) for part in (found, found**2))
    return made, hashes, (np.bincount(at, minlength=count).astype(np.int64), total, squares)


def _facts(
    keys: NDArray[np.int64], place: NDArray[np.int64], times: NDArray[np.int64], table: pa.Table, sketches: list[Sketch]
) -> list[dict[str, Any]]:
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
            "sketch": sketches[i],
        }
        for i in range(count)
    ]
