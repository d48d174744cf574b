"""Data quality and the multivariate view of the windows that rows have landed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lifecycle.monitor import windows
from lifecycle.monitor.components import judge_errors
from lifecycle.monitor.quality import ColumnFacts, Findings, WindowFacts, check_column, check_windows
from lifecycle.monitor.sketch import SLOTS, decode_sketch, repeated
from lifecycle.monitor.summaries import Summary, decode
from lifecycle.stores import summaries as store
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor.drift_columns import ANSWERS, Monitored
from lifecycle.verbs.monitor.drift_counting import Step

__all__ = ["derive_quality", "derive_together"]

_RATE = 0.01  # of drift-free windows that any check fails in, about
_BEFORE = 8


def derive_quality(
    context: Context, columns: Monitored, rows: Sequence[Mapping[str, Any]], made: Mapping[str, Summary], references: Mapping[str, Mapping[str, Any]]
) -> None:
    """Check windows, given as stored rows, from their whole summaries against the reference that froze the bins."""
    names = [name for name in made if name in references and name not in ANSWERS]
    level = _RATE / max(3 * len(names), 1)
    keys = [row["window"] for row in rows]
    found: list[tuple[Any, ...]] = []
    for name in names:
        reference = _as_summary(references[name])
        found += _rows(keys, name, check_column(ColumnFacts(columns.bins[name], reference, made[name], level)))
    found += _rows(keys, "", check_windows(_window_facts(context, columns, rows)))
    store.keep_quality(context.database, context.name, found)


def derive_together(context: Context, columns: Monitored, step: Step) -> None:
    """Add the reconstruction errors of a step's rows to those of their windows, and judge the windows by them."""
    state = columns.fitted["together"]["plane"]
    if not state["axes"]:
        return
    known = store.multivariate(context.database, context.name, step.keys.tolist())
    before = np.array([known.get(key, (0, 0.0, 0.0)) for key in step.keys.tolist()], dtype=np.float64).reshape(-1, 3)
    rows = step.errors[0] + before[:, 0].astype(np.int64)
    total, squares = step.errors[1] + before[:, 1], step.errors[2] + before[:, 2]
    judged = judge_errors(rows, total, squares, state, context.settings.false_alarm_rate)
    figures = (figure.tolist() for figure in (rows, total, squares, *judged[:4], judged[4].astype(int)))
    store.keep_multivariate(context.database, context.name, zip(step.keys.tolist(), *figures, strict=True))


def _window_facts(context: Context, columns: Monitored, rows: Sequence[Mapping[str, Any]]) -> WindowFacts:
    sketches = [decode_sketch(row["sketch"]) for row in rows]
    earlier = store.rows_before(context.database, context.name, int(rows[0]["window"]), _BEFORE) if rows else []
    timed = not windows.parse(context.config.window).by_rows
    return WindowFacts(
        np.array([row["rows"] for row in rows], dtype=np.int64),
        np.array([bool(row["closed"]) for row in rows]),
        np.array(earlier, dtype=np.int64),
        np.array([repeated(sketch) for sketch in sketches]),
        float(columns.fitted["repeated"]),
        int(columns.fitted["rows"]),
        np.array([sketch[2] for sketch in sketches]).reshape(-1, SLOTS) if timed else np.empty((len(rows), 0), dtype=np.int64),
        _RATE / 3,
    )


def _rows(keys: Sequence[int], column: str, found: Mapping[str, Findings]) -> list[tuple[Any, ...]]:
    rows = []
    for check, findings in found.items():
        expected = [findings.expected] * len(keys) if isinstance(findings.expected, str) else findings.expected
        checked = zip(keys, findings.value.tolist(), expected, findings.failed.astype(int).tolist(), strict=True)
        rows += [(key, column, check, value, words, failed) for key, value, words, failed in checked]
    return rows


def _as_summary(row: Mapping[str, Any]) -> Summary:
    low, high, total, squares = (np.array([row[name]], dtype=np.float64) for name in ("low", "high", "total", "squares"))
    return Summary(decode(row["counts"])[None, :], low, high, total, squares)
