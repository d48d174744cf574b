"""The heatmap of the Drift page: windows across, columns down, the worst on top; thousands of windows as runs of them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from pages.parts import charts, words
from pages.parts.windows import Windows

__all__ = ["CAP", "RUNS", "condensed", "heatmap"]

CAP = 3.0  # beyond three times the threshold, more of it says nothing more
RUNS = 72  # runs of windows that are drawn at most


def condensed(frame: pd.DataFrame) -> str:
    """What to know of a map whose cells are runs of windows; empty where each cell is one window."""
    longest = int(frame["windows"].max()) if len(frame) else 1
    return f" Each cell is a run of {longest} windows and shows its worst one." if longest > 1 else ""


def heatmap(frame: pd.DataFrame, windows: Windows, selected: tuple[str, str, str] | None = None, dark: bool = False) -> go.Figure:
    """`frame` as `Project.drift_map` gives it. `selected`: a column, the first and the last of the windows that are chosen.

    Invisible points on top take the clicks; their customdata is window, first, last, column.
    """
    names = frame.drop_duplicates("y").sort_values("y")["column"].astype(str).tolist()
    runs = int(frame["x"].max()) + 1
    x, y = frame["x"].to_numpy(), frame["y"].to_numpy()
    grid = np.full((len(names), runs), np.nan)
    grid[y, x] = frame["reached"]
    chart = charts.figure(height=72 + 26 * max(3, len(names)))
    scale = charts.SEQUENTIAL_DARK if dark else charts.SEQUENTIAL
    ground = [[0, charts.faint(charts.ROLES["muted"], 0.09)], [1, charts.faint(charts.ROLES["muted"], 0.09)]]
    gap = {"xgap": 2 if runs <= 60 else 1, "ygap": 2, "showscale": False, "hoverinfo": "skip"}
    chart.add_trace(go.Heatmap(z=np.zeros_like(grid), colorscale=ground, **gap))
    chart.add_trace(go.Heatmap(z=grid, zmin=0, zmax=CAP, colorscale=scale, **gap))
    chart.add_trace(_points(frame, windows, dark))
    windows.axis(chart, runs=runs)
    chart.update_xaxes(showgrid=False)
    chart.update_yaxes(tickvals=list(range(len(names))), ticktext=[_short(name) for name in names], range=[len(names) - 0.5, -0.5], showgrid=False)
    chart.update_layout(margin={"t": 4, "b": 8, "l": 8, "r": 8})
    if selected and selected[0] in names:
        _outline(chart, windows, selected, names.index(selected[0]), runs, dark)
    return chart


def _outline(chart: go.Figure, windows: Windows, selected: tuple[str, str, str], y: int, runs: int, dark: bool) -> None:
    """A frame around what is chosen, as far as it is on the map."""
    if selected[1] not in windows and selected[2] not in windows:
        return
    start, end = (windows.run(name, runs, usual) for name, usual in zip(selected[1:], (0, runs - 1), strict=True))
    edge = {"color": "#E4E9EE" if dark else "#1D252D", "width": 2}
    chart.add_shape(type="rect", x0=start - 0.5, x1=end + 0.5, y0=y - 0.5, y1=y + 0.5, line=edge)


def _points(frame: pd.DataFrame, windows: Windows, dark: bool) -> go.Scatter:
    drifted = frame["drifted"].to_numpy(dtype=bool)
    dot = charts.color("alarm", dark)
    steady = {"marker": {"opacity": 1}}
    marker = {
        "size": np.where(drifted, 7, 18),
        "color": np.where(drifted, dot, "rgba(0,0,0,0)"),
        "line": {"width": np.where(drifted, 1, 0), "color": "#FFFFFF"},
        "opacity": 1,
    }
    custom = list(zip(*(frame[name].astype(str) for name in ("window", "first", "last", "column")), strict=True))
    return go.Scatter(
        x=frame["x"],
        y=frame["y"],
        mode="markers",
        marker=marker,
        customdata=custom,
        selected=steady,
        unselected=steady,
        text=_hover(frame, windows),
        hovertemplate="%{text}<extra></extra>",
    )


def _hover(frame: pd.DataFrame, windows: Windows) -> list[str]:
    rows: Iterable[Any] = frame.itertuples()
    return [
        f"<b>{row.column}</b>, {windows.words(str(row.window))}<br>{_said(row.drifted, row.threshold)}: {str(row.test).replace('_', ' ')} "
        f"{words.number(row.statistic)} (threshold {words.number(row.threshold)})<br>effect {words.number(row.effect)}, {words.count(row.rows)} rows"
        + (f"<br>the worst of {row.windows} windows, {row.beyond} of which drifted" if row.windows > 1 else "")
        for row in rows
    ]


def _said(drifted: bool, threshold: float) -> str:
    return "drifted" if drifted else "too few rows to judge" if math.isnan(threshold) else "no drift"


def _short(name: str, most: int = 22) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"
