"""What the Performance page says of a metric: where it stands, and which line to trust."""

from __future__ import annotations

import operator

import pandas as pd

from pages.parts import page, timeline, words

__all__ = ["finding", "why"]


def finding(frame: pd.DataFrame, metric: str) -> str:
    """Where the metric stands, and whether that is an alarm, in one sentence."""
    best = timeline.best_line(frame)
    name = words.metric(metric)
    if best.empty:
        return f"There is no figure for {name} yet: neither labels nor probabilities have arrived."
    last, outside = best.iloc[-1], best["alarm"].fillna(False).astype(bool)
    value = words.interval(last["value"], last["lower"], last["upper"])
    if outside.iloc[-1]:
        quiet = best.loc[~outside, "start"]
        since = best.loc[best["start"] > quiet.max(), "start"].iloc[0] if len(quiet) else best["start"].iloc[0]
        return f"{name.capitalize()} has been outside its limits since {words.day(since)}: now {value}."
    measured = best[best["line"] != "estimated"]
    if last["line"] == "estimated" and len(measured):
        known = measured.iloc[-1]
        verdict = _standing(known, bool(outside[measured.index[-1]]))
        truth = words.interval(known["value"], known["lower"], known["upper"])
        return (
            f"{name.capitalize()} is {value} by the estimate; the newest window with labels, of {words.day(known['start'])}, has {truth}, {verdict}."
        )
    said = f"{name.capitalize()} is {value}, {_standing(last, alarm=False)}"
    return f"{said}; the last alarm was on {words.day(best.loc[outside, 'start'].iloc[-1])}." if outside.any() else f"{said}."


def _standing(window: pd.Series, alarm: bool) -> str:
    """Where a window stands to its limits: a value beyond one is no alarm yet."""
    if alarm:
        return "outside its limits"
    for limit, beyond in ((window["threshold_lower"], operator.lt), (window["threshold_upper"], operator.gt)):
        if beyond(window["value"], limit):
            return f"beyond its limit of {words.number(limit)}, but not by enough for an alarm"
    return "within its limits"


def why(everything: pd.DataFrame) -> str:
    """Which line to trust in the newest window that has one, and why."""
    said = everything[everything["why"].astype(str) != ""]
    return page.plain(str(said["why"].iloc[-1])) if len(said) else ""
