"""How many rows of each column count as one, as a version's reference shows; measured once and kept."""

from __future__ import annotations

import numpy as np

from lifecycle.monitor.alarming.autocorrelation import rows_as_one
from lifecycle.monitor.summaries import cells_of
from lifecycle.stores import summaries as store
from lifecycle.stores import versions
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor.drift_columns import Monitored, values

__all__ = ["measured"]

_NEWEST = 50_000


def measured(context: Context, columns: Monitored, version: int) -> dict[str, float]:
    """By column, on the newest rows of the reference in order of time, or in the order they were given without times; of the version
    that froze the cells where this one has no reference."""
    found = store.dependence(context.database, context.name, version)
    if found:
        return found
    table = context.reference(versions.get(context.database, context.name, version).reference if version else None)
    if table is None:
        return measured(context, columns, columns.version) if version != columns.version else {}
    if "time" in table.column_names:
        table = table.sort_by("time")
    newest = table.slice(max(table.num_rows - _NEWEST, 0))
    for name, kind, array in values(newest, context.schema, columns.fitted):
        if name in columns.bins:
            series = array if kind == "numeric" else cells_of(array, columns.bins[name])
            found[name] = rows_as_one(np.asarray(series), kind)
    store.keep_dependence(context.database, context.name, version, found)
    return found
