"""What would have alarmed under other settings, from what is stored of the windows; nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from lifecycle.monitor.alarms import decide, fewest_rows
from lifecycle.monitor.summaries import decode
from lifecycle.stores import summaries as store
from lifecycle.verbs.configuring import changed
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor import drifting
from lifecycle.verbs.monitor.drift_columns import Monitored, monitored, reference_counts
from lifecycle.verbs.monitor.drift_dependence import measured
from lifecycle.verbs.monitor.drift_policy import Policy, policy
from lifecycle.verbs.monitor.drift_stored import alike, stored_summary
from lifecycle.verbs.monitor.drift_verdicts import Verdicts, conclude, judge_column, stored_verdicts

__all__ = ["preview_alarms"]

COLUMNS = ("window", "start", "end", "alarm", "would_alarm", "columns", "would_columns")


def preview_alarms(context: Context, changes: Mapping[str, Any]) -> pd.DataFrame:
    """window, start, end, alarm, would_alarm, columns, would_columns: what alarms, and what would under changed settings.

    Raises
    ------
    UnknownName, InvalidValue : as `configure` would.
    """
    now, then = context.settings, changed(context, changes)
    frame = drifting.alarms(context)
    columns = monitored(context)
    if columns is None or not len(frame):
        return frame.assign(would_alarm=frame["alarm"], would_columns=frame["columns"])[list(COLUMNS)]
    window = context.config.window
    rows = store.windows(context.database, context.name)
    found = _judged_anew(context, columns, policy(now, window), policy(then, window), rows)
    concluded = conclude(policy(then, window), tuple(columns.bins), found)
    return frame.assign(would_alarm=concluded.alarm, would_columns=pd.Series([list(names) for names in concluded.columns], dtype=object))[
        list(COLUMNS)
    ]


def _judged_anew(context: Context, columns: Monitored, now: Policy, then: Policy, rows: Sequence[Mapping[str, Any]]) -> Verdicts:
    """By other rules: from the stored p-values and effects where the test stays, from the stored counts where it changes or had too few rows."""
    names, keys = tuple(columns.bins), [int(row["window"]) for row in rows]
    sizes = np.array([row["rows"] for row in rows], dtype=np.float64)
    found = stored_verdicts(context, names, keys)
    for version, closed, at in alike(rows):
        references = reference_counts(context, columns, version)
        level = then.level(len(names), closed)
        together = measured(context, columns, version) if None in (now.inflation, then.inflation) else {}
        for j, name in enumerate(names):
            if name not in references:
                continue
            bins, counts = columns.bins[name], decode(references[name]["counts"])
            test = then.test(name, bins, counts)
            as_one, as_one_now = then.rows_as_one(together, name), now.rows_as_one(together, name)
            small = sizes[at] / as_one < fewest_rows(level, float(counts.sum()) / as_one)
            stays = now.test(name, bins, counts).name == test.name and as_one == as_one_now
            again = at[~small & (np.isnan(found.p_values[at, j]) | (not stays))]
            drifted = decide(found.p_values[at, j], found.effects[at, j], level, then.least_of(test), then.threshold(name, bins.kind))
            found.drifted[at, j], found.p_values[at[small], j] = drifted & ~small, np.nan
            if len(again):
                made = stored_summary(context, name, bins, [keys[i] for i in again])
                one = judge_column(then, bins, name, counts, made, np.arange(len(again)), level, as_one)
                found.p_values[again, j], found.effects[again, j], found.drifted[again, j] = one.p_value, one.effect, one.drifted
    return found
