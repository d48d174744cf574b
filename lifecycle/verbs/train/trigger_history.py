"""When a trigger would have fired in the past: the same decisions on what was known at each moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from lifecycle.records import Trigger
from lifecycle.stores import calls, versions
from lifecycle.train import evaluation
from lifecycle.train.triggers import Facts, check, decide
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor import drifting, performing
from lifecycle.verbs.predictions import recording
from lifecycle.verbs.train import triggering

__all__ = ["preview_trigger"]

MOMENTS = 400
Known = Callable[[datetime, datetime], dict[str, Any]]


def preview_trigger(context: Context, trigger: Trigger) -> pd.DataFrame:
    """When this trigger would have fired since the project began, had each firing retrained the model: time, reason, figures.

    It looks at up to 400 moments, evenly spaced. What is new counts from the firing before; what a retraining would have changed
    in the predictions is not known, so that windows and errors are those of the models that answered.

    Raises
    ------
    UnknownName, InvalidValue : the trigger is not allowed.
    """
    check(trigger)
    started, now = context.config.created, context.now()
    known = _PAST.get(trigger.kind, _nothing)(context)
    fired: list[datetime] = []
    rows = []
    for moment in pd.date_range(started, max(now, started), periods=MOMENTS)[1:]:
        time = moment.to_pydatetime()
        since = fired[-1] if fired else started
        given = Facts(time, started, since, since, tuple(fired), **known(time, since))
        decision = decide(trigger, given)
        if decision.state.fires:
            fired.append(time)
            rows.append([time, decision.state.reason, decision.figures])
    return pd.DataFrame(rows, columns=["time", "reason", "figures"])


def _nothing(context: Context) -> Known:
    return lambda time, since: {}


def _labels(context: Context) -> Known:
    sql = "SELECT l.time FROM current_labels c JOIN labels l ON l.no = c.no WHERE c.project = ? AND c.seq IS NOT NULL"
    times = _sorted([row["time"] for row in context.database.rows(sql, (context.name,))])
    return lambda time, since: {"labels": _between(times, since, time)}


def _volume(context: Context) -> Known:
    batches = [batch["time"].to_numpy(zero_copy_only=False) for batch in context.log().batches(["time"])]
    times = np.sort(np.concatenate(batches)).astype("datetime64[us]") if batches else np.empty(0, "datetime64[us]")
    return lambda time, since: {"rows": _between(times, since, time)}


def _drift(context: Context) -> Known:
    frame = drifting.drift(context).alarms
    return lambda time, since: {"drift": frame[frame["end"] <= pd.Timestamp(time)]}


def _performance(context: Context) -> Known:
    metric = performing.headline(context)
    frame = performing.performance(context, [metric]).frame
    better = "lower" if metric in evaluation.LOWER_IS_BETTER else "higher"
    return lambda time, since: {"performance": frame[frame["end"] <= pd.Timestamp(time)], "better": better}


def _concept(context: Context) -> Known:
    frame, champion = recording.labelled(context), versions.champion(context.database, context.name)
    if champion is None or not len(frame):
        return _nothing(context)
    frame = frame[frame["purpose"] != "query"]
    losses, times = triggering.losses(context, frame, champion), _sorted(frame["time"])

    def between(time: datetime, since: datetime) -> dict[str, Any]:
        part = slice(np.searchsorted(times, _plain(since)), np.searchsorted(times, _plain(time)))
        return {"losses": losses[part], "detectors": triggering.DETECTORS}

    return between


def _external(context: Context) -> Known:
    found = calls.calls(context.database, context.name)
    return lambda time, since: {"calls": tuple(call for call in found if since < call["time"] <= time)}


_PAST: dict[str, Callable[[Context], Known]] = {
    "labels": _labels,
    "volume": _volume,
    "drift": _drift,
    "performance": _performance,
    "concept": _concept,
    "external": _external,
}


def _sorted(times: Any) -> np.ndarray[Any, Any]:
    found = pd.DatetimeIndex(pd.to_datetime(pd.Series(times, dtype=object), utc=True, format="ISO8601"))
    return np.sort(found.tz_localize(None).to_numpy().astype("datetime64[us]"))


def _plain(time: datetime) -> Any:
    return pd.Timestamp(time).tz_convert("UTC").tz_localize(None).as_unit("us").to_datetime64()


def _between(times: np.ndarray[Any, Any], since: datetime, until: datetime) -> int:
    return int(np.searchsorted(times, _plain(until), side="right") - np.searchsorted(times, _plain(since), side="right"))
