"""Charts as text: small inline SVG that follows the reader's light or dark theme and prints."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Axis", "Frame", "band", "dots", "heatmap", "number", "picture", "polyline", "rule", "text", "ticks"]

WIDTH = 960.0
LEFT, RIGHT, TOP, FOOT = 64.0, 96.0, 24.0, 22.0


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale from values to points: `low` stands at `start`, `high` at `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Where a value stands."""
        return self.start + (value - self.low) / ((self.high - self.low) or 1.0) * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Frame:
    """A chart's two scales and its height."""

    x: Axis
    y: Axis
    height: float


def number(value: float) -> str:
    """Three significant digits, thousands separated.

    >>> number(0.87312), number(12345.6), number(float("nan"))
    ('0.873', '12,346', '–')
    """
    if not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    return f"{value:.2e}" if size < -4 else f"{value:,.{max(0, 2 - size)}f}"


def picture(parts: Iterable[str], height: float, name: str, width: float = WIDTH) -> str:
    """The parts as one image with a name for those who cannot see it."""
    label = html.escape(name, quote=True)
    return f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{label}" preserveAspectRatio="xMinYMin">{"".join(parts)}</svg>'


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    """Words at a place; `kind` is a class of the style."""
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{html.escape(words)}</text>'


def polyline(frame: Frame, x: Sequence[float], y: NDArray[np.float64], kind: str) -> str:
    """A line through the known values, interrupted where one is missing."""
    parts, pen = [], "M"
    for at, value in zip(x, y.tolist(), strict=True):
        if math.isfinite(value):
            parts.append(f"{pen}{frame.x(at):.1f} {frame.y(value):.1f}")
            pen = "L"
        else:
            pen = "M"
    return f'<path d="{"".join(parts)}" class="line {kind}"/>' if parts else ""


def band(frame: Frame, x: Sequence[float], lower: NDArray[np.float64], upper: NDArray[np.float64], kind: str) -> str:
    """An interval as an area, over each stretch where it is known."""
    known = np.isfinite(lower) & np.isfinite(upper)
    parts = []
    for stretch in np.split(np.arange(len(known)), np.flatnonzero(np.diff(known.astype(int))) + 1):
        if len(stretch) and known[stretch[0]]:
            there = [f"{frame.x(x[i]):.1f} {frame.y(upper[i]):.1f}" for i in stretch]
            back = [f"{frame.x(x[i]):.1f} {frame.y(lower[i]):.1f}" for i in stretch[::-1]]
            parts.append(f"M{'L'.join(there + back)}Z")
    return f'<path d="{"".join(parts)}" class="band {kind}"/>' if parts else ""


def dots(frame: Frame, x: Sequence[float], y: Sequence[float], kind: str, titles: Sequence[str], size: float = 3.5) -> str:
    """Marks with what they say on hover."""
    made = [
        f'<circle cx="{frame.x(a):.1f}" cy="{frame.y(b):.1f}" r="{size:g}" class="{kind}"><title>{html.escape(said)}</title></circle>'
        for a, b, said in zip(x, y, titles, strict=True)
        if math.isfinite(b)
    ]
    return "".join(made)


def rule(frame: Frame, value: float, words: str, kind: str = "limit") -> str:
    """A horizontal limit with its value at the right."""
    if not math.isfinite(value):
        return ""
    y = frame.y(value)
    return f'<line x1="{frame.x.start:g}" x2="{frame.x.end:g}" y1="{y:.1f}" y2="{y:.1f}" class="{kind}"/>' + text(
        frame.x.end + 6, y + 4, words, "note"
    )


def ticks(frame: Frame, names: Sequence[str], foot: float | None = None, most: int = 8) -> str:
    """A few names below evenly spread places of the time axis, the last one always, and the numbers of the value axis."""
    step = max(1, -(-len(names) // most))
    shown = range(len(names) - 1, -1, -step)
    y = frame.height - 6 if foot is None else foot
    ends = {len(names) - 1: "end"} if frame.x(len(names) - 1) + 40 > WIDTH else {}
    parts = [text(frame.x(place), y, names[place], "tick", ends.get(place, "middle")) for place in shown]
    if frame.y.high > frame.y.low:
        for value in np.linspace(frame.y.low, frame.y.high, 5)[1:-1]:
            at = frame.y(float(value))
            parts.append(f'<line x1="{frame.x.start:g}" x2="{frame.x.end:g}" y1="{at:.1f}" y2="{at:.1f}" class="grid"/>')
            parts.append(text(frame.x.start - 8, at + 4, number(float(value)), "tick", "end"))
    return "".join(parts)


def heatmap(shades: NDArray[np.float64], marks: NDArray[np.bool_], rows: Sequence[str], names: Sequence[str], titles: NDArray[np.object_]) -> str:
    """Rows down, windows across: shades from 0 to 1 (NaN: unknown), a dot where marked, and what each marked cell says on hover."""
    left, step = 190.0, 18.0
    height = step * len(rows) + FOOT + 4
    frame = Frame(Axis(-0.5, len(names) - 0.5, left, WIDTH - 8), Axis(0.0, 0.0, 0.0, 1.0), height)
    wide = (frame.x.end - frame.x.start) / max(len(names), 1)
    parts = []
    for down, row in enumerate(rows):
        parts.append(text(left - 8, down * step + 13, row if len(row) <= 26 else row[:25] + "…", "tick", "end"))
        grade = np.where(np.isfinite(shades[down]), np.round(np.clip(shades[down], 0, 1) * 9), -1).astype(int)
        for run in np.split(np.arange(len(grade)), np.flatnonzero(np.diff(grade)) + 1):  # cells of one shade are one shape
            x, width = frame.x(float(run[0]) - 0.5), wide * len(run) - (1 if wide > 4 else 0)
            parts.append(f'<rect x="{x:.1f}" y="{down * step:g}" width="{width:.1f}" height="{step - 2:g}" class="h{grade[run[0]]}"/>')
        for across in np.flatnonzero(marks[down]):
            said = html.escape(str(titles[down, across]))
            parts.append(f'<circle cx="{frame.x(float(across)):.1f}" cy="{down * step + 8:g}" r="3" class="alarm"><title>{said}</title></circle>')
    parts.append(ticks(frame, names))
    return picture(parts, height, f"Heatmap: {len(rows)} rows by {len(names)} windows, the worst on top")
