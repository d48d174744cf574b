"""The heatmap of the Drift page: windows across, columns down, the worst on top; thousands of windows as runs of them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd

from pages.parts import charts, words
from pages.parts.drawn import Plot
from pages.parts.monitor import drift_words
from pages.parts.windows import Windows

__all__ = ["CAP", "RUNS", "condensed", "heatmap", "margin"]

CAP = 3.0  # beyond three times the threshold, more of it says nothing more
RUNS = 72  # runs of windows that are drawn at most


def condensed(frame: pd.DataFrame) -> str:
    """What to know of a map whose cells are runs of windows; empty where each cell is one window."""
    longest = int(frame["windows"].max()) if len(frame) else 1
    return f" Each cell is a run of {longest} windows and shows its worst one." if longest > 1 else ""


def heatmap(frame: pd.DataFrame, windows: Windows, selected: tuple[str, str, str] | None = None, dark: bool = False) -> Plot:
    """`frame` as `Project.drift_map` gives it. `selected`: a column, the first and the last of the windows that are chosen.

    A cell tells "x,y": its places in the frame.
    """
    names = frame.drop_duplicates("y").sort_values("y")["column"].astype(str).tolist()
    runs = int(frame["x"].max()) + 1
    left = margin(frame)
    plot = Plot(40 + 26 * max(2, len(names)), (-0.5, runs - 0.5), (max(2, len(names)) - 0.5, -0.5), left=left)
    for x, y, shade, drifted, say in zip(frame["x"], frame["y"], _shades(frame, dark), frame["drifted"], _hover(frame, windows), strict=True):
        plot.cell((x - 0.5, x + 0.5, y - 0.5, y + 0.5), shade, "tile dotted" if drifted else "tile", say, f"{x},{y}")
    plot.scale(range(len(names)), names, grid=False)
    plot.ticks(*windows.ticks(runs=runs))
    ends = windows.chosen((selected[1], selected[2]), runs) if selected and selected[0] in names else None
    if selected and ends:
        y = names.index(selected[0])
        plot.frame((ends[0] - 0.5, ends[1] + 0.5, y - 0.5, y + 0.5), "frame")
    plot.dots = charts.color("alarm", dark)
    return plot


def margin(frame: pd.DataFrame) -> int:
    """The room left of the cells for the columns' names, in pixels."""
    return 14 + min(150, 7 * int(frame["column"].astype(str).str.len().max()))


def _shades(frame: pd.DataFrame, dark: bool) -> list[str]:
    """Each cell's colour: the further on the way to three thresholds, the darker (in the dark theme the lighter)."""
    share = (frame["reached"].astype(float).fillna(0.0).clip(0, CAP) / CAP).round(2)
    least, full, ink = (0.09, 0.95, "191,224,250") if dark else (0.07, 1.0, "40,77,116")
    return [f"rgba({ink},{least + (full - least) * part:.2f})" for part in share]


def _hover(frame: pd.DataFrame, windows: Windows) -> list[str]:
    rows: Iterable[Any] = frame.itertuples()
    return [
        f"{row.column}, {windows.words(str(row.window))}\n{_said(row.drifted, row.threshold)}: {drift_words.test(str(row.test))} "
        f"{words.number(row.statistic)} (threshold {words.number(row.threshold)})\neffect {words.number(row.effect)}, {words.count(row.rows)} rows"
        + (f"\nthe worst of {row.windows} windows, {row.beyond} of which drifted" if row.windows > 1 else "")
        for row in rows
    ]


def _said(drifted: bool, threshold: float) -> str:
    return "drifted" if drifted else "too few rows to judge" if math.isnan(threshold) else "no drift"
