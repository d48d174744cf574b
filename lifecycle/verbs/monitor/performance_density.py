"""Where density ratios are asked for: what they add to the estimate of each window, from a sample of its rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from lifecycle.monitor.performance.estimated import Moved
from lifecycle.monitor.performance.layout import layout_of
from lifecycle.monitor.performance.reweighted import MOST, corrected
from lifecycle.monitor.performance.row_model import RowModel
from lifecycle.monitor.windows import window_keys
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor.performance_rows import Ints, columns_of, rows_of

__all__ = ["moved_by_density"]


def moved_by_density(context: Context, models: Mapping[int, RowModel], found: pd.DataFrame) -> Moved | None:
    """For each row of `found` (window, version, first_seq, last_seq): what to add to its guessed channel means, and their covariance.

    None where no model reweights. At most 4,000 rows of a window are read, the same ones each time.
    """
    if all(model.reweighting is None for model in models.values()):
        return None
    layout = layout_of(context.schema, context.settings.costs)
    c = len(layout.channels)
    shift, doubt = np.zeros((len(found), c)), np.zeros((len(found), c, c))
    names = columns_of(context, layout)
    for place, (window, version, first, last) in enumerate(found[["window", "version", "first_seq", "last_seq"]].to_numpy(dtype=np.int64).tolist()):
        model = models[version]
        if model.reweighting is None:
            continue
        table = context.log().take(_sample(first, last, context.settings.seed).tolist(), names)
        times = np.asarray(table["time"].cast(pa.int64()), dtype=np.int64)
        keys = window_keys(times, np.asarray(table["seq"], dtype=np.int64), context.config.window)
        mine = (keys == window) & (np.asarray(table["version"].cast(pa.int64()), dtype=np.int64) == version)
        rows = rows_of(table.filter(pa.array(mine)), layout, context.schema.probability_columns())
        if len(rows) and rows.features is not None and (rows.probabilities is not None or layout.task == "regression"):
            shift[place], doubt[place] = corrected(model.reweighting, model.table(rows), context.settings.seed)
    return shift, doubt


def _sample(first: int, last: int, seed: int) -> Ints:
    """Places in the log, in order."""
    if last - first < MOST:
        return np.arange(first, last + 1)
    return np.unique(np.random.default_rng([seed, first]).integers(first, last + 1, MOST))
