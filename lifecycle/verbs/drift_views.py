"""What the pages look at closely: one column of one window beside its reference, and the rows that make it differ."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from lifecycle.errors import UnknownName
from lifecycle.monitor import windows
from lifecycle.monitor.distribution import side_by_side, surprise
from lifecycle.monitor.report import window_bounds
from lifecycle.monitor.summaries import Counts, cells_of, decode
from lifecycle.records import DriftColumn
from lifecycle.stores import summaries as store
from lifecycle.verbs.context import Context
from lifecycle.verbs.drift_columns import Monitored, monitored, reference_counts, sources, values
from lifecycle.verbs.drift_judging import served
from lifecycle.verbs.drifting import catch_up

__all__ = ["drift_column", "drift_samples", "project_windows"]

_ROWS = 50_000  # of a window are looked at for samples


def project_windows(context: Context) -> pd.DataFrame:
    """The windows in order: window, start, end, rows."""
    catch_up(context)
    found = context.database.frame("SELECT window, first_time, last_time, rows FROM drift_windows WHERE project = ? ORDER BY window", (context.name,))
    return window_bounds(found, context.config.window)


def drift_column(context: Context, column: str, window: str | None = None) -> DriftColumn:
    """A column of a window (default: the newest) beside the reference that it is judged by, on at most 30 bins.

    Raises
    ------
    UnknownName : no such monitored column or window.
    """
    columns, row, reference = _place(context, column, window)
    bins = columns.bins[column]
    stored = store.summaries(context.database, context.name, column, [row["window"]])
    current = decode(stored[0]["counts"]) if stored else np.zeros(bins.cells, dtype=np.int64)
    unseen = json.loads(stored[0]["unseen"]) if stored else {}
    return DriftColumn(column, windows.name(row["window"], context.config.window), bins.kind, side_by_side(bins, reference, current, unseen))


def drift_samples(context: Context, window: str, column: str | None = None, n: int = 50) -> pd.DataFrame:
    """Rows of one window, the most unusual first: id, time, prediction, label (None while unknown), the column's `value`, `unusual`.

    A row is as unusual as the share of the window beside the share of the reference in the column's bin that it falls into (its
    logarithm), over all columns when none is named. Reads the rows of this window alone, at most 50,000 of them.

    Raises
    ------
    UnknownName : no such monitored column or window.
    """
    columns, row, _ = _place(context, column, window)
    names = [column] if column else list(columns.bins)
    table = _rows(context, row["window"])
    version = served(row)
    references = reference_counts(context, columns, version)
    unusual, shown = np.zeros(table.num_rows), None
    for name, _, array in values(table, context.schema, columns.fitted):
        if name in names and name in references:
            unusual += surprise(cells_of(array, columns.bins[name]), columns.bins[name], decode(references[name]["counts"]))
            if name == column:
                shown = array
    order = np.argsort(-unusual, kind="stable")[:n]
    chosen = table.take(order)
    known = {str(value): value for value in context.schema.classes}
    ids = chosen.column("id").to_pylist()
    predictions: list[Any] = chosen.column("prediction").to_pylist()
    frame = {
        "id": ids,
        "time": chosen.column("time").to_pandas(),
        "prediction": [known.get(p, p) for p in predictions],
        "label": _labels(context, ids),
    }
    if shown is not None:
        frame["value"] = [shown[int(i)].as_py() if hasattr(shown[int(i)], "as_py") else float(shown[i]) for i in order]
    return pd.DataFrame(frame | {"unusual": unusual[order]})


def _place(context: Context, column: str | None, window: str | None) -> tuple[Monitored, dict[str, Any], Counts]:
    catch_up(context)
    columns = monitored(context)
    rows = store.windows(context.database, context.name)
    by = context.config.window
    by_name = {windows.name(row["window"], by): row for row in rows}
    if columns is None or not rows or (window is not None and window not in by_name):
        raise UnknownName.among("window", window or "the newest", list(by_name)[-10:])
    if column is not None and column not in columns.bins:
        raise UnknownName.among("monitored column", column, columns.bins)
    row = rows[-1] if window is None else by_name[window]
    found = reference_counts(context, columns, served(row)) if column else {}
    return columns, row, decode(found[column]["counts"]) if column in found else np.zeros(0, dtype=np.int64)


def _rows(context: Context, key: int) -> Any:
    """The rows of one window, an even spread of at most 50,000 of them."""
    names = ["id", "time", *sources(context.schema)]
    start, end = windows.bounds(key, context.config.window)
    if isinstance(start, datetime) and isinstance(end, datetime):
        table = context.log().read(names, start=start, end=end)
    else:
        table = context.log().read(names, after=int(start) - 1, until=int(end) - 1)  # type: ignore[arg-type]
    step = -(-table.num_rows // _ROWS)
    return table.take(np.arange(0, table.num_rows, step)) if step > 1 else table


def _labels(context: Context, ids: list[str]) -> list[Any]:
    sql = """SELECT c.id, l.value FROM current_labels c JOIN labels l ON l.no = c.no
             WHERE c.project = ? AND c.id IN (SELECT value FROM json_each(?))"""
    found = {row["id"]: json.loads(row["value"]) for row in context.database.rows(sql, (context.name, json.dumps(ids)))}
    return [found.get(id) for id in ids]
