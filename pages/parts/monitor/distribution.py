"""One column's values on two sides, a reference and a current one, over one another or side by side."""

from __future__ import annotations

import pandas as pd

from pages.parts import charts, words
from pages.parts.drawn import Plot
from pages.parts.scales import nice

__all__ = ["distribution"]

SIDES = ("reference", "this window")
GAP = 0.12  # between the categories, on either side


def distribution(frame: pd.DataFrame, kind: str, dark: bool = False, sides: tuple[str, str] = SIDES, chosen: str | None = None) -> Plot:
    """Two sides of a column. frame: bin (its name), lower, upper (NaN without), reference, current (shares), in order.

    `sides`: what the two are called. `chosen`: the bin that is picked. A bar tells its bin's name.
    """
    numeric = kind == "numeric"
    places, texts = nice(0.0, max(float(frame[["reference", "current"]].max().max()), 1e-3), 4, percent=True)
    plot = Plot(280, (-0.5, max(1, len(frame)) - 0.5), (0.0, places[-1]), "share of rows", left=18 + 7 * max(len(text) for text in texts))
    plot.scale(places, texts)
    tints = {name: charts.faint(charts.color(name, dark), share) for name, share in (("reference", 0.45), ("current", 0.7))}
    for place, (name, before, now) in enumerate(zip(frame["bin"].astype(str), frame["reference"], frame["current"], strict=True)):
        low, high, half = (-0.49, 0.49, None) if numeric else (GAP - 0.5, 0.5 - GAP, 0.0)
        plot.cell((place + low, place + (high if half is None else half), 0, float(before)), tints["reference"])
        plot.cell((place + (low if half is None else half), place + high, 0, float(now)), tints["current"])
        plot.spot(place - 0.5, place + 0.5, f"{name}\n{sides[0]} {words.percent(before)}, {sides[1]} {words.percent(now)}", name)
        if name == chosen:
            plot.frame((place - 0.5, place + 0.5, *plot.y), "frame")
    plot.legend([(sides[0], charts.color("reference", dark)), (sides[1], charts.color("current", dark))])
    plot.ticks(*(_edges(frame) if numeric else _names(frame)))
    return plot


def _names(frame: pd.DataFrame, most: int = 10, longest: int = 12) -> tuple[list[float], list[str]]:
    """The categories, or of many every other one."""
    step = max(1, -(-len(frame) // most))
    names = [str(name) for name in frame["bin"]][::step]
    return [float(place) for place in range(0, len(frame), step)], [name if len(name) <= longest else name[: longest - 1] + "…" for name in names]


def _edges(frame: pd.DataFrame) -> tuple[list[float], list[str]]:
    """A few edges between bins as ticks, and the name of what has none, such as 'missing'."""
    edges = [(place - 0.5, float(value)) for place, value in enumerate(frame["lower"]) if pd.notna(value)]
    step = max(1, -(-len(edges) // 6))
    at, texts = [place for place, _ in edges[::step]], [words.number(value) for _, value in edges[::step]]
    if len(frame) and frame["bin"].iloc[-1] == "missing":
        at, texts = [*at, len(frame) - 1], [*texts, "missing"]
    return at, texts
