"""Did the inputs change, or what they mean: the change of performance split in two, over time, with the detector's marks."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

import lifecycle
from pages.parts import charts, choices, page, session, words
from pages.parts.windows import Windows

__all__ = ["show", "split_chart"]

MOST = 50
NAMES = {"adwin": "ADWIN", "page_hinkley": "Page-Hinkley"}


def show(project: lifecycle.Project, metric: str | None = None) -> None:
    """The split of the newest windows; nothing where no window has labels."""
    with page.refusals():
        detectors = lifecycle.concept_detectors()
        chosen = st.query_params.get("detector", detectors[0])
        report = project.concept(metric, chosen if chosen in detectors else detectors[0])
        known = report.frame[report.frame["concept"].notna()]
        if known.empty:
            return
        page.section("Did the inputs change, or what they mean?", _said(known, report.changes))
        choices.switch("Detector", detectors, "detector", detectors[0], lambda name: NAMES.get(name, name))
        windows = Windows(report.frame, last=MOST)
        chart = split_chart(windows.keep(report.frame), report.changes, windows, words.metric(str(known["metric"].iloc[0])), session.dark())
        charts.draw(chart, key="concept", alt="The change of performance in each window: what the inputs explain, and what lies beyond them")


def split_chart(frame: pd.DataFrame, changes: pd.DataFrame, windows: Windows, metric: str, dark: bool = False) -> go.Figure:
    """Two bars a window, with intervals; a rule where a detector found a change. frame: x, window, inputs, concept (_lower, _upper), sentence."""
    chart = charts.figure(height=280, y=f"change of {metric} against the reference", right=120)
    for place, (part, name, role) in enumerate((("inputs", "by the inputs", "current"), ("concept", "beyond them", "estimated"))):
        tint = charts.color(role, dark)
        half = (frame[f"{part}_upper"] - frame[part]).fillna(0.0)
        error = {"type": "data", "array": half, "color": charts.ROLES["muted"], "thickness": 1, "width": 0}
        said = [_pointed(windows, window, sentence) for window, sentence in zip(frame["window"], frame["sentence"], strict=True)]
        bar = {"color": charts.faint(tint, 0.8)}
        chart.add_trace(go.Bar(x=frame["x"], y=frame[part], marker=bar, error_y=error, customdata=said, hovertemplate="%{customdata}<extra></extra>"))
        charts.note(chart, 1, 0.95 - 0.12 * place, name, tint, xref="paper", yref="paper", xanchor="left", xshift=8)
    marked = frame[frame["changed"]]
    dot = {"size": 8, "color": charts.color("alarm", dark)}
    chart.add_trace(go.Scatter(x=marked["x"], y=marked["concept"], mode="markers", marker=dot, hoverinfo="skip"))
    for time, detector in zip(changes["time"], changes["detector"], strict=True):
        at = windows.place(time)
        if at is not None:
            charts.rule(chart, at, NAMES.get(detector, detector))
    chart.update_layout(barmode="group")
    windows.axis(chart)
    chart.update_yaxes(nticks=5, zeroline=True, zerolinecolor=charts.ROLES["muted"])
    return chart


def _pointed(windows: Windows, window: str, sentence: str) -> str:
    """What a bar says when it is pointed at."""
    return f"<b>{windows.words(str(window))}</b><br>" + sentence.replace(": ", ":<br>").replace("; ", ";<br>")


def _said(known: pd.DataFrame, changes: pd.DataFrame) -> str:
    """What the newest labelled window says, and what a detector noticed last."""
    last = str(known["sentence"].iloc[-1])
    said = f"Newest window with labels: {last}"
    if len(changes):
        found = changes.iloc[-1]
        went = f"from {words.number(found['before'])} to {words.number(found['after'])}"
        said += f" In the stream of labelled rows the mean loss went {went} on {words.day(found['time'])}, noticed on {words.day(found['noticed'])}."
    return page.plain(said)
