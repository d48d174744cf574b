"""Any two stretches of windows beside one another: every column's difference, and one column's distributions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.monitor import windows
from lifecycle.monitor.distribution import side_by_side
from lifecycle.monitor.ranges import Stretch, described, joined, ordered
from lifecycle.monitor.summaries import Bins, Summary, decode
from lifecycle.records import DriftColumn
from lifecycle.stores import cursors
from lifecycle.stores import summaries as store
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor.drift_columns import Monitored, monitored, reference_counts
from lifecycle.verbs.monitor.drift_policy import policy
from lifecycle.verbs.monitor.drift_stored import served
from lifecycle.verbs.monitor.drift_verdicts import judge_column
from lifecycle.verbs.monitor.drifting import CONSUMER, catch_up
from lifecycle.verbs.remembering import Remembered

__all__ = ["Range", "compare_ranges", "range_column", "rows_between"]

Range: TypeAlias = str | tuple[str, str] | None

_BLOCK = 64  # windows whose counts are kept added up
_blocks: Remembered[Stretch] = Remembered(4_096)


@dataclass(frozen=True, slots=True)
class _Sides:
    """What is compared: the frozen columns, the stored windows of `a` (None: the reference) and of `b`, and their names."""

    columns: Monitored
    a: list[dict[str, Any]] | None
    b: list[dict[str, Any]]
    every: list[int]


def compare_ranges(context: Context, a: Range = None, b: Range = None) -> pd.DataFrame:
    """Every column of the windows `b` (default: the newest) against the windows `a` (default: the reference), the most different first.

    A range is a window's name, or the names of its first and last window. Counts are merged, so the cost does not depend on the rows.
    Columns: column, kind, test, rows_a, rows_b, statistic, p_value, effect, threshold, drifted, median_a, median_b (NaN for
    categories), missing_a, missing_b (shares). Judged by the same tests, rate and thresholds as a window is.

    Raises
    ------
    UnknownName, InvalidValue : no such window, or a last window before the first.
    """
    sides = _sides(context, a, b)
    rules = policy(context.settings, context.config.window)
    level = rules.level(len(sides.columns.bins), closed=True)
    rows = []
    for name, bins in sides.columns.bins.items():
        first, second = _pair(context, sides, name)
        if first is not None:
            nothing = np.zeros(1)
            made = Summary(second.counts[None, :], nothing, nothing, nothing, nothing, (second.unseen,))
            found = judge_column(rules, bins, name, first.counts, made, np.zeros(1, dtype=np.int64), level, rules.inflation or 1.0)
            rows.append(described(name, bins, first, second, found))
    return ordered(rows)


def range_column(context: Context, column: str, a: Range = None, b: Range = None) -> DriftColumn:
    """One column of the windows `b` beside the windows `a`, on at most 30 bins; ranges as `compare_ranges` takes them.

    Raises
    ------
    UnknownName, InvalidValue : no such monitored column or window, or a last window before the first.
    """
    sides = _sides(context, a, b)
    if column not in sides.columns.bins:
        raise UnknownName.among("monitored column", column, sides.columns.bins)
    bins = sides.columns.bins[column]
    first, second = _pair(context, sides, column)
    before = np.zeros(bins.cells, dtype=np.int64) if first is None else first.counts
    ends = [windows.name(row["window"], context.config.window) for row in (sides.b[0], sides.b[-1])]
    name = ends[0] if ends[0] == ends[1] else f"{ends[0]}..{ends[1]}"
    return DriftColumn(column, name, bins.kind, side_by_side(bins, before, second.counts, second.unseen))


def rows_between(context: Context, span: Range) -> list[dict[str, Any]]:
    """The stored windows of a range in order; the newest one where it is None.

    Raises
    ------
    UnknownName, InvalidValue : no such window, or a last window before the first.
    """
    catch_up(context)
    rows = store.windows(context.database, context.name)
    by = context.config.window
    place = {windows.name(row["window"], by): at for at, row in enumerate(rows)}
    ends = (span, span) if isinstance(span, str) else span
    if ends is None:
        ends = (list(place)[-1],) * 2 if place else ("the newest",) * 2
    if len(ends) != 2:
        raise InvalidValue(f"The range {span!r} is not understood; give a window's name, or those of the first and the last.")
    for name in ends:
        if name not in place:
            raise UnknownName.among("window", name, list(place)[-10:])
    first, last = place[ends[0]], place[ends[1]]
    if last < first:
        raise InvalidValue(f"The range ends with {ends[1]}, before {ends[0]}, where it begins; give the first window first.")
    return rows[first : last + 1]


def _sides(context: Context, a: Range, b: Range) -> _Sides:
    after = rows_between(context, b)
    before = None if a is None else rows_between(context, a)
    columns = monitored(context)
    assert columns is not None  # there are windows, so the columns are frozen
    return _Sides(columns, before, after, list(store.window_rows(context.database, context.name)))


def _pair(context: Context, sides: _Sides, name: str) -> tuple[Stretch | None, Stretch]:
    bins = sides.columns.bins[name]
    second = _stretch(context, name, bins, [row["window"] for row in sides.b], sides.every)
    if sides.a is not None:
        return _stretch(context, name, bins, [row["window"] for row in sides.a], sides.every), second
    by_version: dict[int, int] = {}
    for row in sides.b:
        by_version[served(row)] = by_version.get(served(row), 0) + row["rows"]
    version = max(by_version, key=lambda version: (by_version[version], version))
    found = reference_counts(context, sides.columns, version)
    return (Stretch(decode(found[name]["counts"]), {}) if name in found else None), second


def _stretch(context: Context, name: str, bins: Bins, keys: list[int], every: list[int]) -> Stretch:
    """The windows of a column together. Whole blocks of windows are added up once and remembered, so that a long range is quick."""
    position = cursors.position(context.database, context.name, CONSUMER)
    identity = (str(context.database.path), context.name, context.config.created, position, name)
    wanted = set(keys)
    by_block: dict[int, list[int]] = {}
    for key in every:
        by_block.setdefault(key // _BLOCK, []).append(key)
    parts, single = [], []
    for block, members in by_block.items():
        held = [key for key in members if key in wanted]
        if len(held) == len(members) and len(members) > 1:
            parts.append(_blocks.get((*identity, block), lambda members=members: _added(context, name, bins, members)))  # type: ignore[misc]
        else:
            single += held
    parts.append(_added(context, name, bins, single))
    return joined([part.counts for part in parts], [part.unseen for part in parts], bins.cells)


def _added(context: Context, name: str, bins: Bins, keys: Sequence[int]) -> Stretch:
    rows = store.summaries(context.database, context.name, name, keys) if keys else []
    return joined((decode(row["counts"]) for row in rows), (json.loads(row["unseen"]) for row in rows if row["unseen"] != "{}"), bins.cells)
