"""The chart of a metric over time: realized, estimated and assisted, with bands, limits and version changes."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go

from pages.parts import charts, words
from pages.parts.drift_charts import highlight
from pages.parts.windows import Windows

__all__ = ["LINES", "condensed", "over_time"]

LINES = ("estimated", "realized", "assisted")
RUNS = 120  # runs of windows that are drawn at most


def over_time(
    frame: pd.DataFrame, windows: Windows, changes: list[tuple[float, str]], dark: bool = False, selected: tuple[str, str] | None = None
) -> go.Figure:
    """One metric in each window. `changes`: where on the axis which version took over. `selected`: the first and last window chosen."""
    shown, runs = condensed(frame, windows)
    metric = words.metric(str(shown["metric"].iloc[0])) if len(shown) else ""
    chart = charts.figure(height=380, y=metric, right=92)
    ends: list[tuple[float, str, str]] = []
    for name in LINES:
        rows = shown[shown[name].notna()]
        if rows.empty:
            continue
        tint = charts.color(name, dark)
        if rows[f"{name}_lower"].notna().any():
            charts.band(chart, rows["x"], rows[f"{name}_lower"], rows[f"{name}_upper"], tint)
        figures = zip(rows["window"], rows[name], rows[f"{name}_lower"], rows[f"{name}_upper"], rows["labels"], rows["rows"], strict=True)
        hover = [
            f"{windows.words(str(w))}<br>{name} {words.interval(v, lo, up)}<br>{words.count(k)} labels of {words.count(n)} rows"
            for w, v, lo, up, k, n in figures
        ]
        charts.line(chart, rows["x"], rows[name], tint, hover=hover, dash="dot" if name == "estimated" else None)
        line, steady = chart.data[-1], {"marker": {"opacity": 1}}
        line.update(customdata=rows[["window", "first", "last"]].astype(str).to_numpy().tolist(), selected=steady, unselected=steady)
        line.marker.size = 5 if runs <= 60 else 3
        ends.append((float(rows[name].iloc[-1]), name, tint))
    highlight(chart, windows, selected, runs)
    _names(chart, runs - 1, ends + _limits(chart, shown), shown)
    _alarms(chart, shown, dark)
    placed = [(place * runs / max(1, len(windows)), text) for place, text in changes if place > 0.25]  # the first version needs no rule
    _changes(chart, placed, 0.05 * runs)
    windows.axis(chart, runs=runs)
    return chart


def condensed(frame: pd.DataFrame, windows: Windows) -> tuple[pd.DataFrame, int]:
    """Few enough rows to draw, and how many runs of windows they are: of each run the window that alarms, or is furthest from the usual."""
    shown = windows.keep(frame)
    shown = shown.assign(first=shown["window"], last=shown["window"], windows=1)
    if len(windows) <= RUNS:
        return shown, max(1, len(windows))
    best = shown["assisted"].fillna(shown["realized"]).fillna(shown["estimated"]).astype(float)
    off = (best - best.median()).abs().fillna(0) + 1e9 * shown["alarm"].fillna(False).astype(bool)
    run = shown["x"] * RUNS // len(windows)
    ends = shown.groupby(run)["window"].agg(["first", "last", "size"])
    kept = shown.loc[off.groupby(run).idxmax()]
    return kept.assign(x=ends.index, first=ends["first"].to_numpy(), last=ends["last"].to_numpy(), windows=ends["size"].to_numpy()), RUNS


def _names(chart: go.Figure, x: float, ends: list[tuple[float, str, str]], shown: pd.DataFrame) -> None:
    """The names of lines and limits at the right edge, moved apart where they would overlap."""
    columns = [f"{name}{part}" for name in LINES for part in ("", "_lower", "_upper")] + ["threshold_lower", "threshold_upper"]
    low, high = shown[columns].min().min(), shown[columns].max().max()
    gap = 0.06 * ((high - low) or 1.0)
    last = -math.inf
    for value, name, tint in sorted(ends):
        last = max(value, last + gap)
        charts.note(chart, x, last, name, tint, xanchor="left", xshift=16)


def _changes(chart: go.Figure, changes: list[tuple[float, str]], room: float) -> None:
    """A rule where a version took over; of several within `room` of each other only the newest is drawn."""
    for number, (place, text) in enumerate(changes):
        if number + 1 == len(changes) or changes[number + 1][0] - place >= room:
            charts.rule(chart, place, text)


def _limits(chart: go.Figure, shown: pd.DataFrame) -> list[tuple[float, str, str]]:
    """The limits beyond which it is an alarm, as steps where they change with the version; their names for the right edge."""
    named = []
    for column in ("threshold_lower", "threshold_upper"):
        limit = shown[column].astype(float)
        if limit.notna().any():
            style = {"color": charts.ROLES["muted"], "width": 1, "dash": "4px,3px", "shape": "hvh"}
            chart.add_trace(go.Scatter(x=shown["x"], y=limit, mode="lines", line=style, hoverinfo="skip"))
            last = float(limit.dropna().iloc[-1])
            named.append((last, f"limit {words.number(last)}", charts.ROLES["muted"]))
    return named


def _alarms(chart: go.Figure, shown: pd.DataFrame, dark: bool) -> None:
    """Alarms as marks on the axis."""
    rows = shown[shown["alarm"].fillna(False).astype(bool)]
    if len(rows):
        marker = {"symbol": "triangle-up", "size": 10, "color": charts.color("alarm", dark)}
        chart.add_trace(
            go.Scatter(
                x=rows["x"],
                y=[0] * len(rows),
                yaxis="y2",
                mode="markers",
                marker=marker,
                text=["alarm"] * len(rows),
                hovertemplate="alarm<extra></extra>",
                cliponaxis=False,
            )
        )
        chart.update_layout(yaxis2={"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True})
