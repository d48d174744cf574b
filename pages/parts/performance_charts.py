"""The chart of a metric over time: realized, estimated and assisted, with bands, limits and version changes."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go

from pages.parts import charts, words
from pages.parts.windows import Windows

__all__ = ["LINES", "over_time", "trust"]

LINES = ("estimated", "realized", "assisted")


def over_time(frame: pd.DataFrame, windows: Windows, changes: list[tuple[float, str]], dark: bool = False, height: int = 380) -> go.Figure:
    """One metric in each window. `changes`: where on the axis which version took over."""
    shown = windows.keep(frame)
    metric = words.metric(str(shown["metric"].iloc[0])) if len(shown) else ""
    chart = charts.figure(height=height, y=metric, right=92)
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
        charts.line(chart, rows["x"], rows[name], tint, hover=hover, dash="dot" if name == "estimated" else None, marks=len(windows) <= 60)
        ends.append((float(rows[name].iloc[-1]), name, tint))
    _names(chart, len(windows) - 1, ends + _limits(chart, shown), shown)
    _alarms(chart, shown, dark)
    _changes(chart, [change for change in changes if change[0] > 0.25], 0.05 * len(windows))  # the first version needs no rule
    windows.axis(chart)
    return chart


def trust(frame: pd.DataFrame) -> str:
    """Which line to trust in the newest window, and why, as one sentence."""
    if frame.empty:
        return ""
    last = frame.sort_values("start").iloc[-1]
    labels, rows = int(last["labels"]), int(last["rows"])
    known = {name: pd.notna(last[name]) for name in LINES}
    if known["realized"] and labels >= 0.9 * rows:
        share = words.percent(labels / max(rows, 1))
        return f"Trust realized: {share} of the newest window's {words.count(rows)} rows have labels, so nothing has to be guessed."
    if known["assisted"]:
        if labels < 30:
            few = words.plural(labels, "label")
            return f"Trust assisted, within its wide band: the newest window has only {few}. A few dozen more would narrow it."
        return (
            f"Trust assisted: it joins the answers on all {words.count(rows)} rows of the newest window with {words.plural(labels, 'label')}, "
            "and is unbiased even where the labels were picked by uncertainty."
        )
    if known["realized"]:
        return f"Trust realized, within its wide band: it stands on {words.plural(labels, 'label')} of the newest window's {words.count(rows)} rows."
    if known["estimated"]:
        return "Only the estimate is there yet: it needs no labels, but it cannot see a change of concept. A few labels would tell."
    return "There is no figure for the newest window yet: it has neither labels nor probabilities to estimate from."


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
