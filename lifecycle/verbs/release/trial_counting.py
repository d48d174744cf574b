"""What a trial's requests tell before any label: how many each side answered, of whom, and what they said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
import pandas as pd

from lifecycle.records import Rollout
from lifecycle.release.rollout import modes
from lifecycle.stores import cursors, trials
from lifecycle.stores.predictions import PredictionLog
from lifecycle.verbs.context import Context

__all__ = ["begin", "catch_up"]

SIDES = ("old", "new")
_NEVER = -1


def begin(context: Context, rollout: int, version: int) -> None:
    """Mark where the trial starts in the log and in the shadow's."""
    shadow = context.log(f"shadow-{version}").rows
    trials.count(context.database, rollout, {"after": context.log().rows, "shadow_after": shadow})
    cursors.move(context.database, context.name, f"trial-{rollout}", context.log().rows)
    cursors.move(context.database, context.name, f"trial-shadow-{rollout}", shadow)


def catch_up(context: Context, running: Rollout) -> bool:
    """Count what has been answered since the last time; was there anything?"""
    if modes.facts(running.mode)["aside"]:
        served = _stream(context, running, context.log(), f"trial-{running.id}", _NEVER, 0)
        return _stream(context, running, context.log(f"shadow-{running.version}"), f"trial-shadow-{running.id}", _NEVER, 1) or served
    return _stream(context, running, context.log(), f"trial-{running.id}", running.version, None)


def _stream(context: Context, running: Rollout, log: PredictionLog, cursor: str, version: int, side: int | None) -> bool:
    """One stream from its cursor on: requests and entities by side, and what was said to each entity first (to keep those who ask often from
    counting as many). side None: by the version that answered."""
    after = cursors.position(context.database, context.name, cursor)
    parts: list[pd.DataFrame] = []
    requests, last = [0, 0], after
    for batch in log.batches(["version", "entity", "prediction"] if side is None else ["prediction"], after=after):
        frame = batch.to_pandas()
        frame["side"] = (frame["version"] == version).astype(int) if side is None else side
        if side is not None:
            frame["entity"] = None
        requests = [requests[i] + int((frame["side"] == i).sum()) for i in (0, 1)]
        last = int(frame["seq"].iloc[-1])
        named = frame["entity"].notna()
        parts.append(frame.loc[~named | ~frame.duplicated(["entity", "side"]), ["entity", "side", "prediction"]])
    if last == after:
        return False
    rows = pd.concat(parts, ignore_index=True)
    named = rows["entity"].notna()
    first = rows[named].drop_duplicates(["entity", "side"])
    with context.database.write():
        if cursors.position(context.database, context.name, cursor) != after:
            return False
        keys = sorted(zip(first["entity"].astype(str), first["side"].tolist(), strict=True))
        fresh = set(trials.meet(context.database, running.id, keys))
        met = [key in fresh for key in zip(first["entity"].astype(str), first["side"].tolist(), strict=True)]
        counted = pd.concat([rows[~named], first[np.array(met, dtype=bool)]])
        units = [int((counted["side"] == i).sum()) for i in (0, 1)]
        found = {f"{what}{name}": n[i] for what, n in (("", requests), ("units_", units)) for i, name in enumerate(SIDES)}
        trials.count(context.database, running.id, found | _classes(context, counted))
        if context.schema.task == "regression":
            trials.add(context.database, running.id, _moments(counted))
        cursors.move(context.database, context.name, cursor, last)
    return True


def _classes(context: Context, rows: pd.DataFrame) -> dict[str, int]:
    if context.schema.task == "regression":
        return {}
    said: Iterable[tuple[int, str]] = zip(rows["side"].tolist(), rows["prediction"].map(str), strict=True)
    return {f"said_{SIDES[side]}:{name}": n for (side, name), n in Counter(said).items()}


def _moments(rows: pd.DataFrame) -> dict[str, float]:
    found: dict[str, float] = {}
    for i, name in enumerate(SIDES):
        values = rows.loc[rows["side"] == i, "prediction"].to_numpy(dtype=np.float64)
        found |= {f"said_{name}": float(len(values)), f"sum_{name}": float(values.sum()), f"sum_squares_{name}": float((values**2).sum())}
    return found
