"""The rows that make windows differ, the most unusual first, as few or as many columns and values as are asked for."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lifecycle.errors import UnknownName
from lifecycle.monitor import windows
from lifecycle.monitor.distribution import members, surprise
from lifecycle.monitor.summaries import cells_of, decode
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor.drift_columns import monitored, reference_counts, sources, values
from lifecycle.verbs.monitor.drift_stored import served
from lifecycle.verbs.monitor.range_views import Range, range_column, rows_between

__all__ = ["drift_samples", "labels_of"]

_ROWS = 50_000  # of a window are looked at for samples
_WINDOWS = 12  # of a longer range are looked at, evenly spread


def drift_samples(context: Context, window: Range, column: str | None = None, n: int = 50, bin: str | None = None) -> pd.DataFrame:
    """Rows of a window, or of a range of windows, the most unusual first: id, time, prediction, label (None while unknown), the
    column's `value`, `unusual`.

    A row is as unusual as the share of the window beside the share of the reference in the column's bin that it falls into (its
    logarithm), over all columns when none is named. `bin`: only rows that fall into this bin, as `range_column` names it. Reads at
    most 50,000 rows, of a long range those of 12 windows evenly spread over it.

    Raises
    ------
    UnknownName, InvalidValue : no such monitored column, window or bin.
    """
    found = rows_between(context, window)
    columns = monitored(context)
    assert columns is not None  # there are windows, so the columns are frozen
    if column is not None and column not in columns.bins:
        raise UnknownName.among("monitored column", column, columns.bins)
    at = np.unique(np.linspace(0, len(found) - 1, min(len(found), _WINDOWS)).round().astype(int))
    table = pa.concat_tables([_rows(context, found[i]["window"], _ROWS // len(at)) for i in at], promote_options="permissive")
    references = reference_counts(context, columns, served(found[-1]))
    unusual, inside = np.zeros(table.num_rows), np.ones(table.num_rows, dtype=bool)
    shown = None
    for name, _, array in values(table, context.schema, columns.fitted):
        if name not in columns.bins or name not in references or (column is not None and name != column):
            continue
        bins, reference = columns.bins[name], decode(references[name]["counts"])
        cells = cells_of(array, bins)
        unusual += surprise(cells, bins, reference)
        if name == column:
            shown = array
            if bin is not None:
                frame = range_column(context, name, None, window).frame
                if bin not in set(frame["bin"]):
                    raise UnknownName.among("bin", bin, frame["bin"])
                inside = members(bins, frame, bin, array, cells)
    order = np.argsort(-unusual, kind="stable")
    order = order[inside[order]][:n]
    return _frame(context, table.take(pa.array(order)), shown, order).assign(unusual=unusual[order])


def labels_of(context: Context, ids: list[str]) -> list[Any]:
    """The labels that count of these predictions, None where there is none yet."""
    sql = """SELECT c.id, l.value FROM current_labels c JOIN labels l ON l.no = c.no
             WHERE c.project = ? AND c.id IN (SELECT value FROM json_each(?))"""
    found = {row["id"]: json.loads(row["value"]) for row in context.database.rows(sql, (context.name, json.dumps(ids)))}
    return [found.get(id) for id in ids]


def _frame(context: Context, chosen: pa.Table, shown: Any, order: Any) -> pd.DataFrame:
    known = {str(value): value for value in context.schema.classes}
    ids = chosen.column("id").to_pylist()
    frame: dict[str, Any] = {
        "id": ids,
        "time": chosen.column("time").to_pandas(),
        "prediction": [known.get(given, given) for given in chosen.column("prediction").to_pylist()],
        "label": labels_of(context, ids),
    }
    if shown is not None:
        frame["value"] = [shown[int(i)].as_py() if hasattr(shown[int(i)], "as_py") else float(shown[i]) for i in order]
    return pd.DataFrame(frame)


def _rows(context: Context, key: int, most: int) -> pa.Table:
    """The rows of one window, an even spread of at most `most` of them."""
    names = ["id", "time", *sources(context.schema)]
    start, end = windows.bounds(key, context.config.window)
    if isinstance(start, datetime) and isinstance(end, datetime):
        table = context.log().read(names, start=start, end=end)
    else:
        table = context.log().read(names, after=int(start) - 1, until=int(end) - 1)  # type: ignore[arg-type]
    step = -(-table.num_rows // most)
    return table.take(np.arange(0, table.num_rows, step)) if step > 1 else table
