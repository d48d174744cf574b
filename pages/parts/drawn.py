"""A chart as a little HTML: lines, bars, cells and labels placed in shares of the chart's area, so that it fits any width and costs the
browser next to nothing. `picture.show` puts it on the page."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from pages.parts.colors import faint
from pages.parts.markup import lined, stretches, told

__all__ = ["Plot"]


class Plot:
    """A chart of fixed height. Places are in the units of `x` and `y`, the lowest and the highest of each axis; what is NaN is left out.

    >>> plot = Plot(100, (0, 10), (0, 1))
    >>> plot.dot(5, 0.5, "#123456")
    >>> "left:50%;top:50%" in plot.html()
    True
    """

    def __init__(self, height: int, x: tuple[float, float], y: tuple[float, float], title: str = "", left: int = 44, right: int = 16) -> None:
        self.height, self.x, self.y = height, x, y
        self._edges = f"left:min({left}px,34%);right:{right}px;top:{26 if title else 8}px;bottom:24px"
        self.edges = left, right
        self._title = f"<em>{html.escape(title)}</em>" if title else ""
        self._lines: list[str] = []
        self._parts: list[str] = []
        self._over: list[str] = []
        self.dots = "currentColor"  # the colour of the dots in cells
        self.drag = 0  # of how many equal parts a drag chooses some; 0: none

    def cell(self, ends: tuple[float, float, float, float], fill: str, kind: str = "", say: str = "", pick: str | None = None) -> None:
        """A rectangle from x0 to x1 and y0 to y1. `say`: what it says when pointed at; `pick`: what a click on it tells."""
        self._parts.append(f"<b class='{kind}' style='{self._box(ends)};background:{fill}'{told(say, pick)}></b>")

    def spot(self, x0: float, x1: float, say: str, pick: str | None = None) -> None:
        """An invisible column of the chart that says something and can be clicked."""
        self._parts.append(f"<b class='spot' style='{self._box((x0, x1, *self.y))}'{told(say, pick)}></b>")

    def frame(self, ends: tuple[float, float, float, float], kind: str) -> None:
        """What is chosen, drawn over ("frame") or behind ("ground") all else. It changes without the rest being drawn again."""
        self._over.append(f"<b class='{kind}' style='{self._box(ends)}'></b>")

    def dot(self, x: float, y: float, tint: str, size: int = 7, kind: str = "") -> None:
        """A dot, so many pixels wide, or a triangle ("up")."""
        if y == y:
            self._parts.append(f"<i class='{kind}' style='{self._at(x, y)};width:{size}px;height:{size}px;background:{tint}'></i>")

    def line(self, x: Iterable[float], y: Iterable[float], tint: str, dash: str = "", width: float = 2) -> None:
        """A line through the points; a point without a value leaves a gap."""
        for stretch in stretches(x, y):
            points = " ".join(f"{self._across(a):.2f},{self._down(b):.2f}" for a, b in stretch)
            self._lines.append(f"<polyline points='{points}' stroke='{tint}' stroke-width='{width}' stroke-dasharray='{dash}'/>")

    def band(self, x: Iterable[float], lower: Iterable[float], upper: Iterable[float], tint: str) -> None:
        """An interval as a light band."""
        ends = zip(x, lower, upper, strict=True)
        known = [(a, low, high) for a, low, high in ends if low == low and high == high]
        edge = [(a, high) for a, _, high in known] + [(a, low) for a, low, _ in known[::-1]]
        points = " ".join(f"{self._across(a):.2f},{self._down(b):.2f}" for a, b in edge)
        self._lines.append(f"<polygon points='{points}' fill='{faint(tint)}'/>")

    def limit(self, y: float, text: str) -> None:
        """A thin dashed line across, with its value at the right."""
        if y == y:
            self.line(self.x, (y, y), "currentColor", "4 3", 1)
            self.note(self.x[1], y, text, kind="right")

    def note(self, x: float, y: float, text: str, tint: str = "", kind: str = "") -> None:
        """Words at a place: right of it ("right") or above it ("above")."""
        self._parts.append(f"<s class='{kind}' style='{self._at(x, y)};{f'color:{tint}' if tint else 'opacity:.75'}'>{lined(text)}</s>")

    def legend(self, names: Sequence[tuple[str, str]]) -> None:
        """What the colours are, in the title's line."""
        said = "".join(f"<q><q style='background:{tint}'></q>{html.escape(name)}</q>" for name, tint in names)
        self._parts.append(f"<s class='head'>{said}</s>")

    def ticks(self, places: Sequence[float], texts: Sequence[str]) -> None:
        """Words below the chart; where there is little room, every other one."""
        for number, (place, text) in enumerate(zip(places[::-1], texts[::-1], strict=True)):
            kind = "below more" if number % 2 else "below"
            self._parts.append(f"<s class='{kind}' style='left:{self._across(place):.4g}%'>{lined(text)}</s>")

    def scale(self, places: Sequence[float], texts: Sequence[str], grid: bool = True) -> None:
        """Words left of the chart, each with a faint line across."""
        for place, text in zip(places, texts, strict=True):
            line = f"<u style='top:{self._down(place):.4g}%'></u>" if grid else ""
            name = html.escape(text)
            self._parts.append(f"{line}<s class='side' title='{name}' style='top:{self._down(place):.4g}%;width:{self.edges[0] - 10}px'>{name}</s>")

    def html(self) -> str:
        """The chart, without what is chosen."""
        lines = f"<svg viewBox='0 0 100 100' preserveAspectRatio='none'>{''.join(self._lines)}</svg>"
        return f"{self._title}<div class='area' data-drag='{self.drag}' style='{self._edges};--dot:{self.dots}'>{lines}{''.join(self._parts)}</div>"

    def over(self) -> str:
        """What is chosen."""
        return f"<div class='area' style='{self._edges}'>{''.join(self._over)}</div>"

    def _across(self, x: float) -> float:
        return 100 * (x - self.x[0]) / ((self.x[1] - self.x[0]) or 1)

    def _down(self, y: float) -> float:
        return 100 - 100 * (y - self.y[0]) / ((self.y[1] - self.y[0]) or 1)

    def _at(self, x: float, y: float) -> str:
        return f"left:{self._across(x):.4g}%;top:{self._down(y):.4g}%"

    def _box(self, ends: tuple[float, float, float, float]) -> str:
        x0, x1, y0, y1 = ends
        left, top = self._across(x0), min(self._down(y0), self._down(y1))
        size = f"width:{self._across(x1) - left:.4g}%;height:{abs(self._down(y1) - self._down(y0)):.4g}%"
        return f"left:{left:.4g}%;top:{top:.4g}%;{size}"
