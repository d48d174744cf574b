"""A strip of bars over all windows that are shown: dragging over it chooses several of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pages.parts import charts, choices, picture, session, words
from pages.parts.drawn import Plot
from pages.parts.monitor import span
from pages.parts.windows import Windows

__all__ = ["brush", "strip"]

RUNS = 120


def strip(
    counts: pd.DataFrame, windows: Windows, noun: str, selected: tuple[str, str] | None, dark: bool = False, edges: tuple[int, int] = (4, 16)
) -> tuple[Plot, list[span.Span]]:
    """`counts`: window, count, and alarm where bars are to stand out; of each run of windows the largest. The chart, and each bar's windows."""
    shown = windows.keep(counts)
    runs = max(1, min(RUNS, len(windows)))
    ends = [-(-at * len(windows) // runs) for at in range(runs + 1)]
    spans = [span.Span(windows.names[ends[at]], windows.names[ends[at + 1] - 1]) for at in range(runs)]
    cells = shown.groupby(shown["x"] * runs // max(1, len(windows))).agg(count=("count", "max"), alarm=("alarm", "max"))
    top = max(1.0, float(cells["count"].max())) if len(cells) else 1.0
    plot = Plot(
        82, (-0.5, runs - 0.5), (0, 1.05 * top), f"{noun}s in each window; drag over the bars to choose windows", left=edges[0], right=edges[1]
    )
    plot.drag = runs
    for at, count, alarm in zip(cells.index, cells["count"], cells["alarm"], strict=True):
        tint = charts.faint(charts.color("alarm" if alarm else "current", dark), 0.75)
        plot.cell((at - 0.42, at + 0.42, 0, max(float(count), 0.04 * top)), tint)
        several = "" if spans[at].single else "up to "
        plot.spot(at - 0.5, at + 0.5, f"{windows.span(spans[at].first, spans[at].last)}\n{several}{words.plural(count, noun)}")
    chosen = windows.chosen(selected, runs)
    if chosen:
        plot.frame((chosen[0] - 0.5, chosen[1] + 0.5, *plot.y), "behind")
    plot.ticks(*windows.ticks(runs=runs))
    return plot, spans


def brush(counts: pd.DataFrame, windows: Windows, noun: str, selected: tuple[str, str] | None, key: str, edges: tuple[int, int] = (4, 16)) -> None:
    """Draw the strip, `edges` pixels from the left and the right; what is dragged over becomes the URL's windows."""
    plot, spans = strip(counts, windows, noun, selected, session.dark(), edges)

    def picked(told: Mapping[str, Any]) -> None:
        choices.put(window=span.Span(spans[int(told["first"])].first, spans[int(told["last"])].last), bin=None)

    picture.show(plot, key, f"{noun}s in each window; drag to choose windows", picked)
