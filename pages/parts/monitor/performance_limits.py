"""What would have alarmed? Another limit of a metric, tried on the windows there are."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import charts, choices, page, session, words
from pages.parts.monitor import alarm_preview
from pages.parts.windows import Windows

__all__ = ["editor"]

RATES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)


def editor(project: lifecycle.Project, windows: Windows, metric: str, frame: pd.DataFrame) -> None:
    """The controls, what they would have done, and the button that keeps them. `frame`: the metric's rows of the report."""
    name = words.metric(metric)
    page.section("What would have alarmed?", f"Try another limit of {name} on all windows there are. Nothing changes until you save.")
    st.session_state["tune"] = st.query_params.get("tune") == "1"
    if not st.toggle("Try another limit", key="tune", on_change=_toggled):
        return
    settings = project.settings
    left, right, _ = st.columns([2, 2, 3])
    limit = left.number_input(
        f"Limit of {name}", value=settings.thresholds.get(metric), format="%.4g", placeholder=_learned(frame), key=f"tune-{metric}", help=LIMIT
    )
    rates = sorted({*RATES, settings.false_alarm_rate})
    rate = right.selectbox("False alarms allowed", rates, rates.index(settings.false_alarm_rate), words.percent, key="tune-rate", help=RATE)
    with page.refusals():
        found = project.preview_limits(metric, limit, rate)
        st.markdown(alarm_preview.told(found))
        chart = alarm_preview.lanes(found, windows, session.dark())
        charts.draw(chart, key="limit-preview", alt="Windows that alarm now above windows that would alarm")
    kept = {key: value for key, value in settings.thresholds.items() if key != metric}
    wanted: dict[str, Any] = {"thresholds": kept if limit is None else {**kept, metric: limit}, "false_alarm_rate": rate}
    changes = {key: value for key, value in wanted.items() if value != getattr(settings, key)}
    alarm_preview.save(project, changes, "save-limit", "this limit")


LIMIT = "The value beyond which it is an alarm, once its whole interval is beyond. Empty: learned from the reference, with a margin."
RATE = "The share of windows in which the model is as good as ever that may alarm all the same."


def _learned(frame: pd.DataFrame) -> str:
    """The limit that the reference gives, as the empty field shows it."""
    for side in ("threshold_lower", "threshold_upper"):
        known = frame[side].dropna()
        if len(known):
            return f"{words.number(float(known.iloc[-1]))}, learned"
    return "learned"


def _toggled() -> None:
    choices.put(tune="1" if st.session_state["tune"] else None)
