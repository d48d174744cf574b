"""Many pieces of a figure as one Plotly trace."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import plotly.graph_objects as go

__all__ = ["Cell", "Dot", "band", "bars", "line", "lined", "markers"]

Cell: TypeAlias = tuple[tuple[float, float, float, float], str, str, str | None]  # x0, x1, y0, y1; colour; what it says; what a click tells
Dot: TypeAlias = tuple[float, float, str, float, str]  # x, y, colour, pixels, symbol


def lined(text: str) -> str:
    """Text as it stands, its lines kept."""
    return html.escape(text).replace("\n", "<br>")


def bars(cells: Sequence[Cell]) -> list[go.Bar]:
    """Rectangles as one trace of lying bars: those can be pointed at and clicked, which the cells of a heatmap cannot."""
    if not cells:
        return []
    ends = [cell[0] for cell in cells]
    plain = {"marker": {"opacity": 1}}
    bars = go.Bar(
        orientation="h",
        base=[x0 for x0, *_ in ends],
        x=[x1 - x0 for x0, x1, *_ in ends],
        y=[(y0 + y1) / 2 for *_, y0, y1 in ends],
        width=[abs(y1 - y0) for *_, y0, y1 in ends],
        marker={"color": [fill for _, fill, _, _ in cells], "line_width": 0},
        customdata=[pick for *_, pick in cells],
        hovertext=[lined(say) for _, _, say, _ in cells],
        selected=plain,
        unselected=plain,
    )
    if any(say for _, _, say, _ in cells):
        return [bars.update(hovertemplate="%{hovertext}<extra></extra>")]
    return [bars.update(hoverinfo="skip")]


def markers(dots: Sequence[Dot]) -> list[go.Scatter]:
    """Dots as one trace."""
    if not dots:
        return []
    x, y, tints, sizes, symbols = zip(*dots, strict=True)
    marker = {"color": tints, "size": sizes, "symbol": symbols, "line_width": 0}
    return [go.Scatter(x=x, y=y, mode="markers", marker=marker, hoverinfo="skip", cliponaxis=False)]


def line(x: Iterable[float], y: Iterable[float], tint: str, dash: str, width: float) -> go.Scatter:
    """A line that breaks where a value is missing. `dash`: pixels drawn and left out, "4 3"."""
    dashes = ",".join(f"{part}px" for part in dash.split()) or "solid"
    look = {"color": tint, "width": width, "dash": dashes}
    return go.Scatter(x=list(x), y=list(y), mode="lines", line=look, hoverinfo="skip", connectgaps=False)


def band(x: Iterable[float], lower: Iterable[float], upper: Iterable[float], fill: str) -> go.Scatter:
    """An interval as an area."""
    known = [ends for ends in zip(x, lower, upper, strict=True) if ends[1] == ends[1] and ends[2] == ends[2]]
    edge = [(a, high) for a, _, high in known] + [(a, low) for a, low, _ in known[::-1]]
    across, down = [a for a, _ in edge], [b for _, b in edge]
    return go.Scatter(x=across, y=down, fill="toself", mode="none", fillcolor=fill, hoverinfo="skip")
