"""When a trigger would have fired in the past: marks on the time axis of the headline metric, and a table of reasons and figures."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

import lifecycle
from pages.parts import charts, facts, page, session, timeline, words
from pages.parts.rows import each

__all__ = ["chart", "figures", "show", "told"]


def show(project: lifecycle.Project, trigger: lifecycle.Trigger, key: str) -> None:
    """The sentence, the chart and the table."""
    with page.refusals():
        found, metric = project.preview_trigger(trigger), facts.headline(project)
        st.markdown(f"**{page.plain(told(found))}**")
        name = words.metric(facts.metric_name(project))
        drawn = chart(name, metric, found, session.dark())
        charts.draw(drawn, key=f"{key}-chart", alt=f"{name} over time, with a mark wherever this trigger would have fired")
        if len(found):
            shown = found.iloc[::-1].assign(figures=found["figures"].map(figures))
            columns = {"Time": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm")}
            st.dataframe(
                shown.rename(columns=str.capitalize),
                hide_index=True,
                key=f"{key}-table",
                height=min(38 + 35 * len(shown), 220),
                column_config=columns,
            )


def told(found: pd.DataFrame) -> str:
    """How often it would have fired, in one sentence.

    >>> told(pd.DataFrame({"time": []}))
    'It would not have fired since the project began.'
    """
    if not len(found):
        return "It would not have fired since the project began."
    times = list(found["time"])
    when = [words.day(time) for time in times]
    shown = words.listing(when) if len(when) <= 3 else f"first on {when[0]}, last on {when[-1]}"
    return f"It would have fired {words.plural(len(times), 'time')} since the project began: {shown}."


def figures(given: Any) -> str:
    """The figures behind a firing as one line.

    >>> figures({"labels": 520, "n": 500, "value": 0.812345})
    'labels 520, n 500, value 0.812'
    """
    parts = []
    for name, value in dict(given).items():
        if value is None or value == {}:
            continue
        text = words.number(value) if isinstance(value, float) else str(value) if isinstance(value, str | int) else json.dumps(value, default=str)
        parts.append(f"{name} {text.strip('[]')}")
    return ", ".join(parts)


def chart(name: str, metric: pd.DataFrame, found: pd.DataFrame, dark: bool = False) -> go.Figure:
    """The metric with its interval, and below it, on the same axis, a mark for each firing. metric: `PerformanceReport.frame` rows."""
    best = timeline.best_line(metric) if len(metric) else metric
    drawn = charts.figure(height=230, y=name, right=56)
    if len(best):
        middle, tint = best["start"] + (best["end"] - best["start"]) / 2, charts.color("assisted", dark)
        charts.band(drawn, middle, best["lower"], best["upper"], tint)
        hover = [f"{words.moment(row.end)}<br>{name} {words.interval(row.value, row.lower, row.upper)}, {row.line}" for row in each(best)]
        charts.line(drawn, middle, best["value"], tint, hover=hover, marks=len(best) <= 60)
    alarm = charts.color("alarm", dark)
    text = [f"{words.moment(row.time)}<br>{row.reason}" for row in each(found)]
    marker = {"size": 11, "color": alarm, "symbol": "triangle-up"}
    drawn.add_trace(
        go.Scatter(x=found["time"], y=[0] * len(found), yaxis="y2", mode="markers", marker=marker, text=text, hovertemplate="%{text}<extra></extra>")
    )
    for row in each(found.head(100)):
        drawn.add_shape(type="line", x0=row.time, x1=row.time, y0=0, y1=1, yref="paper", line={"color": charts.faint(alarm, 0.35), "width": 1})
    lane = {"domain": [0, 0.12], "range": [-1, 1], "showticklabels": False, "showgrid": False, "zeroline": False, "fixedrange": True}
    drawn.update_layout(yaxis={"domain": [0.18, 1]}, yaxis2=lane, xaxis={"anchor": "y2"})
    return drawn
