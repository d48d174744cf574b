"""What other limits on performance would have alarmed about, before anybody sets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from lifecycle.errors import InvalidValue
from lifecycle.verbs.configuring import require_settings
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor import performing

__all__ = ["preview_limits"]

LINES = ("assisted", "realized", "estimated")


def preview_limits(context: Context, metric: str | None = None, limit: float | None = None, rate: float | None = None) -> pd.DataFrame:
    """One metric's windows as they are judged now and as another limit, or false-alarm rate, would judge them. Nothing is changed.

    window, start, end, line (the one that is judged), value, lower, upper, threshold_lower, threshold_upper, alarm,
    would_lower, would_upper, would_alarm. `limit` None: learned from the reference.

    Raises
    ------
    UnknownName, InvalidValue : no such metric for this task, or a number outside what is allowed.
    """
    name = metric or performing.headline(context)
    now = performing.performance(context, [name]).frame
    thresholds: Mapping[str, float] = {key: value for key, value in context.settings.thresholds.items() if key != name}
    if limit is not None:
        if isinstance(limit, bool) or limit != limit:
            raise InvalidValue(f"The limit of {name} is {limit!r}; give a number, or None for the one that the reference gives.")
        thresholds = {**thresholds, name: float(limit)}
    settings = replace(context.settings, thresholds=thresholds, false_alarm_rate=context.settings.false_alarm_rate if rate is None else rate)
    require_settings(settings, context.schema.task)
    would = performing.judged(replace(context, draft_settings=settings), [name])  # derived by now: nothing is written by these settings
    kept = now[["window", "start", "end", "line", "threshold_lower", "threshold_upper", "alarm"]]
    for part, end in (("value", ""), ("lower", "_lower"), ("upper", "_upper")):
        choices = [now[f"{line}{end}"] for line in LINES]
        kept = kept.assign(**{part: np.select([now["line"] == line for line in LINES], choices, np.nan)})
    limits = {f"would_{side}": would[f"threshold_{side}"].to_numpy() for side in ("lower", "upper")}
    return kept.assign(**limits, would_alarm=would["alarm"].to_numpy())
