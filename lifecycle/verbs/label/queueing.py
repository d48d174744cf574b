"""What is in the queue."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lifecycle.monitor import windows
from lifecycle.verbs.context import Context
from lifecycle.verbs.label.samples import rows_at

__all__ = ["summary"]

NAMES = {"query": "picked by the strategy", "audit": "drawn at random", "request": "asked for"}


def summary(context: Context) -> pd.DataFrame:
    """How many samples wait for somebody, counted three times over: by ("class", "window", "purpose"), value, waiting.

    Classes are what the model answered. What filtered sittings took and did not answer is not counted until the next ranking.
    """
    sql = """SELECT seq, predicted, CASE WHEN ranking = 0 THEN 'request' ELSE purpose END AS purpose FROM tasks
             WHERE project = ? AND open > 0 AND strategy != 'filtered'"""
    found = context.database.frame(sql, (context.name,))
    known = {str(name): name for name in context.schema.classes}
    parts = [
        ("class", found["predicted"].dropna().map(lambda said: known.get(said, said))),
        ("window", _windows(context, found["seq"].to_numpy(dtype=np.int64))),
        ("purpose", found["purpose"].map(NAMES)),
    ]
    rows = [(by, value, int(count)) for by, values in parts for value, count in values.value_counts(sort=by != "window").items()]
    return pd.DataFrame(rows, columns=["by", "value", "waiting"])


def _windows(context: Context, seqs: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pd.Series:
    """The name of each row's window, in the order of windows."""
    rule, seqs = windows.parse(context.config.window), np.sort(seqs)
    times = None if rule.by_rows or not len(seqs) else rows_at(context, seqs, ["time"])["time"].to_pandas()
    keys = np.sort(windows.window_keys(times if times is not None else pd.DatetimeIndex([]), seqs, context.config.window))
    return pd.Series([windows.name(key, context.config.window) for key in keys.tolist()], dtype=object)
