"""Did alarm, would alarm: two lanes over the same windows, and how many of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

import lifecycle
from pages.parts import charts, page, session, words
from pages.parts.windows import Windows

__all__ = ["lanes", "save", "told"]

RUNS = 120
NAMES = ("Alarms now", "Would alarm")


def lanes(found: pd.DataFrame, windows: Windows, dark: bool = False, names: tuple[str, str] = NAMES) -> go.Figure:
    """`found`: window, alarm, would_alarm (and would_columns). A cell is a window, or a run of them; the darker, the more of it alarms."""
    shown = windows.keep(found)
    runs = min(RUNS, max(1, len(windows)))
    run = shown["x"].to_numpy() * runs // max(1, len(windows))
    size = np.maximum(np.bincount(run, minlength=runs), 1)
    counts = [np.bincount(run, shown[name].to_numpy(dtype=float), minlength=runs) for name in ("would_alarm", "alarm")]
    first = [windows.names[min(len(windows) - 1, -(-place * len(windows) // runs))] for place in range(runs)]
    hover = [
        [f"{windows.words(name)}<br>{said}: {_share(int(n), int(of))}" for name, n, of in zip(first, lane, size, strict=True)]
        for said, lane in zip(names[::-1], counts, strict=True)
    ]
    chart = charts.figure(height=130)
    alarm = charts.color("alarm", dark)
    scale = [[0, charts.faint(charts.ROLES["muted"], 0.1)], [0.001, charts.faint(alarm, 0.4)], [1, alarm]]
    cells: dict[str, Any] = {"text": hover, "hovertemplate": "%{text}<extra></extra>", "showscale": False, "xgap": 1, "ygap": 6}
    chart.add_trace(go.Heatmap(z=np.array(counts) / size, zmin=0, zmax=1, colorscale=scale, y=list(names[::-1]), **cells))
    windows.axis(chart, runs=runs)
    chart.update_xaxes(showgrid=False)
    chart.update_yaxes(showgrid=False)
    chart.update_layout(margin={"t": 4, "b": 8, "l": 8, "r": 8})
    return chart


def told(found: pd.DataFrame, verb: str = "alarm") -> str:
    """How many windows alarm (or what `verb` says) now and would, in one sentence.

    >>> told(pd.DataFrame({"alarm": [True, False, True], "would_alarm": [True, True, False]}))
    '2 of 3 windows alarm now; 2 would: 1 more and 1 fewer.'
    """
    now, would = found["alarm"].to_numpy(dtype=bool), found["would_alarm"].to_numpy(dtype=bool)
    more, fewer = int((would & ~now).sum()), int((now & ~would).sum())
    change = "the same ones" if not more and not fewer else f"{words.count(more)} more and {words.count(fewer)} fewer"
    return f"{words.count(now.sum())} of {words.plural(len(found), 'window')} {verb} now; {words.count(would.sum())} would: {change}."


def save(project: lifecycle.Project, changes: Mapping[str, Any], key: str, what: str = "these thresholds") -> None:
    """The button that makes the changes the project's settings, by whom; the change is an event."""
    if st.button(f"Save {what}", type="primary", icon=":material/save:", disabled=not changes, key=key):
        with page.refusals():
            project.configure(by=session.user(), **changes)
            st.session_state[f"{key}-saved"] = True
            st.rerun()
    if st.session_state.pop(f"{key}-saved", False):
        st.success(f"Saved by {session.user()}. Every window has been judged by it.")


def _share(count: int, of: int) -> str:
    return ("yes" if count else "no") if of == 1 else f"{count} of {of} windows"
