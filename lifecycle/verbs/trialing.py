"""The live trial: what it has counted since it began, and what that says at any time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from lifecycle.records import Rollout, SequentialResult, Trial
from lifecycle.release.rollout import modes
from lifecycle.release.sequential import paired_test, sample_ratio_test, unpaired_test
from lifecycle.stores import cursors, trials, versions
from lifecycle.verbs import landing, recording
from lifecycle.verbs.context import Context

__all__ = ["begin", "catch_up", "trial"]

EQUAL = 0.01  # differences of less than a point of accuracy are called equal
FAILED_SHARE = 0.01


def begin(context: Context, rollout: int, version: int) -> None:
    """Mark where the trial starts in the log and among the labels; call it in the transaction of its release."""
    labelled = context.database.value("SELECT max(changed) FROM current_labels WHERE project = ?", (context.name,))
    trials.count(context.database, rollout, {"after": context.log().rows, "shadow_after": context.log(f"shadow-{version}").rows})
    cursors.move(context.database, context.name, f"trial-{rollout}", context.log().rows)
    cursors.move(context.database, context.name, f"trial-labels-{rollout}", int(labelled or 0))


def trial(context: Context) -> Trial:
    """The live comparison now, valid at every peek. Shadow: paired, by row. Canary: unpaired, one outcome an entity.

    The difference is of the shares right; in regression of how often each is closer (shadow), or of minus the mean absolute error
    (canary). `decision`: "new" or "old" when it is decided, "equal" when the interval lies within a point of zero, else "undecided".
    """
    running = versions.active_trial(context.database, context.name)
    if running is None:
        nothing = float("nan")
        return Trial("none", 0, 0, 1.0, nothing, nothing, nothing, "undecided", True)
    catch_up(context, running)
    counted = trials.counters(context.database, running.id)
    if modes.facts(running.mode)["aside"]:
        wins, losses, ties = trials.pairs(context.database, running.id)
        found, labelled = paired_test(wins, losses, ties), wins + losses + ties
        requests = context.log(f"shadow-{running.version}").rows - counted.get("shadow_after", 0)
        divided = counted.get("failed", 0) <= FAILED_SHARE * max(requests, 1)
    else:
        old, new, labelled = trials.by_entity(context.database, running.id)
        found = unpaired_test(old, new)
        requests = counted.get("old", 0) + counted.get("new", 0)
        units = [counted.get("units_new", 0), counted.get("units_old", 0)]
        divided = not sample_ratio_test(units, [running.share, 1 - running.share]).decided
    return Trial(
        running.mode,
        requests,
        labelled,
        found.e_value,
        found.difference,
        found.lower,
        found.upper,
        _decision(found),
        divided,
        running.version,
        running.share,
        running.started,
    )


def catch_up(context: Context, running: Rollout) -> None:
    """Count what has been answered and labelled since the last time; safe to call from several processes."""
    if not modes.facts(running.mode)["aside"]:
        _count_requests(context, running)
    name = f"trial-labels-{running.id}"
    after = cursors.position(context.database, context.name, name)
    fresh = recording.labelled(context, after=after)
    if not len(fresh):
        return
    since = trials.counters(context.database, running.id).get("after", 0)
    rows = fresh[fresh["seq"] > since].reset_index(drop=True)
    judged = _paired(context, running, rows) if modes.facts(running.mode)["aside"] else _apart(context, running, rows)
    with context.database.write():
        if cursors.position(context.database, context.name, name) == after:
            trials.outcomes(context.database, running.id, judged)
            cursors.move(context.database, context.name, name, int(fresh["changed"].max()))


def _count_requests(context: Context, running: Rollout) -> None:
    """Requests by side, and entities by side where a request names one (without one, each request is its own entity)."""
    name = f"trial-{running.id}"
    after = cursors.position(context.database, context.name, name)
    counted = {"old": 0, "new": 0, "units_old": 0, "units_new": 0}
    entities: set[tuple[str, int]] = set()
    last = after
    for batch in context.log().batches(["version", "entity"], after=after):
        frame = batch.to_pandas()
        side = (frame["version"] == running.version).to_numpy()
        named = frame["entity"].notna().to_numpy()
        counted["new"] += int(side.sum())
        counted["old"] += int((~side).sum())
        counted["units_new"] += int((side & ~named).sum())
        counted["units_old"] += int((~side & ~named).sum())
        entities |= set(zip(frame.loc[named, "entity"].astype(str), side[named].astype(int).tolist(), strict=True))
        last = int(frame["seq"].iloc[-1])
    if last == after:
        return
    with context.database.write():
        if cursors.position(context.database, context.name, name) == after:
            old, new = trials.meet(context.database, running.id, sorted(entities))
            trials.count(context.database, running.id, {**counted, "units_old": counted["units_old"] + old, "units_new": counted["units_new"] + new})
            cursors.move(context.database, context.name, name, last)


def _paired(context: Context, running: Rollout, rows: pd.DataFrame) -> list[tuple[str, str, float | None, float | None]]:
    """(id, id, old, new) of rows that the candidate answered in the shadow."""
    log = context.log(f"shadow-{running.version}")
    since = trials.counters(context.database, running.id).get("shadow_after", 0)
    places = log.locate(rows["id"].tolist(), after=since)
    rows = rows[places > 0]
    said = landing.original_types(log.take(places[places > 0], ["prediction"]), context.schema)["prediction"]
    old, new = _right(context, rows["prediction"], rows["label"]), _right(context, said, rows["label"])
    return [(id, id, before, after) for id, before, after in zip(rows["id"], old, new, strict=True)]


def _apart(context: Context, running: Rollout, rows: pd.DataFrame) -> list[tuple[str, str, float | None, float | None]]:
    """(id, entity, old, new), one of them None: who did not answer the row."""
    asked = context.log().take(rows["seq"].to_numpy(dtype=np.int64), ["entity"]).to_pandas()["entity"]
    right = _right(context, rows["prediction"], rows["label"])
    found: list[tuple[str, str, float | None, float | None]] = []
    for id, entity, version, value in zip(rows["id"], asked, rows["version"], right, strict=True):
        sides = (None, value) if version == running.version else (value, None)
        found.append((id, id if pd.isna(entity) else str(entity), *sides))
    return found


def _right(context: Context, said: pd.Series, truth: pd.Series) -> list[float]:
    if context.schema.task == "regression":
        return [float(value) for value in -np.abs(said.to_numpy(dtype=float) - truth.to_numpy(dtype=float))]
    return [float(a == b) for a, b in zip(said.map(str), truth.map(str), strict=True)]


def _decision(found: SequentialResult) -> Any:
    if found.decided:
        return "new" if found.difference > 0 else "old"
    return "equal" if math.isfinite(found.lower) and max(-found.lower, found.upper) < EQUAL else "undecided"
