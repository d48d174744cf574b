"""Charts and tables of the Data quality page."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from pages.parts import charts, words
from pages.parts.windows import Windows

__all__ = ["COLUMNS", "heatmap", "table", "words_of"]

COLUMNS = {"column": "Column", "check": "Check", "value": "Found", "expected": "Expected", "result": "Result"}
ALL_ROWS = "all rows"


def words_of(check: str) -> str:
    """A check's name in words.

    >>> words_of("out_of_range")
    'out of range'
    """
    return str(check).replace("_", " ")


def heatmap(frame: pd.DataFrame, windows: Windows, dark: bool = False) -> go.Figure:
    """Failed checks by column and window, the columns with most failures on top."""
    shown = windows.keep(frame)
    shown["column"] = shown["column"].fillna(ALL_ROWS).replace("", ALL_ROWS).astype(str)
    counts = shown.groupby("column")["failed"].sum().sort_values(ascending=False, kind="stable")
    columns = [str(name) for name in counts[counts > 0].index][:30]
    failed = shown[shown["failed"].astype(bool) & shown["column"].isin(columns)]
    place = {name: position for position, name in enumerate(columns)}
    cells = (
        failed.groupby(["column", "window", "x"])
        .agg(n=("check", "size"), checks=("check", lambda names: ", ".join(map(words_of, names))))
        .reset_index()
    )
    grid = np.zeros((len(columns), len(windows)))
    down = cells["column"].map(place).to_numpy(dtype=int)
    grid[down, cells["x"].to_numpy(dtype=int)] = cells["n"]
    chart = charts.figure(height=72 + 26 * max(3, len(columns)))
    alarm = charts.color("alarm", dark)
    scale = [[0, charts.faint(charts.ROLES["muted"], 0.10)], [0.001, charts.faint(alarm, 0.45)], [1, alarm]]
    chart.add_trace(
        go.Heatmap(z=grid, zmin=0, zmax=max(2.0, float(grid.max(initial=0))), colorscale=scale, showscale=False, hoverinfo="skip", xgap=2, ygap=2)
    )
    hover = [
        f"<b>{c}</b>, {windows.words(str(w))}<br>failed: {checks}"
        for c, w, checks in zip(cells["column"], cells["window"], cells["checks"], strict=True)
    ]
    steady = {"marker": {"opacity": 1}}
    custom = list(zip(cells["column"], cells["window"].astype(str), strict=True))
    marker = {"size": 18, "color": "rgba(0,0,0,0)"}
    chart.add_trace(
        go.Scatter(
            x=cells["x"],
            y=down,
            mode="markers",
            marker=marker,
            customdata=custom,
            selected=steady,
            unselected=steady,
            text=hover,
            hovertemplate="%{text}<extra></extra>",
        )
    )
    windows.axis(chart)
    chart.update_xaxes(showgrid=False)
    chart.update_yaxes(tickvals=list(range(len(columns))), ticktext=columns, range=[max(2, len(columns) - 1) + 0.5, -0.5], showgrid=False)
    chart.update_layout(margin={"t": 4, "b": 8, "l": 8, "r": 8})
    return chart


def table(rows: pd.DataFrame) -> pd.DataFrame:
    """The checks of one window as people read them, the failed ones first."""
    said = [words.number(float(value)) if isinstance(value, int | float | np.number) else str(value) for value in rows["value"]]
    return pd.DataFrame(
        {
            "column": rows["column"].fillna(ALL_ROWS).replace("", ALL_ROWS).to_numpy(),
            "check": [words_of(name) for name in rows["check"]],
            "value": said,
            "expected": [words.number(value) if isinstance(value, float) else str(value) for value in rows["expected"]],
            "result": ["✕ failed" if bad else "✓ passed" for bad in rows["failed"]],
        }
    )
