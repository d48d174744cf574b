"""When a trigger would have fired in the past: the same decisions on what was known at each moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lifecycle.records import Change, ModelVersion, Trigger
from lifecycle.stores import calls, labels, versions
from lifecycle.train import evaluation
from lifecycle.train.triggers import Facts, check, decide
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor import drifting, performing
from lifecycle.verbs.remembering import Remembered
from lifecycle.verbs.train import triggering

__all__ = ["preview_trigger"]

MOMENTS = 400
Known = Callable[[datetime, datetime], dict[str, Any]]
_losses: Remembered[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]] = Remembered(2)


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
    champion = versions.champion(context.database, context.name)
    sql = "SELECT count(*), max(changed) FROM current_labels WHERE project = ? AND seq IS NOT NULL"
    counted = tuple(context.database.connection.execute(sql, (context.name,)).fetchone())
    if champion is None or not counted[0]:
        return _nothing(context)
    key = str(context.database.path), context.name, context.config.created, champion.version, counted
    losses, times = _losses.get(key, lambda: _read_losses(context, champion))
    found: dict[tuple[int, str], tuple[Change, ...]] = {}

    def detected(name: str, start: int, stop: int, kept: int) -> tuple[Change, ...]:
        """A detector reads a stream once, whenever it is asked: what it had found by a moment is what it found before that row."""
        if (start, name) not in found:
            found[start, name] = triggering.DETECTORS[name](losses[start:])
        passed = stop - start - kept
        changes = (change for change in found[start, name] if change.found < stop - start)
        return tuple(replace(change, at=change.at - passed, found=change.found - passed) for change in changes)

    def between(time: datetime, since: datetime) -> dict[str, Any]:
        start, stop = np.searchsorted(times, [_plain(since), _plain(time)]).tolist()
        recent = losses[max(start, stop - triggering.RECENT_LOSSES) : stop]
        by = {name: lambda part, name=name: detected(name, start, stop, len(part)) for name in triggering.DETECTORS}
        return {"losses": recent, "detectors": by}

    return between


def _read_losses(context: Context, champion: ModelVersion) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The losses of all labelled predictions but those that were picked for being uncertain, and when they were made."""
    sql = """SELECT c.seq, l.value AS label FROM current_labels c JOIN labels l ON l.no = c.no
             WHERE c.project = ? AND c.seq IS NOT NULL AND coalesce(l.purpose, '') != 'query' ORDER BY c.seq"""
    rows = context.database.connection.execute(sql, (context.name,)).fetchall()
    seqs, texts = (np.array(column) for column in zip(*rows, strict=True)) if rows else (np.empty(0, np.int64), np.empty(0, object))
    table = context.log().take(seqs.astype(np.int64), ["time", "prediction"])
    frame = pd.DataFrame({"label": labels.values(pd.Series(texts, dtype=object)), "prediction": table["prediction"].cast(_kind(context)).to_pandas()})
    return triggering.losses(context, frame, champion), np.sort(table["time"].cast(pa.timestamp("us")).to_numpy())


def _kind(context: Context) -> pa.DataType:
    return pa.string() if context.schema.task == "classification" else pa.float64()


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
