"""Where a model errs: residuals, calibration, slices. Frames in, figures out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from pages.parts import charts, words

__all__ = ["calibration", "intervals", "residuals"]


def residuals(frame: pd.DataFrame, dark: bool = False, height: int = 360) -> go.Figure:
    """Answer minus truth against the answer. frame: prediction, residual, and name (shown on hover) where there is one."""
    chart = charts.figure(height=height, x="the model's answer", y="answer minus truth")
    hover = [
        f"{name}<br>answer {words.number(p)}, off by {words.number(r)}"
        for name, p, r in zip(_names(frame), frame["prediction"], frame["residual"], strict=True)
    ]
    marker = {"size": 6, "color": charts.faint(charts.color("current", dark), 0.6)}
    chart.add_trace(
        go.Scatter(x=frame["prediction"], y=frame["residual"], mode="markers", marker=marker, text=hover, hovertemplate="%{text}<extra></extra>")
    )
    charts.threshold(chart, 0.0, "exact")
    chart.update_layout(margin_r=60)
    return chart


def calibration(frame: pd.DataFrame, dark: bool = False, height: int = 360) -> go.Figure:
    """How sure the model was against how often it was right. frame: side (current, reference), predicted, observed, lower, upper, rows."""
    known = frame[frame["observed"].notna()]
    chart = charts.figure(height=height, x="how sure the model was", y="how often it was right")
    low = float(min(known["predicted"].min(), known["observed"].min())) if len(known) else 0.0
    style = {"color": charts.ROLES["muted"], "width": 1, "dash": "4px,3px"}
    chart.add_shape(type="line", x0=low, y0=low, x1=1, y1=1, line=style)
    for side, tint in (("reference", charts.ROLES["reference"]), ("current", charts.color("current", dark))):
        rows = known[known["side"] == side].sort_values("predicted")
        if rows.empty:
            continue
        charts.band(chart, rows["predicted"], rows["lower"], rows["upper"], tint)
        said = zip(rows["predicted"], rows["observed"], rows["rows"], strict=True)
        hover = [f"{side}: sure {words.percent(p)}, right {words.percent(o)}<br>{words.count(n)} rows" for p, o, n in said]
        charts.line(chart, rows["predicted"], rows["observed"], tint, hover=hover)
    for place, (text, tint) in enumerate((("reference", charts.ROLES["reference"]), ("these windows", charts.color("current", dark)))):
        charts.note(chart, 0.02, 0.98 - 0.07 * place, text, tint, xref="paper", yref="paper", xanchor="left", yanchor="top")
    chart.update_xaxes(tickformat=".0%", showgrid=True)
    chart.update_yaxes(tickformat=".0%")
    return chart


def intervals(frame: pd.DataFrame, metric: str, middle: float | None = None, dark: bool = False) -> go.Figure:
    """A dot with its interval a row. frame: name, value, lower, upper, rows; `middle`: the value over all rows, a thin line."""
    shown = frame.iloc[::-1]
    tint = charts.color("current", dark)
    chart = charts.figure(height=70 + 26 * max(3, len(frame)), x=metric)
    up, down = shown["upper"] - shown["value"], shown["value"] - shown["lower"]
    error = {"type": "data", "array": up, "arrayminus": down, "color": charts.faint(tint, 0.55), "thickness": 3, "width": 0}
    figures = zip(shown["name"], shown["value"], shown["lower"], shown["upper"], shown["rows"], strict=True)
    hover = [f"<b>{n}</b><br>{metric} {words.interval(v, lo, hi)}<br>{words.count(k)} labelled rows" for n, v, lo, hi, k in figures]
    marker = {"size": 9, "color": tint}
    names = [f"{name}  ({words.count(rows)})" for name, rows in zip(shown["name"], shown["rows"], strict=True)]
    chart.add_trace(
        go.Scatter(x=shown["value"], y=names, mode="markers", marker=marker, error_x=error, text=hover, hovertemplate="%{text}<extra></extra>")
    )
    if middle is not None and np.isfinite(middle):
        style = {"color": charts.ROLES["muted"], "width": 1, "dash": "4px,3px"}
        chart.add_shape(type="line", x0=middle, x1=middle, y0=0, y1=1, yref="paper", line=style)
        charts.note(chart, middle, 1, f"all rows {words.number(middle)}", charts.ROLES["muted"], yref="paper", yanchor="bottom")
    chart.update_xaxes(showgrid=True)
    chart.update_yaxes(type="category", showgrid=False)
    return chart


def _names(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name in frame["name"]] if "name" in frame else [""] * len(frame)
