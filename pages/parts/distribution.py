"""One column's values in the reference and in a window, over one another or side by side."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from pages.parts import charts, words

__all__ = ["distribution"]


def distribution(frame: pd.DataFrame, kind: str, dark: bool = False) -> go.Figure:
    """Reference against current values. frame: bin (its name), lower, upper (NaN without), reference, current (shares), in order."""
    chart = charts.figure(height=280, y="share of rows")
    places, numeric = list(range(len(frame))), kind == "numeric"
    said = zip(frame["bin"], frame["reference"], frame["current"], strict=True)
    hover = [f"{name}<br>reference {words.percent(before)}, this window {words.percent(now)}" for name, before, now in said]
    for name, opacity in (("reference", 0.45), ("current", 0.75)):
        marker = {"color": charts.faint(charts.color(name, dark), opacity), "line": {"width": 0}}
        chart.add_trace(go.Bar(x=places, y=frame[name], marker=marker, text=hover, textposition="none", hovertemplate="%{text}<extra></extra>"))
    chart.update_layout(barmode="overlay" if numeric else "group", bargap=0.02 if numeric else 0.3, bargroupgap=0.08)
    for name, role, shift in (("reference", "reference", -78), ("this window", "current", 0)):
        place = {"xref": "paper", "yref": "paper", "xanchor": "right", "yanchor": "bottom", "yshift": 6, "xshift": shift}
        charts.note(chart, 1, 1, name, charts.color(role, dark), **place)
    at, texts = _edges(frame) if numeric else (places, [str(name)[:14] for name in frame["bin"]])
    chart.update_xaxes(tickvals=at, ticktext=texts, tickangle=0 if len(texts) <= 8 else None)
    chart.update_yaxes(tickformat=".0%", nticks=4)
    return chart


def _edges(frame: pd.DataFrame) -> tuple[list[float], list[str]]:
    """A few edges between bins as ticks, and the name of what has none, such as 'missing'."""
    edges = [(place - 0.5, float(value)) for place, value in enumerate(frame["lower"]) if pd.notna(value)]
    step = max(1, -(-len(edges) // 6))
    at, texts = [place for place, _ in edges[::step]], [words.number(value) for _, value in edges[::step]]
    if len(frame) and frame["bin"].iloc[-1] == "missing":
        at, texts = [*at, len(frame) - 1], [*texts, "missing"]
    return at, texts
