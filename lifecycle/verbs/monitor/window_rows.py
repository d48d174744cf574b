"""Some rows of one window, read when somebody looks closely: picked by their number's hash, so that each look draws the same."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lifecycle.monitor import windows
from lifecycle.monitor.multivariate.registration import Sample
from lifecycle.monitor.summaries import cells_of
from lifecycle.verbs.context import Context
from lifecycle.verbs.label.samples import rows_at
from lifecycle.verbs.monitor.drift_columns import ANSWERS, Monitored, values

__all__ = ["as_sample", "picked", "window_rows", "window_seqs"]


def window_rows(context: Context, key: int, rows: int, names: list[str], most: int) -> pa.Table:
    """About `most` rows of a window of `rows` rows, with `seq`, in order. Of the window's other rows their time alone is read."""
    chosen = window_seqs(context, key, most / max(rows, 1))
    return rows_at(context, chosen, names) if len(chosen) else context.log().read(names, until=0)


def window_seqs(context: Context, key: int, share: float = 1.0) -> NDArray[np.int64]:
    """The numbers of a share of a window's rows, in order."""
    start, end = windows.bounds(key, context.config.window)
    if isinstance(start, datetime) and isinstance(end, datetime):
        batches = context.log().batches(["time"], start=start, end=end)
        seqs = [seq[picked(seq, share)] for seq in (np.asarray(batch["seq"], dtype=np.int64) for batch in batches)]
        return np.concatenate(seqs) if seqs else np.empty(0, dtype=np.int64)
    every = np.arange(int(start), min(int(end), context.log().rows + 1))  # type: ignore[arg-type]
    return every[picked(every, share)]


def picked(seqs: NDArray[np.int64], share: float) -> NDArray[np.bool_]:
    """Which rows are drawn: a share of them, by their number alone.

    >>> bool(980 < picked(np.arange(10_000), 0.1).sum() < 1020)
    True
    """
    drawn = (seqs.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)
    return np.asarray(drawn < min(share, 1.0) * 2.0**32)


def as_sample(table: pa.Table, context: Context, columns: Monitored) -> Sample:
    """Rows as the multivariate tests take them: the monitored columns but the answers, categories as codes of their frozen cells."""
    names, parts, categorical = [], [], []
    for name, kind, array in values(table, context.schema, columns.fitted):
        if name in ANSWERS or name not in columns.bins:
            continue
        names.append(name)
        categorical.append(kind != "numeric")
        if kind == "numeric":
            parts.append(np.asarray(array, dtype=np.float64))
        else:
            cells: Any = cells_of(array, columns.bins[name]) - 1.0
            parts.append(np.where(cells < 0, np.nan, cells))
    matrix = np.column_stack(parts) if parts else np.empty((table.num_rows, 0))
    return Sample(matrix, np.array(categorical, dtype=bool), tuple(names))
