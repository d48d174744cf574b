"""Drift over time: one column's statistic, or all columns together, with thresholds."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go

from pages.parts import charts, words
from pages.parts.windows import Windows

__all__ = ["multivariate", "over_time"]


def over_time(frame: pd.DataFrame, windows: Windows, selected: str | None = None, dark: bool = False) -> go.Figure:
    """One column's statistic in each window, its threshold, and the windows that drifted."""
    shown = windows.keep(frame)
    name = str(shown["test"].iloc[-1]).replace("_", " ") if len(shown) else "statistic"
    chart = charts.figure(height=280, y=name, right=76)
    tint = charts.color("current", dark)
    hover = [
        f"{windows.words(str(w))}<br>{name} {words.number(s)}<br>{words.count(n)} rows"
        for w, s, n in zip(shown["window"], shown["statistic"], shown["rows"], strict=True)
    ]
    charts.line(chart, shown["x"], shown["statistic"], tint, hover=hover)
    _limit(chart, shown)
    drifted = shown[shown["drifted"].astype(bool)]
    chart.add_trace(
        go.Scatter(x=drifted["x"], y=drifted["statistic"], mode="markers", marker={"size": 9, "color": charts.color("alarm", dark)}, hoverinfo="skip")
    )
    if selected in windows:
        chart.add_shape(
            type="rect",
            x0=windows.at(str(selected)) - 0.5,
            x1=windows.at(str(selected)) + 0.5,
            y0=0,
            y1=1,
            yref="paper",
            fillcolor=charts.GRID,
            line={"width": 0},
            layer="below",
        )
    windows.axis(chart, most=5)
    chart.update_yaxes(rangemode="tozero", nticks=5)
    return chart


def multivariate(found: pd.DataFrame, windows: Windows, dark: bool = False) -> go.Figure:
    """The reconstruction error of each window with its interval, its threshold, and the windows beyond it."""
    chart = charts.figure(height=220, y="reconstruction error", right=76)
    tint = charts.color("current", dark)
    charts.band(chart, found["x"], found["lower"], found["upper"], tint)
    figures = zip(found["window"], found["statistic"], found["lower"], found["upper"], strict=True)
    charts.line(
        chart, found["x"], found["statistic"], tint, hover=[f"{windows.words(str(w))}<br>{words.interval(s, lo, up)}" for w, s, lo, up in figures]
    )
    _limit(chart, found)
    beyond = found[found["alarm"].astype(bool)]
    dots = {"size": 9, "color": charts.color("alarm", dark)}
    chart.add_trace(go.Scatter(x=beyond["x"], y=beyond["statistic"], mode="markers", marker=dots, hoverinfo="skip"))
    windows.axis(chart)
    chart.update_yaxes(nticks=4)
    return chart


def _limit(chart: go.Figure, shown: pd.DataFrame) -> None:
    """The threshold, as one line where it is one number and as steps where it depends on the window's size."""
    limit = shown["threshold"].astype(float)
    if not limit.notna().any():
        return
    if math.isclose(float(limit.min()), float(limit.max()), rel_tol=1e-6):
        charts.threshold(chart, float(limit.iloc[-1]), f"threshold<br>{words.number(float(limit.iloc[-1]))}")
        return
    style = {"color": charts.ROLES["muted"], "width": 1, "dash": "4px,3px", "shape": "hvh"}
    chart.add_trace(go.Scatter(x=shown["x"], y=limit, mode="lines", line=style, hoverinfo="skip"))
    text = f"threshold<br>{words.number(float(limit.iloc[-1]))}"
    charts.note(chart, shown["x"].iloc[-1], float(limit.iloc[-1]), text, charts.ROLES["muted"], xanchor="left", xshift=12, align="left")
