"""What further labels would bring: the learning curve, and the sentence that it comes to."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

import lifecycle
from pages.parts import charts, page, session, words

__all__ = ["show"]

STEPS = (50, 200, 1000)


def show(project: lifecycle.Project) -> None:
    """The chart and its sentence, for a chosen number of further labels."""
    page.section(
        "Is it worth going on?",
        "A quick model learns from ever more labels and is tested on samples that chance picked; the curve is drawn further, with its band.",
    )
    more = st.segmented_control(
        "Further labels", STEPS, default=STEPS[0], format_func=lambda n: f"{words.count(n)} more", key="gain-more", required=True
    )
    with st.spinner("Measuring the learning curve"):
        found = project.labeling_gain(int(more))
    if found.gain != found.gain:
        page.empty("The learning curve will be here.", found.sentence, "Start labeling", "label")
        return
    st.markdown(f"**{found.sentence}**")
    charts.draw(_chart(found, session.dark()), key="gain", alt=found.sentence)


def _chart(found: lifecycle.LabelingGain, dark: bool) -> go.Figure:
    """Measured points over a curve with its band, and where so many more labels would lead."""
    tint = charts.color("labels", dark)
    curve, measured = (found.points[found.points["kind"] == kind] for kind in ("curve", "measured"))
    chart = charts.figure(height=300, x="labelled rows to learn from", y=words.metric(found.metric), right=90)
    charts.band(chart, curve["labels"], curve["lower"], curve["upper"], tint)
    charts.line(chart, curve["labels"], curve["value"], tint, "expected", dash="4px,3px", marks=False)
    said = [f"{words.count(int(n))} rows: {words.number(value)}" for n, value in zip(measured["labels"], measured["value"], strict=True)]
    bars = {"type": "data", "array": measured["upper"] - measured["value"], "arrayminus": measured["value"] - measured["lower"], "thickness": 1}
    chart.add_trace(
        go.Scatter(
            x=measured["labels"],
            y=measured["value"],
            error_y=bars,
            mode="markers",
            marker={"size": 8, "color": tint},
            text=said,
            hovertemplate="%{text}<extra></extra>",
        )
    )
    chart.update_xaxes(type="log")
    return chart
