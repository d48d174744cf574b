"""What all charts share: the roles of colour, lines, bands, thresholds, rules, direct labels, and how a figure is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

import plotly.graph_objects as go
import streamlit as st

from pages.parts.colors import ROLES, SEQUENTIAL, SEQUENTIAL_DARK, color, faint

__all__ = ["ROLES", "SMALL", "SEQUENTIAL", "SEQUENTIAL_DARK", "band", "color", "draw", "faint", "figure", "line", "note", "rule", "threshold"]

SMALL = {"color": ROLES["muted"], "size": 12}
GRID = "rgba(138,143,152,0.18)"


def figure(height: int = 260, x: str | None = None, y: str | None = None, right: int = 16) -> go.Figure:
    """An empty figure of fixed height: no legend, thin grid, room at the right for direct labels."""
    chart = go.Figure()
    axis: dict[str, Any] = {"showline": False, "zeroline": False, "gridcolor": GRID, "fixedrange": True, "automargin": True, "title_standoff": 8}
    chart.update_xaxes(**axis | {"showgrid": False}, title_text=x)
    chart.update_yaxes(**axis)
    if y:
        chart.add_annotation(x=0, y=1, xref="paper", yref="paper", text=y, showarrow=False, xanchor="left", yanchor="bottom", yshift=6, font=SMALL)
    chart.update_layout(
        height=height,
        margin={"l": 8, "r": right, "t": 34 if y else 22, "b": 8},
        showlegend=False,
        hovermode="closest",
        dragmode=False,
        bargap=0.18,
        hoverlabel={"font_size": 13},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
    )
    return chart


def band(chart: go.Figure, x: Iterable[Any], lower: Iterable[float], upper: Iterable[float], tint: str) -> None:
    """An interval as a light band."""
    edge = {"x": list(x), "mode": "lines", "line": {"width": 0, "color": tint}, "hoverinfo": "skip"}
    chart.add_trace(go.Scatter(y=list(upper), **edge))
    chart.add_trace(go.Scatter(y=list(lower), fill="tonexty", fillcolor=faint(tint), **edge))


def line(
    chart: go.Figure,
    x: Iterable[Any],
    y: Iterable[float],
    tint: str,
    name: str = "",
    dash: str | None = None,
    hover: Iterable[str] | None = None,
    marks: bool = True,
) -> None:
    """A line, labelled at its right end."""
    text = {"text": list(hover), "hovertemplate": "%{text}<extra></extra>"} if hover is not None else {"hoverinfo": "y+x"}
    chart.add_trace(
        go.Scatter(
            x=list(x),
            y=list(y),
            mode="lines+markers" if marks else "lines",
            line={"color": tint, "width": 2, "dash": dash},
            marker={"size": 5, "color": tint},
            name=name,
            **text,
        )
    )
    known = [(a, b) for a, b in zip(x, y, strict=True) if b == b]
    if name and known:
        at, value = known[-1]
        chart.add_annotation(x=at, y=value, text=name, showarrow=False, xanchor="left", xshift=8, font={"color": tint, "size": 13})


def threshold(chart: go.Figure, value: float, text: str = "") -> None:
    """A limit: thin, dashed, with its value at the right, outside of the lines."""
    if value != value:
        return
    chart.add_shape(type="line", x0=0, x1=1, xref="paper", y0=value, y1=value, line={"color": ROLES["muted"], "width": 1, "dash": "4px,3px"})
    chart.add_annotation(x=1, xref="paper", y=value, text=text, showarrow=False, xanchor="left", xshift=6, align="left", font=SMALL)


def rule(chart: go.Figure, x: Any, text: str) -> None:
    """Something that changed at one time, such as the version: a vertical rule with its name above."""
    chart.add_shape(type="line", x0=x, x1=x, y0=0, y1=1, yref="paper", line={"color": ROLES["muted"], "width": 1})
    chart.add_annotation(x=x, y=1, yref="paper", text=text, showarrow=False, yanchor="bottom", font=SMALL)


def note(chart: go.Figure, x: Any, y: Any, text: str, tint: str, **place: Any) -> None:
    """A direct label in the colour of what it names."""
    chart.add_annotation(x=x, y=y, text=text, showarrow=False, font={"color": tint, "size": 13}, **place)


def draw(chart: go.Figure, key: str, alt: str, select: Callable[[], None] | None = None, by: Literal["points", "box"] = "points") -> None:
    """Show a figure: no mode bar, the theme's fonts and ink. `select` is called after a click, or a drag ("box"); see the session's `key`."""
    config = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}
    if select is None:
        st.plotly_chart(chart, key=key, config=config, alt=alt)
    else:
        st.plotly_chart(chart, key=key, config=config, alt=alt, on_select=select, selection_mode=by)
