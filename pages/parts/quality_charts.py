"""Charts and tables of the Data quality page."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from pages.parts import charts, words
from pages.parts.drift_charts import highlight
from pages.parts.windows import Windows

__all__ = ["COLUMNS", "heatmap", "over_time", "table", "words_of"]

COLUMNS = {"column": "Column", "check": "Check", "value": "Found", "expected": "Expected", "result": "Result"}
ALL_ROWS = "all rows"
RUNS, MOST = 72, 30


def words_of(check: str) -> str:
    """A check's name in words.

    >>> words_of("out_of_range")
    'out of range'
    """
    return str(check).replace("_", " ")


def heatmap(failed: pd.DataFrame, windows: Windows, selected: tuple[str, str] | None = None, dark: bool = False) -> go.Figure:
    """Failed checks, given alone, by column and run of windows, the columns with most failures on top.

    A point's customdata is the run's newest failing window, its first and its last window, and the column.
    """
    shown = windows.keep(failed)
    shown["column"] = shown["column"].fillna("").replace("", ALL_ROWS).astype(str)
    runs = max(1, min(RUNS, len(windows)))
    shown["run"] = shown["x"] * runs // max(1, len(windows))
    columns = [str(name) for name in shown["column"].value_counts().index][:MOST]
    place = {name: position for position, name in enumerate(columns)}
    grouped = shown[shown["column"].isin(columns)].groupby(["column", "run"], sort=False)
    cells: pd.DataFrame = grouped.agg(n=("check", "size"), window=("window", "last"), checks=("check", _named)).reset_index()
    grid = np.zeros((len(columns), runs))
    down, across = cells["column"].map(place).to_numpy(dtype=int), cells["run"].to_numpy(dtype=int)
    grid[down, across] = cells["n"]
    ends = [-(-at * len(windows) // runs) for at in range(runs + 1)]
    chart = charts.figure(height=72 + 26 * max(3, len(columns)))
    alarm = charts.color("alarm", dark)
    scale = [[0, charts.faint(charts.ROLES["muted"], 0.10)], [0.001, charts.faint(alarm, 0.45)], [1, alarm]]
    top = max(2.0, float(grid.max(initial=0)))
    chart.add_trace(go.Heatmap(z=grid, zmin=0, zmax=top, colorscale=scale, showscale=False, hoverinfo="skip", xgap=2 if runs <= 60 else 1, ygap=2))
    said = zip(cells["column"], cells["window"].astype(str), cells["checks"], cells["n"], strict=True)
    hover = [f"<b>{c}</b>, {windows.words(w)}<br>failed: {checks} ({words.plural(n, 'time')})" for c, w, checks, n in said]
    steady = {"marker": {"opacity": 1}}
    custom = [
        [str(window), windows.names[ends[at]], windows.names[ends[at + 1] - 1], column]
        for window, at, column in zip(cells["window"], across.tolist(), cells["column"], strict=True)
    ]
    points = {"mode": "markers", "marker": {"size": 18, "color": "rgba(0,0,0,0)"}, "selected": steady, "unselected": steady}
    chart.add_trace(go.Scatter(x=across, y=down, customdata=custom, text=hover, hovertemplate="%{text}<extra></extra>", **points))
    highlight(chart, windows, selected, runs)
    windows.axis(chart, runs=runs)
    chart.update_xaxes(showgrid=False)
    chart.update_yaxes(tickvals=list(range(len(columns))), ticktext=columns, range=[max(2, len(columns) - 1) + 0.5, -0.5], showgrid=False)
    chart.update_layout(margin={"t": 4, "b": 8, "l": 8, "r": 8})
    return chart


def over_time(rows: pd.DataFrame, windows: Windows, name: str, share: bool, dark: bool = False) -> go.Figure:
    """What one check found in each window (of each run of windows the largest), and where it failed."""
    shown = windows.keep(rows)
    runs = max(1, min(4 * RUNS, len(windows)))
    shown["run"] = shown["x"] * runs // max(1, len(windows))
    shown = shown.sort_values(["run", "failed", "value"], kind="stable").drop_duplicates("run", keep="last")
    chart = charts.figure(height=220, y=name)
    hover = [
        f"{windows.words(str(window))}<br>{words.percent(value) if share else words.number(value)}<br>expected {expected}"
        for window, value, expected in zip(shown["window"], shown["value"], shown["expected"], strict=True)
    ]
    charts.line(chart, shown["run"], shown["value"], charts.color("current", dark), hover=hover)
    bad = shown[shown["failed"].astype(bool)]
    marker = {"size": 9, "color": charts.color("alarm", dark)}
    chart.add_trace(go.Scatter(x=bad["run"], y=bad["value"], mode="markers", marker=marker, hoverinfo="skip"))
    windows.axis(chart, runs=runs)
    chart.update_yaxes(tickformat=".1%" if share else None, rangemode="tozero", nticks=4)
    return chart


def table(rows: pd.DataFrame) -> pd.DataFrame:
    """The checks of one window as people read them, the failed ones first."""
    return pd.DataFrame(
        {
            "column": rows["column"].fillna("").replace("", ALL_ROWS).to_numpy(),
            "check": [words_of(name) for name in rows["check"]],
            "value": [words.number(float(value)) for value in rows["value"]],
            "expected": rows["expected"].astype(str).to_numpy(),
            "result": ["✕ failed" if bad else "✓ passed" for bad in rows["failed"]],
        }
    )


def _named(checks: pd.Series) -> str:
    return ", ".join(words_of(name) for name in dict.fromkeys(checks))
