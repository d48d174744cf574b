"""Drift over time: one column's statistic, or all columns together, with thresholds."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go

from pages.parts import charts, words
from pages.parts.windows import Windows

__all__ = ["highlight", "multivariate", "over_time"]


def over_time(frame: pd.DataFrame, windows: Windows, selected: tuple[str, str] | None = None, dark: bool = False) -> go.Figure:
    """One column of `Project.drift_map`: its statistic in each run of windows, its threshold, and the windows that drifted."""
    name = str(frame["test"].iloc[-1]).replace("_", " ") if len(frame) else "statistic"
    runs = int(frame["x"].max()) + 1 if len(frame) else len(windows)
    chart = charts.figure(height=280, y=name, right=76)
    tint = charts.color("current", dark)
    hover = [
        f"{windows.words(str(w))}<br>{name} {words.number(s)}<br>{words.count(n)} rows" + (f"<br>the worst of {many} windows" if many > 1 else "")
        for w, s, n, many in zip(frame["window"], frame["statistic"], frame["rows"], frame["windows"], strict=True)
    ]
    charts.line(chart, frame["x"], frame["statistic"], tint, hover=hover)
    chart.data[-1].customdata = list(zip(*(frame[part].astype(str) for part in ("window", "first", "last")), strict=True))
    chart.data[-1].update(selected={"marker": {"opacity": 1}}, unselected={"marker": {"opacity": 1}})
    _limit(chart, frame)
    drifted = frame[frame["drifted"].astype(bool)]
    marker = {"size": 9, "color": charts.color("alarm", dark)}
    chart.add_trace(go.Scatter(x=drifted["x"], y=drifted["statistic"], mode="markers", marker=marker, hoverinfo="skip"))
    chart.data[-1].unselected = {"marker": {"opacity": 1}}
    highlight(chart, windows, selected, runs)
    windows.axis(chart, most=5, runs=runs)
    chart.update_yaxes(rangemode="tozero", nticks=5)
    return chart


def highlight(chart: go.Figure, windows: Windows, selected: tuple[str, str] | None, runs: int) -> None:
    """The windows that are chosen, as a ground behind the lines."""
    if not selected or (selected[0] not in windows and selected[1] not in windows):
        return
    start, end = windows.run(selected[0], runs, 0), windows.run(selected[1], runs, runs - 1)
    ground = {"fillcolor": charts.GRID, "line": {"width": 0}, "layer": "below"}
    chart.add_shape(type="rect", x0=start - 0.5, x1=end + 0.5, y0=0, y1=1, yref="paper", **ground)


def multivariate(found: pd.DataFrame, windows: Windows, dark: bool = False, name: str = "reconstruction error") -> go.Figure:
    """The statistic of all columns together in each window with its interval, its threshold, and the windows beyond it."""
    chart = charts.figure(height=220, y=name, right=76)
    tint = charts.color("current", dark)
    charts.band(chart, found["x"], found["lower"], found["upper"], tint)
    figures = zip(found["window"], found["statistic"], found["lower"], found["upper"], strict=True)
    hover = [f"{windows.words(str(w))}<br>{words.interval(s, lo, up)}" for w, s, lo, up in figures]
    charts.line(chart, found["x"], found["statistic"], tint, hover=hover, marks=len(found) <= 72)
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
