"""A strip of bars over all windows that are shown: dragging over it chooses several of them at once."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from pages.parts import charts, session, span, words
from pages.parts.drift_charts import highlight
from pages.parts.windows import Windows

__all__ = ["brush", "strip"]

RUNS = 120


def strip(counts: pd.DataFrame, windows: Windows, noun: str, selected: tuple[str, str] | None, dark: bool = False) -> go.Figure:
    """`counts`: window, count, and alarm where bars are to stand out; of each run of windows the largest. Bars' customdata as `span` reads it."""
    shown = windows.keep(counts)
    runs = max(1, min(RUNS, len(windows)))
    shown["run"] = shown["x"] * runs // max(1, len(windows))
    cells = shown.groupby("run").agg(first=("window", "first"), last=("window", "last"), count=("count", "max"), alarm=("alarm", "max"))
    tints = [charts.color("alarm" if alarm else "current", dark) for alarm in cells["alarm"]]
    said = zip(cells["first"].astype(str), cells["last"].astype(str), cells["count"], strict=True)
    hover = [f"{windows.span(first, last)}<br>{'' if first == last else 'up to '}{words.plural(count, noun)}" for first, last, count in said]
    custom = [[str(first), str(first), str(last)] for first, last in zip(cells["first"], cells["last"], strict=True)]
    chart = charts.figure(height=88, y=f"{noun}s in each window; drag over the bars to choose windows")
    steady = {"marker": {"opacity": 0.75}}
    # a bar of no height cannot be chosen
    height = cells["count"].clip(lower=0.04 * max(1.0, float(cells["count"].max()))) if len(cells) else cells["count"]
    chart.add_trace(
        go.Bar(
            x=cells.index,
            y=height,
            marker={"color": tints, "opacity": 0.75},
            customdata=custom,
            selected=steady,
            unselected=steady,
            text=hover,
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
    )
    highlight(chart, windows, selected, runs)
    windows.axis(chart, runs=runs)
    chart.update_xaxes(showticklabels=False)
    chart.update_yaxes(visible=False)
    quiet = {"line": {"color": charts.ROLES["muted"], "width": 1, "dash": "dot"}}
    chart.update_layout(selectdirection="h", newselection=quiet, activeselection={"fillcolor": "rgba(0,0,0,0)"}, bargap=0.1, margin_b=2, margin_t=26)
    return chart


def brush(counts: pd.DataFrame, windows: Windows, noun: str, selected: tuple[str, str] | None, key: str) -> None:
    """Draw the strip; what is dragged over becomes the URL's windows."""
    chart = strip(counts, windows, noun, selected, session.dark())
    charts.draw(chart, key=key, alt=f"{noun}s in each window; drag to choose windows", select=lambda: span.clicked(key), drag=True)
