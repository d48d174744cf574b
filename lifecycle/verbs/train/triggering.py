"""Triggers: what they are shown is read from reports and counters, and what they decide is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from lifecycle.errors import NotReady
from lifecycle.monitor.concept import concept_detector, concept_detectors
from lifecycle.records import ModelVersion, Trigger, TriggerState
from lifecycle.stores import calls, versions
from lifecycle.stores import runs as stored
from lifecycle.train import evaluation
from lifecycle.train.triggers import Decision, Facts, decide, described, due
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor import drifting, performing
from lifecycle.verbs.predictions import recording
from lifecycle.verbs.train import running

__all__ = ["DETECTORS", "aware", "facts", "fire", "losses", "triggers"]

RECENT_LOSSES = 20_000
DETECTORS = {name: concept_detector(name) for name in concept_detectors()}


def triggers(context: Context, now: datetime | None = None) -> list[TriggerState]:
    """Which triggers would fire now, and why or why not; nothing is recorded."""
    return [decision.state for decision in _decisions(context, aware(now) or context.now())]


def fire(context: Context, kinds: Sequence[str] | None = None) -> str | None:
    """Record what fires now, and queue one run for all of it; returns the run's id, None when there is nothing to run. `kinds`: these alone.

    While a run waits or is under way nothing is asked: what it learns from may settle the matter. In a project without a recipe the
    firing is recorded and told, and nothing is trained. However many processes ask at once, one of them fires.
    """
    if _busy(context):
        return None
    before = stored.newest_firing(context.database, context.name)
    decisions = _decisions(context, context.now(), kinds)
    firing = [decision for decision in decisions if decision.state.fires]
    if not firing:
        return None
    with context.database.write():
        if _busy(context) or stored.newest_firing(context.database, context.name) != before:
            return None  # another process was faster
        reason = due(decisions)
        run = None if reason is None else _queue(context, reason, [decision for decision in firing if not decision.dry])
        for decision in firing:
            state, started = decision.state, None if decision.dry else run
            stored.fire(context.database, context.name, state.name, state.kind, context.now(), state.reason, decision.figures, started)
            told = {"kind": state.kind, "reason": state.reason, "figures": decision.figures, "run": started, "dry_run": decision.dry}
            context.happened("lifecycle", "trigger", state.name, told)
    return run


def _busy(context: Context) -> bool:
    return bool(stored.under_way(context.database, context.name) or stored.waiting(context.database, context.name))


def facts(context: Context, trigger: Trigger, now: datetime) -> Facts:
    """What one trigger is shown; only what its kind looks at is read."""
    champion, latest = versions.champion(context.database, context.name), _latest(context)
    fired = stored.firings(context.database, context.name, described(trigger))
    fired = [time for time in fired if time <= now]
    trained = champion.created if champion is not None and champion.model is not None else None
    since = max([*([latest.created] if latest is not None else []), *fired[-1:]], default=context.config.created)
    given: dict[str, Any] = {"now": now, "started": context.config.created, "trained": trained, "since": since, "fired": tuple(fired)}
    if trigger.kind == "external":
        given["calls"] = tuple(calls.calls(context.database, context.name, since))
    return Facts(**given, **_READ.get(trigger.kind, _nothing)(context, latest))


def _nothing(context: Context, latest: ModelVersion | None) -> dict[str, Any]:
    return {}


def _labels(context: Context, latest: ModelVersion | None) -> dict[str, Any]:
    until = latest.manifest.get("labels_until", 0) if latest is not None else 0
    sql = "SELECT count(*) FROM current_labels WHERE project = ? AND changed > ? AND seq IS NOT NULL"
    return {"labels": int(context.database.value(sql, (context.name, until)))}


def _volume(context: Context, latest: ModelVersion | None) -> dict[str, Any]:
    return {"rows": context.log().rows - int(latest.manifest.get("rows_until", 0) if latest is not None else 0)}


def _drift(context: Context, latest: ModelVersion | None) -> dict[str, Any]:
    return {"drift": drifting.drift(context).alarms}


def _performance(context: Context, latest: ModelVersion | None) -> dict[str, Any]:
    metric = performing.headline(context)
    better = "lower" if metric in evaluation.LOWER_IS_BETTER else "higher"
    return {"performance": performing.performance(context, [metric]).frame, "better": better}


def _concept(context: Context, latest: ModelVersion | None) -> dict[str, Any]:
    """Losses of the champion's labelled answers in the order they were made; rows that were picked for being uncertain would look like drift."""
    champion = versions.champion(context.database, context.name)
    frame = recording.labelled(context, newest=2 * RECENT_LOSSES)
    if champion is None or not len(frame):
        return {}
    frame = frame[(frame["version"] == champion.version) & (frame["purpose"] != "query")].tail(RECENT_LOSSES)
    return {"losses": losses(context, frame, champion), "detectors": DETECTORS}


def losses(context: Context, frame: pd.DataFrame, champion: ModelVersion) -> np.ndarray[Any, Any]:
    """The loss of each labelled answer, in [0, 1]: wrong or right, or the absolute error in units of five times the reference's."""
    classes = context.schema.task == "classification"
    truth, said = (np.asarray(frame[name].map(str) if classes else frame[name]) for name in ("label", "prediction"))
    found = evaluation.losses(truth, said, context.schema.task)
    if classes or not len(found):
        return found
    scale = 5 * float(champion.metrics.get("mae") or 0.0) or float(np.quantile(found, 0.99)) or 1.0
    return np.clip(found / scale, 0.0, 1.0)


_READ = {"labels": _labels, "volume": _volume, "drift": _drift, "performance": _performance, "concept": _concept}


def _decisions(context: Context, now: datetime, kinds: Sequence[str] | None = None) -> list[Decision]:
    wanted = [trigger for trigger in context.settings.triggers if kinds is None or trigger.kind in kinds]
    return [decide(trigger, facts(context, trigger, now)) for trigger in wanted]


def _queue(context: Context, reason: str, firing: Sequence[Decision]) -> str | None:
    figures = {decision.state.name: decision.figures for decision in firing}
    told = {"kind": ", ".join(decision.state.kind for decision in firing), "figures": figures}
    try:
        return running.queue(context, reason, "lifecycle", told)[0]
    except NotReady:
        return None


def _latest(context: Context) -> ModelVersion | None:
    """The newest version that a run trained, or the first: what came after it is new."""
    known = versions.versions(context.database, context.name)
    return known[-1] if known else None


def aware(time: datetime | None) -> datetime | None:
    """A time in UTC; a naive one is UTC already."""
    if time is None:
        return None
    moment = pd.Timestamp(time)
    return (moment.tz_localize(UTC) if moment.tzinfo is None else moment.tz_convert(UTC)).to_pydatetime()
