"""One column's values on two sides, a reference and a current one, over one another or side by side."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from pages.parts import charts, words

__all__ = ["distribution"]

SIDES = ("reference", "this window")


def distribution(frame: pd.DataFrame, kind: str, dark: bool = False, sides: tuple[str, str] = SIDES, chosen: str | None = None) -> go.Figure:
    """Two sides of a column. frame: bin (its name), lower, upper (NaN without), reference, current (shares), in order.

    `sides`: what the two are called. `chosen`: the bin that is picked. A bar's customdata is its bin's name.
    """
    chart = charts.figure(height=280, y="share of rows")
    places, numeric = list(range(len(frame))), kind == "numeric"
    said = zip(frame["bin"], frame["reference"], frame["current"], strict=True)
    hover = [f"{name}<br>{sides[0]} {words.percent(before)}, {sides[1]} {words.percent(now)}" for name, before, now in said]
    edge = "#E4E9EE" if dark else "#1D252D"
    widths = [2 if name == chosen else 0 for name in frame["bin"]]
    steady = {"marker": {"opacity": 1}}
    for name, opacity in (("reference", 0.45), ("current", 0.75)):
        marker = {"color": charts.faint(charts.color(name, dark), opacity), "line": {"width": widths if name == "current" else 0, "color": edge}}
        texts = {"text": hover, "textposition": "none", "hovertemplate": "%{text}<extra></extra>", "customdata": frame["bin"].astype(str).tolist()}
        chart.add_trace(go.Bar(x=places, y=frame[name], marker=marker, selected=steady, unselected=steady, **texts))
    chart.update_layout(barmode="overlay" if numeric else "group", bargap=0.02 if numeric else 0.3, bargroupgap=0.08)
    for name, role, shift in ((sides[0], "reference", -16 - 7 * len(sides[1])), (sides[1], "current", 0)):
        place = {"xref": "paper", "yref": "paper", "xanchor": "right", "yanchor": "bottom", "yshift": 6, "xshift": shift}
        charts.note(chart, 1, 1, name, charts.color(role, dark), **place)
    at, texts_ = _edges(frame) if numeric else (places, [str(name)[:14] for name in frame["bin"]])
    chart.update_xaxes(tickvals=at, ticktext=texts_, tickangle=0 if len(texts_) <= 8 else None)
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
