"""Why did it change: each column's part in the change of the metric, the largest first, each a link to the column on the Drift page."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

import lifecycle
from pages.parts import charts, page, session, tree, words

__all__ = ["bars", "show"]

MOST = 8
SIDE = {"column": "current", "together": "muted", "concept": "estimated"}


def show(project: lifecycle.Project, window: str | None = None) -> None:
    """The parts of the change in a window (default: the newest that alarms, else the newest), as bars with their intervals."""
    with page.refusals():
        found = project.root_cause(window)
        if found.empty:
            return
        shown = pd.concat([found[found["kind"] == "column"].head(MOST), found[found["kind"] != "column"]])
        metric, name = words.metric(str(found["metric"].iloc[0])), str(found["window"].iloc[0])
        page.section("Why did it change?", _said(found, metric, name))
        charts.draw(
            bars(shown, metric, session.dark()), key="causes", alt=f"What each column did to {metric}, with intervals, the most harmful on top"
        )
        telling = shown[(shown["kind"] == "column") & ((shown["lower"] > 0) | (shown["upper"] < 0))].head(4)
        with st.container(horizontal=True):
            for column in telling["column"]:
                tree.link("drift", f"{column} →", column=column, window=name)


def bars(frame: pd.DataFrame, metric: str, dark: bool = False) -> go.Figure:
    """A bar with its interval a part. frame: column, kind, contribution, lower, upper, share, sentence."""
    shown = frame.iloc[::-1]
    chart = charts.figure(height=70 + 26 * max(3, len(shown)), x=f"change of {metric}", right=60)
    half = (shown["upper"] - shown["contribution"]).fillna(0.0)
    tint = [charts.color(SIDE[kind], dark) for kind in shown["kind"]]
    error = {"type": "data", "array": half, "color": charts.ROLES["muted"], "thickness": 1.5, "width": 3}
    bar = {"color": [charts.faint(color, 0.75) for color in tint]}
    share = ["" if pd.isna(part) else words.percent(part) for part in shown["share"]]
    chart.add_trace(
        go.Bar(
            x=shown["contribution"],
            y=shown["column"],
            orientation="h",
            marker=bar,
            error_x=error,
            customdata=list(zip(shown["sentence"], share, strict=True)),
            hovertemplate="%{customdata[0]}<extra></extra>",
        )
    )
    for name, text in zip(shown["column"], share, strict=True):
        chart.add_annotation(x=1, xref="paper", y=name, text=text, showarrow=False, xanchor="left", xshift=8, font=charts.SMALL)
    chart.add_shape(type="line", x0=0, x1=0, y0=0, y1=1, yref="paper", line={"color": charts.ROLES["muted"], "width": 1})
    chart.update_yaxes(type="category", showgrid=False)
    chart.update_xaxes(showgrid=True, nticks=6)
    return chart


def _said(found: pd.DataFrame, metric: str, window: str) -> str:
    """The first part in words, and how to read the bars."""
    if found["share"].isna().all():
        return page.plain(f"Window {window}: {metric} has not changed beyond chance; what each column's move would do to it.")
    worst = found.sort_values("share", ascending=False).iloc[0]
    return page.plain(f"Window {window}. {worst['sentence']} Right: shares of the change; they add up to all of it.")
