"""Drift by any column's values or bins, from a sample of the rows whose size does not grow with the log."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa

from lifecycle.errors import UnknownName
from lifecycle.monitor.slice_drift import Cells, cell_numbers, cell_values, slice_drift
from lifecycle.stores import versions
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor.performance_views import MOST, cut_of, sampled_rows, windows_between

__all__ = ["drift_slices"]


def drift_slices(context: Context, column: str | None = None, start: datetime | None = None, end: datetime | None = None) -> pd.DataFrame:
    """Which groups of rows have changed: by the values or bins of `column` (default: of each), the windows that have rows in [start, end) against
    the reference, slice by slice. At most 10,000 rows of each are read, in stretches that are drawn at random.

    Raises
    ------
    UnknownName : no such column that can be cut.
    """
    kinds = {one.name: one.kind for one in context.schema.features if one.kind in ("numeric", "categorical")}
    kinds["prediction"] = "numeric" if context.schema.task == "regression" else "categorical"
    if column is not None and column not in kinds:
        raise UnknownName.among("column", column, kinds)
    _, found = windows_between(context, start, end)
    known = next((v for v in versions.versions(context.database, context.name) if v.reference), None)
    before = None if known is None else context.reference(known.reference)
    if before is None or not len(found):
        return slice_drift({}, {})
    names = [name for name in kinds if name in before.column_names]
    if before.num_rows > MOST:
        before = before.take(np.sort(np.random.default_rng(context.settings.seed).choice(before.num_rows, MOST, replace=False)))
    now, total = sampled_rows(context, found, names)
    cuts = {name: cut_of(kinds[name], before[name], now[name]) for name in names}
    cells = {name: cell_values(*cuts[name]) if kinds[name] == "categorical" else _numbers(before[name], now[name]) for name in names}
    return slice_drift({name: cuts[name] for name in names if column in (None, name)}, cells, total / max(1, now.num_rows))


def _numbers(before: pa.ChunkedArray, now: pa.ChunkedArray) -> Cells:
    return cell_numbers(*(np.asarray(side.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64) for side in (before, now)))
