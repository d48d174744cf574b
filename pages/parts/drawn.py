"""A Plotly figure put together piece by piece: lines, bands, cells and direct labels, each kind of piece one trace whatever their number,
so that thousands of cells are as quick as one. `picture.show` puts it on the page."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Any

import plotly.graph_objects as go

from pages.parts import charts, traces
from pages.parts.traces import Cell, Dot

__all__ = ["Plot"]

INK = charts.ROLES["muted"]
LINE = 16  # pixels, of one line of small words
SYMBOLS = {"": "circle", "up": "triangle-up"}


class Plot:
    """A chart of fixed height. Places are in the units of `x` and `y`, the lowest and the highest of each axis; what is NaN is left out.

    >>> plot = Plot(100, (0, 10), (0, 1))
    >>> plot.dot(5, 0.5, "#123456")
    >>> plot.figure().data[0].x
    (5,)
    """

    def __init__(self, height: int, x: tuple[float, float], y: tuple[float, float], title: str = "", left: int = 44, right: int = 16) -> None:
        self.height, self.x, self.y = height, x, y
        self.edges = left, right
        self.dots = INK  # the colour of the dots in cells
        self.drag = 0  # of how many equal parts a drag chooses some; 0: none
        self._cells, self._spots, self._dots = list[Cell](), list[Cell](), list[Dot]()
        self._dotted, self._lines = list[tuple[float, float]](), list[go.Scatter]()
        self._shapes, self._notes = list[dict[str, Any]](), list[dict[str, Any]]()
        self._heads = [{"text": traces.lined(title), "x": 0, "xanchor": "left", "align": "left"}] if title else []
        self._room, self._lift = 26 if title else 10, 0  # pixels above the chart, and more where notes stand there
        self._across: dict[str, Any] = {"showticklabels": False}
        self._down: dict[str, Any] = {"showticklabels": False, "showgrid": False}

    def cell(self, ends: tuple[float, float, float, float], fill: str, kind: str = "", say: str = "", pick: str | None = None) -> None:
        """A rectangle from x0 to x1 and y0 to y1. `say`: what it says when pointed at; `pick`: what a click on it tells."""
        (self._spots if kind == "spot" else self._cells).append((ends, fill, say, pick))
        if "dotted" in kind:
            self._dotted.append(((ends[0] + ends[1]) / 2, (ends[2] + ends[3]) / 2))

    def spot(self, x0: float, x1: float, say: str, pick: str | None = None) -> None:
        """An invisible column of the chart that says something and can be clicked."""
        self._spots.append(((x0, x1, *self.y), "rgba(0,0,0,0)", say, pick))

    def frame(self, ends: tuple[float, float, float, float], kind: str) -> None:
        """What is chosen, drawn over ("frame") or behind ("behind") all else."""
        look = {"line": {"color": INK, "width": 2}} if kind == "frame" else {"line_width": 0, "fillcolor": charts.faint(INK, 0.2), "layer": "below"}
        self._shapes.append({"type": "rect", **dict(zip(("x0", "x1", "y0", "y1"), ends, strict=True)), **look})

    def dot(self, x: float, y: float, tint: str, size: int = 7, kind: str = "") -> None:
        """A dot, so many pixels wide, or a triangle ("up")."""
        if y == y:
            self._dots.append((x, y, tint, size, SYMBOLS[kind]))

    def line(self, x: Iterable[float], y: Iterable[float], tint: str = INK, dash: str = "", width: float = 2) -> None:
        """A line through the points; a point without a value leaves a gap. `dash`: pixels drawn and left out, "4 3"."""
        self._lines.append(traces.line(x, y, tint, dash, width))

    def band(self, x: Iterable[float], lower: Iterable[float], upper: Iterable[float], tint: str) -> None:
        """An interval as a light band."""
        self._lines.append(traces.band(x, lower, upper, charts.faint(tint)))

    def limit(self, y: float, text: str) -> None:
        """A thin dashed line across, with its value at the right."""
        if y == y:
            self.line(self.x, (y, y), INK, "4 3", 1)
            self.note(self.x[1], y, text, kind="right")

    def note(self, x: float, y: float, text: str, tint: str = "", kind: str = "") -> None:
        """Words at a place: right of it ("right") or above it ("above")."""
        place = {"xanchor": "left", "xshift": 8} if kind == "right" else {"yanchor": "bottom"} if kind == "above" else {}
        self._lift = self._lift or (LINE if kind == "above" else 0)
        self._say(text, {"x": x, "y": y, **place}, tint)

    def legend(self, names: Sequence[tuple[str, str]]) -> None:
        """What the colours are, in the title's line."""
        each = [f"<span style='color:{tint}'>■</span> {html.escape(name)}" for name, tint in names]
        self._heads.append({"text": "   ".join(each), "x": 1, "xanchor": "right"})

    def ticks(self, places: Sequence[float], texts: Sequence[str]) -> None:
        """Words below the chart."""
        self._across = {"tickvals": list(places), "ticktext": [traces.lined(text) for text in texts], "tickangle": 0}

    def scale(self, places: Sequence[float], texts: Sequence[str], grid: bool = True) -> None:
        """Words left of the chart, each with a faint line across."""
        most = max(3, self.edges[0] // 7)
        names = [traces.lined(text if len(text) <= most else text[: most - 1] + "…") for text in texts]
        self._down = {"tickvals": list(places), "ticktext": names, "showgrid": grid}

    def figure(self) -> go.Figure:
        """All of it as one Plotly figure."""
        chart = charts.figure(self.height, right=self.edges[1])
        top = {"showarrow": False, "font": charts.SMALL, "y": 1, "xref": "paper", "yref": "paper", "yanchor": "bottom", "yshift": 6 + self._lift}
        inside = [(x, y, self.dots, 6, "circle") for x, y in self._dotted]
        chart.add_traces([*traces.bars(self._cells), *self._lines, *traces.markers(self._dots), *traces.markers(inside), *traces.bars(self._spots)])
        chart.update_layout(
            shapes=self._shapes,
            annotations=[*self._notes, *({**head, **top} for head in self._heads)],
            barmode="overlay",
            barcornerradius=2,
            bargap=0,
            margin={"l": self.edges[0], "r": self.edges[1], "t": self._room + self._lift, "b": 24},
        )
        chart.update_xaxes(range=list(self.x), automargin=False, showgrid=False, tickfont=charts.SMALL, **self._across)
        chart.update_yaxes(range=list(self.y), automargin=False, tickfont=charts.SMALL, **self._down)
        if self.drag:
            chart.update_layout(dragmode="select", selectdirection="h")
        return chart

    def _say(self, text: str, place: dict[str, Any], tint: str = "") -> None:
        self._notes.append({"text": traces.lined(text), "showarrow": False, "align": "left", "font": {**charts.SMALL, "color": tint or INK}, **place})
