"""The heatmap of the Drift page: windows across, columns down, the worst on top."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from pages.parts import charts, words
from pages.parts.windows import Windows

__all__ = ["heatmap", "ranked", "strength"]

CAP = 3.0  # beyond three times the threshold, more of it says nothing more


def strength(frame: pd.DataFrame) -> np.ndarray:
    """How far each statistic is on its way to its threshold: 1 is the threshold, capped at three times that.

    >>> strength(pd.DataFrame({"statistic": [0.1, 0.5], "threshold": [0.2, 0.1]})).tolist()
    [0.5, 3.0]
    """
    limit = frame["threshold"].to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = frame["statistic"].to_numpy(dtype=float) / np.where(limit > 0, limit, np.nan)
    return np.asarray(np.clip(ratio, 0, CAP))


def ranked(frame: pd.DataFrame) -> list[str]:
    """The columns, the worst first: by windows drifted, then by the strongest statistic."""
    scored = pd.DataFrame({"column": frame["column"], "drifted": frame["drifted"].astype(int), "strength": np.nan_to_num(strength(frame))})
    order = scored.groupby("column", sort=False).agg(drifted=("drifted", "sum"), strength=("strength", "max"), mean=("strength", "mean"))
    return [str(name) for name in order.sort_values(["drifted", "strength", "mean"], ascending=False).index]


def heatmap(frame: pd.DataFrame, windows: Windows, columns: list[str], selected: tuple[str, str] | None = None, dark: bool = False) -> go.Figure:
    """Windows across, columns down, the worst on top; drifted cells carry a dot. Invisible points on top take the clicks."""
    shown = windows.keep(frame[frame["column"].isin(columns)])
    place = {name: position for position, name in enumerate(columns)}
    down = shown["column"].map(place).to_numpy()
    grid = np.full((len(columns), len(windows)), np.nan)
    grid[down, shown["x"].to_numpy()] = strength(shown)
    chart = charts.figure(height=72 + 26 * max(3, len(columns)))
    scale = charts.SEQUENTIAL_DARK if dark else charts.SEQUENTIAL
    ground = [[0, charts.faint(charts.ROLES["muted"], 0.09)], [1, charts.faint(charts.ROLES["muted"], 0.09)]]
    chart.add_trace(go.Heatmap(z=np.zeros_like(grid), colorscale=ground, showscale=False, hoverinfo="skip", xgap=2, ygap=2))
    chart.add_trace(go.Heatmap(z=grid, zmin=0, zmax=CAP, colorscale=scale, showscale=False, hoverinfo="skip", xgap=2, ygap=2))
    chart.add_trace(_points(shown, windows, down, dark))
    windows.axis(chart)
    chart.update_xaxes(showgrid=False)
    chart.update_yaxes(
        tickvals=list(range(len(columns))), ticktext=[_short(name) for name in columns], range=[len(columns) - 0.5, -0.5], showgrid=False
    )
    chart.update_layout(margin={"t": 4, "b": 8, "l": 8, "r": 8})
    if selected and selected[0] in place and selected[1] in windows:
        x, y = windows.at(selected[1]), place[selected[0]]
        edge = {"color": "#E4E9EE" if dark else "#1D252D", "width": 2}
        chart.add_shape(type="rect", x0=x - 0.5, x1=x + 0.5, y0=y - 0.5, y1=y + 0.5, line=edge)
    return chart


def _points(shown: pd.DataFrame, windows: Windows, down: np.ndarray, dark: bool) -> go.Scatter:
    drifted = shown["drifted"].to_numpy(dtype=bool)
    dot = charts.color("alarm", dark)
    rows: Iterable[Any] = shown.itertuples()
    hover = [
        f"<b>{row.column}</b>, {windows.words(str(row.window))}<br>{_said(row.drifted, row.threshold)}: {row.test.replace('_', ' ')} "
        f"{words.number(row.statistic)} (threshold {words.number(row.threshold)})<br>effect {words.number(row.effect)}, {words.count(row.rows)} rows"
        for row in rows
    ]
    steady = {"marker": {"opacity": 1}}
    marker = {
        "size": np.where(drifted, 7, 18),
        "color": np.where(drifted, dot, "rgba(0,0,0,0)"),
        "line": {"width": np.where(drifted, 1, 0), "color": "#FFFFFF"},
        "opacity": 1,
    }
    custom = list(zip(shown["column"].astype(str), shown["window"].astype(str), strict=True))
    return go.Scatter(
        x=shown["x"],
        y=down,
        mode="markers",
        marker=marker,
        customdata=custom,
        selected=steady,
        unselected=steady,
        text=hover,
        hovertemplate="%{text}<extra></extra>",
    )


def _said(drifted: bool, threshold: float) -> str:
    return "drifted" if drifted else "too few rows to judge" if math.isnan(threshold) else "no drift"


def _short(name: str, most: int = 22) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"
