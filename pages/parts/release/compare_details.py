"""Old and new in their colours: which answers for which truth, how calibrated, how far off, how fast, how large."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go
import streamlit as st

import lifecycle
from pages.parts import charts, words
from pages.parts.release import difference_charts

__all__ = ["show"]

SIDES = ("old", "new")
ENOUGH = 200  # rows below which the time of a call says more about waking the model than about its speed


def show(found: lifecycle.Comparison, dark: bool) -> None:
    """What the comparison's figures hold."""
    figures = found.figures
    names = {side: f"{side} (v{getattr(found, side)})" for side in SIDES}
    if figures.get("confusion"):
        for column, side in zip(st.columns(2), SIDES, strict=True):
            with column:
                st.markdown(f"**Which answers did the {names[side]} give for which truth?**")
                chart = difference_charts.confusion(figures["confusion"][side], figures["classes"], side, dark)
                charts.draw(chart, key=f"confusion-{side}", alt=f"Confusion matrix of the {names[side]}: a row a truth, a column an answer")
    left, right = st.columns(2)
    with left:
        if figures.get("calibration"):
            st.markdown("**Does it come true as often as it says?**")
            curves = [(side, figures["calibration"][side]["confidence"], figures["calibration"][side]["right"]) for side in figures["calibration"]]
            charts.draw(
                difference_charts.calibration(curves, dark), key="calibration", alt="How often it came true against how sure each version was"
            )
        if figures.get("residuals"):
            st.markdown("**How far off, and where?**")
            charts.draw(_residuals(figures["residuals"], dark), key="residuals", alt="Prediction minus truth against the truth, both versions")
    with right:
        if found.rows >= ENOUGH:
            _cost(figures)


def _residuals(sides: Mapping[str, Any], dark: bool) -> go.Figure:
    chart = charts.figure(height=300, x="truth", y="prediction minus truth", right=24)
    for side in SIDES:
        marker = {"size": 7, "color": charts.color(side, dark), "opacity": 0.6}
        hover = f"{side}: off by %{{y:.3g}} at a truth of %{{x:.3g}}<extra></extra>"
        chart.add_trace(go.Scatter(x=sides[side]["truth"], y=sides[side]["residual"], mode="markers", marker=marker, hovertemplate=hover))
        charts.note(chart, 1, 1 if side == "old" else 0.9, side, charts.color(side, dark), xref="paper", yref="paper", xanchor="right")
    chart.add_shape(type="line", x0=0, x1=1, xref="paper", y0=0, y1=0, line={"color": charts.ROLES["muted"], "width": 1, "dash": "4px,3px"})
    return chart


def _cost(figures: Mapping[str, Any]) -> None:
    """Speed and size, new beside old."""
    speed, size = figures.get("milliseconds_per_1000_rows") or {}, figures.get("bytes") or {}
    with st.container(horizontal=True):
        for title, values, unit, scale in (("Speed", speed, "ms per 1,000 rows", 1.0), ("Size", size, "KiB", 1 / 1024)):
            if "new" in values:
                said = f"old: {words.number(values['old'] * scale)} {unit}" if "old" in values else None
                st.metric(f"{title} of the new model", f"{words.number(values['new'] * scale)} {unit}", said, delta_color="off", delta_arrow="off")
