"""The live trial: what it has counted since it began, and what that says at any time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from lifecycle.records import Guardrail, Rollout, SequentialResult, Trial
from lifecycle.release import guardrails, ramps
from lifecycle.release.rollout import modes
from lifecycle.release.sequential import Moments, paired_test, unpaired_test
from lifecycle.stores import cursors, trials, versions
from lifecycle.verbs.context import Context
from lifecycle.verbs.predictions import landing, recording
from lifecycle.verbs.release import measuring, trial_counting

__all__ = ["begin", "catch_up", "trial", "trial_history"]

EQUAL = 0.01  # differences of less than a point of accuracy are called equal
LANDINGS = 24  # into how many points a large landing of labels is cut, so that the interval is seen to narrow
FEWEST_LANDED = 10
FEW = 50_000

Outcome = tuple[str, str, float | None, float | None]


def begin(context: Context, rollout: int, version: int) -> None:
    """Mark where the trial starts in the log and among the labels; call it in the transaction of its release."""
    labelled = context.database.value("SELECT max(changed) FROM current_labels WHERE project = ?", (context.name,))
    trial_counting.begin(context, rollout, version)
    cursors.move(context.database, context.name, trials.label_cursor(rollout), int(labelled or 0))


def trial(context: Context) -> Trial:
    """The live comparison now, valid at every peek. Shadow: paired, by row. Canary, A/B and ramp: unpaired, one outcome an entity.

    The difference is of the shares right; in regression of how often each is closer (shadow), or of minus the mean absolute error
    (canary). `decision`: "new" or "old" when it is decided, "equal" when the interval lies within the margin of zero, else "undecided".
    """
    running = versions.active_trial(context.database, context.name)
    if running is None:
        nothing = float("nan")
        return Trial("none", 0, 0, 1.0, nothing, nothing, nothing, "undecided", True)
    catch_up(context, running)
    counted = trials.counters(context.database, running.id)
    found, labelled = trials.last(context.database, running.id)
    rails = judged(context, running, found, counted)
    ramp = ramps.ramp_of(context.settings.ramp)
    decision = _decision(found, EQUAL if context.settings.margin is None else context.settings.margin)
    return Trial(
        mode=running.mode,
        requests=_requests(running, counted),
        labelled=labelled,
        e_value=found.e_value,
        difference=found.difference,
        lower=found.lower,
        upper=found.upper,
        decision=decision,
        sample_ratio_ok=not any(rail.state == "violated" for rail in rails if rail.name in ("volume", "errors")),
        version=running.version,
        share=running.share,
        started=running.started,
        guardrails=rails,
        steps=ramp.steps if running.mode == "ramp" else (),
        waits=_waits(context, running, ramp, counted, rails, decision) if running.mode == "ramp" else "",
    )


def trial_history(context: Context) -> pd.DataFrame:
    """What the running trial (else the last) said whenever something new was counted, over all steps of a ramp: time, requests, answered (of
    these, by the candidate), labelled, e_value, difference, lower, upper, share (asked for) and allocation (answered since the point before)."""
    running = versions.active_trial(context.database, context.name)
    if running is not None:
        catch_up(context, running)
    else:
        running = next((row for row in versions.rollouts(context.database, context.name) if modes.facts(row.mode)["trial"]), None)
    frame = trials.points(context.database, context.name, running.key if running else 0)
    steps = frame.groupby("rollout")[["requests", "answered"]].diff().fillna(frame[["requests", "answered"]])
    frame["allocation"] = np.divide(steps["answered"], steps["requests"], out=np.full(len(frame), np.nan), where=steps["requests"] > 0)
    frame["time"] = pd.to_datetime(frame["time"], utc=True, format="ISO8601")
    frame["difference"] = frame["difference"].astype(float)
    return frame.drop(columns="rollout")


def catch_up(context: Context, running: Rollout) -> None:
    """Count what has been answered and labelled since the last time; safe to call from several processes."""
    measuring.flush(context, running)
    answered = trial_counting.catch_up(context, running)
    name = trials.label_cursor(running.id)
    after = cursors.position(context.database, context.name, name)
    fresh = recording.labelled(context, after=after)
    if len(fresh):
        since = trials.counters(context.database, running.id).get("after", 0)
        rows = fresh[fresh["seq"] > since].reset_index(drop=True)
        outcomes = _paired(context, running, rows) if modes.facts(running.mode)["aside"] else _apart(context, running, rows)
        with context.database.write():
            if cursors.position(context.database, context.name, name) == after:
                _land(context, running, outcomes)
                cursors.move(context.database, context.name, name, int(fresh["changed"].max()))
    elif answered:
        with context.database.write():
            _point(context, running)


def judged(context: Context, running: Rollout, found: SequentialResult, counted: dict[str, int]) -> tuple[Guardrail, ...]:
    """The trial's guardrails now."""
    limits, seen = guardrails.guardrail_limits(context.settings.guardrails), trials.sums(context.database, running.id)
    sides = ("old", "new")
    numbers = [Moments(int(seen.get(f"said_{s}", 0)), seen.get(f"sum_{s}", 0.0), seen.get(f"sum_squares_{s}", 0.0)) for s in sides]
    said = [{name.partition(":")[2]: n for name, n in counted.items() if name.startswith(f"said_{s}:")} for s in sides]
    units = counted.get("units_new", 0), counted.get("units_old", 0)
    checks: dict[str, Any] = {
        "predictions": lambda limit: (
            guardrails.answers_of_numbers(numbers[0], numbers[1], limit)
            if context.schema.task == "regression"
            else guardrails.answers(said[0], said[1], limit)
        ),
        "volume": lambda limit: guardrails.volume(units, running.share, limit),
        "loss": lambda limit: guardrails.loss(found, limit),
    }
    if modes.facts(running.mode)["aside"]:
        del checks["volume"]
    others = (guardrails.off(name) if limits[name] is None else check(limits[name]) for name, check in checks.items())
    return *measuring.judged(seen, limits), *others


def _requests(running: Rollout, counted: dict[str, int]) -> int:
    return counted.get("new", 0) if modes.facts(running.mode)["aside"] else counted.get("old", 0) + counted.get("new", 0)


def _waits(context: Context, running: Rollout, ramp: ramps.Ramp, counted: dict[str, int], rails: tuple[Guardrail, ...], decision: str) -> str:
    broken = [rail.name for rail in rails if rail.state == "violated"]
    if broken:
        return f"the guardrail {' and '.join(broken)} is violated"
    unknown = tuple(rail.name for rail in rails if rail.state == "waiting" and rail.name in ("errors", "predictions"))
    question = "" if decision in ("new", "equal") else "a person, because the labels do not tell yet whether the new version is as good"
    full = ramps.next_share(ramp, running.share) >= 1
    return ramps.waits_for(ramp, counted.get("new", 0), context.now() - running.started, unknown, full, question)


def _land(context: Context, running: Rollout, outcomes: list[Outcome]) -> None:
    """Keep outcomes, and what the trial says after each part of them."""
    size = max(FEWEST_LANDED, math.ceil(len(outcomes) / LANDINGS)) if len(outcomes) <= FEW else len(outcomes)
    for start in range(0, max(len(outcomes), 1), size):
        trials.outcomes(context.database, running.id, outcomes[start : start + size])
        _point(context, running)


def _point(context: Context, running: Rollout) -> None:
    """Keep what the trial says now."""
    if modes.facts(running.mode)["aside"]:
        wins, losses, ties = trials.pairs(context.database, running.id)
        found, labelled = paired_test(wins, losses, ties), wins + losses + ties
    else:
        old, new, labelled = trials.by_entity(context.database, running.id)
        found = unpaired_test(old, new)
    counted = trials.counters(context.database, running.id)
    trials.point(context.database, running.id, context.now(), _requests(running, counted), counted.get("new", 0), labelled, found)


def _paired(context: Context, running: Rollout, rows: pd.DataFrame) -> list[Outcome]:
    """(id, id, old, new) of rows that the candidate answered in the shadow."""
    log = context.log(f"shadow-{running.version}")
    since = trials.counters(context.database, running.id).get("shadow_after", 0)
    places = log.locate(rows["id"].tolist(), after=since)
    rows = rows[places > 0]
    said = landing.original_types(log.take(places[places > 0], ["prediction"]), context.schema)["prediction"]
    old, new = _right(context, rows["prediction"], rows["label"]), _right(context, said, rows["label"])
    return [(id, id, before, after) for id, before, after in zip(rows["id"], old, new, strict=True)]


def _apart(context: Context, running: Rollout, rows: pd.DataFrame) -> list[Outcome]:
    """(id, entity, old, new), one of them None: who did not answer the row."""
    asked = context.log().take(rows["seq"].to_numpy(dtype=np.int64), ["entity"]).to_pandas()["entity"]
    right = _right(context, rows["prediction"], rows["label"])
    found: list[Outcome] = []
    for id, entity, version, value in zip(rows["id"], asked, rows["version"], right, strict=True):
        sides = (None, value) if version == running.version else (value, None)
        found.append((id, id if pd.isna(entity) else str(entity), *sides))
    return found


def _right(context: Context, said: pd.Series, truth: pd.Series) -> list[float]:
    if context.schema.task == "regression":
        return [float(value) for value in -np.abs(said.to_numpy(dtype=float) - truth.to_numpy(dtype=float))]
    return [float(a == b) for a, b in zip(said.map(str), truth.map(str), strict=True)]


def _decision(found: SequentialResult, margin: float) -> Any:
    if found.decided:
        return "new" if found.difference > 0 else "old"
    return "equal" if math.isfinite(found.lower) and max(-found.lower, found.upper) < margin else "undecided"
