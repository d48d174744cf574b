"""Drift of the columns together, by any registered method; what took long is kept until rows land or settings change."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from lifecycle.errors import InvalidValue
from lifecycle.monitor.alarms import column_level
from lifecycle.monitor.multivariate import multivariate_test
from lifecycle.monitor.multivariate.registration import MOST, Sample
from lifecycle.monitor.report import window_bounds
from lifecycle.records import MultivariateResult
from lifecycle.stores import kept, versions
from lifecycle.stores import summaries as store
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor import drifting
from lifecycle.verbs.monitor.drift_columns import Monitored, apart, monitored, sources
from lifecycle.verbs.monitor.drift_judging import served
from lifecycle.verbs.monitor.window_rows import as_sample, picked, window_rows
from lifecycle.verbs.remembering import Remembered

__all__ = ["LANDED", "multivariate", "reference_version"]

LANDED = "pca_reconstruction"  # counted when rows land, for every window
FIGURES = ("statistic", "lower", "upper", "p_value", "effect", "threshold")
_references: Remembered[Sample] = Remembered(8)


def multivariate(context: Context, method: str = LANDED, last: int | None = None) -> pd.DataFrame:
    """Drift of the columns together: window, start, end, rows, statistic, lower, upper, threshold, alarm; but for `pca_reconstruction`, which
    is counted when rows land, also p_value, effect and columns (what gives it away, the most telling first).

    Other methods look at about 2,000 rows of each window and of the reference of the version that served it, once: what was found is
    kept. An open window is looked at again when it has grown by a tenth.

    Raises
    ------
    UnknownName : no such method. InvalidValue : `last` is not a number of windows from 1 on.
    """
    test = multivariate_test(method)
    if last is not None and (isinstance(last, bool) or not isinstance(last, int) or last < 1):
        raise InvalidValue(f"last is {last!r}; give the number of the newest windows to look at, from 1 on, or None for all.")
    if method == LANDED:
        found = drifting.multivariate(context)
        return found if last is None else found.tail(last).reset_index(drop=True)
    drifting.catch_up(context)
    columns, rows = monitored(context), store.windows(context.database, context.name)
    rows = rows if last is None else rows[-last:]
    results = [_result(context, columns, row, method) for row in rows] if columns is not None else []
    frame = window_bounds(pd.DataFrame(rows, columns=["window", "first_time", "last_time", "rows"]), context.config.window)
    for name in ("statistic", "lower", "upper", "threshold"):
        frame[name] = np.array([getattr(result, name) for result in results], dtype=np.float64)
    drifted = [result.p_value <= _level(context, row) and result.effect >= test.least for row, result in zip(rows, results, strict=True)]
    frame["alarm"] = np.array(drifted, dtype=bool)
    for name in ("p_value", "effect"):
        frame[name] = np.array([getattr(result, name) for result in results], dtype=np.float64)
    frame["columns"] = pd.Series([list(result.columns) for result in results], dtype=object)
    return frame


def reference_version(context: Context, columns: Monitored, row: Mapping[str, Any]) -> int:
    """The version whose reference a window is judged by: the one that served most of it, else the one that froze the bins."""
    number = served(row)
    known = versions.get(context.database, context.name, number).reference if number else None
    return number if known else columns.version


def _level(context: Context, row: Mapping[str, Any]) -> float:
    return column_level(context.settings.false_alarm_rate, 1, bool(row["closed"]))


def _result(context: Context, columns: Monitored, row: Mapping[str, Any], method: str) -> MultivariateResult:
    version = reference_version(context, columns, row)
    rows = row["rows"] if row["closed"] else -kept.grown(row["rows"])
    state = [rows, version, _level(context, row), context.settings.seed]
    found = kept.kept(context.database, context.name, f"multivariate:{method}", state, row["window"])
    if found is None:
        found = asdict(_looked_at(context, columns, row, method, version))
        found["columns"] = list(found["columns"].items())  # in their order
        kept.keep(context.database, context.name, f"multivariate:{method}", state, found, row["window"])
    figures = {name: math.nan if found[name] is None else float(found[name]) for name in FIGURES}
    return MultivariateResult(**figures, columns={name: float(share) for name, share in found["columns"]})


def _looked_at(context: Context, columns: Monitored, row: Mapping[str, Any], method: str, version: int) -> MultivariateResult:
    sha = versions.get(context.database, context.name, version).reference
    reference = _references.get((str(context.root), context.name, sha, columns.version), lambda: _reference(context, columns, version))
    table = window_rows(context, row["window"], row["rows"], sources(context.schema), MOST)
    current = as_sample(table, context, columns)
    if len(reference.names) < 2:
        raise InvalidValue(f"Project {context.name!r} has {len(reference.names)} monitored column; columns together need two.")
    return multivariate_test(method)(reference, current, _level(context, row), seed=context.settings.seed)


def _reference(context: Context, columns: Monitored, version: int) -> Sample:
    table = context.reference(versions.get(context.database, context.name, version).reference)
    assert table is not None
    table = apart(table, columns, version)
    chosen = np.flatnonzero(picked(np.arange(table.num_rows), 2.0 * MOST / max(table.num_rows, 1)))
    return as_sample(table.take(chosen), context, columns)
