"""Retrain when the model has become worse."""

from __future__ import annotations

import numpy as np

from lifecycle.train.triggers.facts import Facts, Option, Verdict, triggers
from lifecycle.train.triggers.options import is_number, positive, whole

__all__ = ["performance"]

LINES = ("assisted", "realized", "estimated")
BELOW = Option(None, lambda value: value is None or is_number(value), "a number: the level of the headline metric, or None")
LINE = Option("assisted", lambda value: value in LINES, "one of assisted, realized, estimated")


@triggers.register("performance", options={"drop": positive(0.03), "below": BELOW, "line": LINE, "memory": whole(10)})
def performance(facts: Facts, drop: float = 0.03, below: float | None = None, line: str = "assisted", memory: int = 10) -> Verdict:
    """In the newest window since the last training that can tell, the headline metric is worse than on the reference by `drop` or
    more, and its interval says that it is worse; or it is worse than `below` with confidence.

    The reference is the best that a champion of the last `memory` windows had: a model that was retrained in the midst of a change
    has learned little of it, and its own reference would pass that off as normal.
    """
    frame = facts.fresh(facts.performance)
    told = frame[np.isfinite(frame[line].to_numpy(dtype=float))] if len(frame) else frame
    if not len(told):
        return Verdict(False, f"No window since the last training says how good the model is ({line}).")
    newest, sign = told.iloc[-1], 1.0 if facts.better == "higher" else -1.0
    value, levels = float(newest[line]), sign * facts.performance["level"].tail(memory).to_numpy(dtype=float)
    level = float(sign * np.nanmax(levels)) if np.isfinite(levels).any() else float("nan")
    edge = float(newest[f"{line}_upper" if sign > 0 else f"{line}_lower"])
    name = f"{newest['metric']} ({line}) is {value:.4g} in window {newest['window']}"
    figures = {"window": newest["window"], "metric": newest["metric"], "line": line, "value": value, "edge": edge, "level": level, "drop": drop}
    if below is not None:
        fires = sign * edge < sign * below
        return Verdict(fires, f"{name}; the limit is {below:g}.", figures={**figures, "below": below})
    if not np.isfinite(level):
        return Verdict(False, f"{name}, and there is no reference to compare with.", figures=figures)
    fires = sign * (level - value) >= drop and sign * (level - edge) > 0
    return Verdict(fires, f"{name}; it was {level:.4g} on the reference, and {drop:g} is the drop to act on.", figures=figures)
