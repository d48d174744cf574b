"""How long a trial would take here: the planner, fed by the project's own log, labels and disagreement."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from lifecycle.errors import InvalidValue, LifecycleError, NotReady
from lifecycle.records import TrialPlan
from lifecycle.release import planning, ramps
from lifecycle.stores import trials, versions
from lifecycle.verbs.context import Context
from lifecycle.verbs.release import comparing

__all__ = ["plan_trial"]

RECENT_ROWS = 20_000
FEWEST = 30
ASSUMED = {"discordance": 0.05, "accuracy": 0.9}


def plan_trial(context: Context, gain: float, requests_a_day: float | None, discordance: float | None) -> TrialPlan:
    """How long a shadow, a canary at each share of the ramp and an A/B would take to show a gain in the share right.

    requests_a_day, and which part of them gets a label, come from the newest 20,000 rows of the log; the discordance (the share of rows that
    one of the two has right alone) from the running trial or the comparison with the newest candidate. What is not known is assumed, and said.

    Raises
    ------
    InvalidValue : a gain that cannot be, or a regression (whose trials have no share right). NotReady : nothing was logged, and no volume is given.
    """
    if context.schema.task == "regression":
        raise InvalidValue("The planner speaks of shares right; in a regression start a shadow, and see how the interval narrows.")
    rows, days, labelled, each = _recent(context)
    if requests_a_day is None:
        if rows < 2 or not days > 0:
            raise NotReady("Nothing was logged yet, so the volume is not known; give requests_a_day, such as 2000.")
        requests_a_day = rows / days
    if isinstance(requests_a_day, bool) or not requests_a_day > 0:
        raise InvalidValue(f"requests_a_day is {requests_a_day!r}; give a number above 0, such as 2000.")
    assumed: list[str] = []
    known, accuracy = _disagreement(context)
    if discordance is None:
        if known is None:
            assumed.append(f"{ASSUMED['discordance']:.0%} disagreement")
        discordance = max(ASSUMED["discordance"] if known is None else known, gain)
    if not labelled:
        assumed.append("every request gets a label")
    planning.require(gain, discordance)
    right = accuracy if accuracy is not None else ASSUMED["accuracy"]
    if accuracy is None:
        assumed.append(f"the champion has {ASSUMED['accuracy']:.0%} right")
    right = min(right, 1 - gain)
    frame = _frame(context, gain, requests_a_day, discordance, labelled or 1.0, right, each)
    said = planning.sentence(gain, requests_a_day, discordance, labelled or 1.0, float(frame["days"].iloc[0]))
    return TrialPlan(gain, float(requests_a_day), float(discordance), labelled or 1.0, said, frame, tuple(assumed))


def _frame(context: Context, gain: float, volume: float, discordance: float, labelled: float, accuracy: float, each: float) -> pd.DataFrame:
    plans: list[tuple[str, float, tuple[float, float]]] = [("shadow", 0.0, planning.paired_requests(gain, discordance))]
    plans.append(("ab", 0.5, planning.unpaired_entities(gain, 0.5, accuracy)))
    for share in (0.25, 0.1, *(step for step in ramps.ramp_of(context.settings.ramp).steps if step < 0.1)):
        plans.append(("canary", share, planning.unpaired_entities(gain, share, accuracy)))
    found: list[dict[str, Any]] = []
    for mode, share, (mean, most) in plans:
        per = 1.0 if mode == "shadow" else each  # a canary's unit is who asks, not what is asked
        requests, requests_90 = mean * per / labelled, most * per / labelled
        row = {"mode": mode, "share": share, "requests": round(requests), "requests_90": round(requests_90)}
        row |= {"days": requests / volume, "days_90": requests_90 / volume}
        found.append(row | {"sentence": planning.sentence(gain, volume, discordance, labelled, requests / volume)})
    return pd.DataFrame(found).sort_values("requests", kind="stable", ignore_index=True)


def _recent(context: Context) -> tuple[int, float, float, float]:
    """Of the newest rows: how many, over how many days, which share has a label, and how many there are an entity."""
    log = context.log()
    after = max(0, log.rows - RECENT_ROWS)
    parts = [batch.to_pandas() for batch in log.batches(["time", "entity"], after=after)]
    if not parts:
        return 0, 0.0, 0.0, 1.0
    frame = pd.concat(parts, ignore_index=True)
    days = (frame["time"].max() - frame["time"].min()).total_seconds() / 86_400
    sql = "SELECT count(*) FROM current_labels WHERE project = ? AND seq > ?"
    labelled = int(context.database.value(sql, (context.name, after))) / len(frame)
    named = frame["entity"].dropna()
    units = named.nunique() + int(frame["entity"].isna().sum())
    return len(frame), days, float(labelled), len(frame) / max(units, 1)


def _disagreement(context: Context) -> tuple[float | None, float | None]:
    """The share of rows that one of the two versions has right alone, and the champion's share right, where they are known."""
    running = versions.active_trial(context.database, context.name)
    if running is not None:
        wins, losses, ties = trials.pairs(context.database, running.id)
        if wins + losses + ties >= FEWEST:
            return (wins + losses) / (wins + losses + ties), None
    try:
        found = comparing.compare(context, None, running.version if running else None)
    except LifecycleError:
        return None, None
    if found.rows < FEWEST:
        return None, None
    metrics = dict(zip(found.metrics["metric"], found.metrics["old"], strict=True))
    wins, losses = int(found.figures["wins"]), int(found.figures["losses"])
    accuracy = float(metrics["accuracy"]) if "accuracy" in metrics else None
    return float(np.clip((wins + losses) / found.rows, 1 / found.rows, 1.0)), accuracy
