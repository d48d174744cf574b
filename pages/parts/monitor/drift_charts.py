"""Drift over time: one column's statistic, or all columns together, with thresholds."""

from __future__ import annotations

import math

import pandas as pd

from pages.parts import charts, words
from pages.parts.drawn import Plot
from pages.parts.monitor import drift_words
from pages.parts.scales import nice
from pages.parts.windows import Windows

__all__ = ["multivariate", "over_time"]

RUNS = 120  # runs of windows that are drawn at most


def over_time(frame: pd.DataFrame, windows: Windows, selected: tuple[str, str] | None = None, dark: bool = False) -> Plot:
    """One column of `Project.drift_map`: its statistic in each run of windows, its threshold, and the windows that drifted.

    A column of the chart tells "x": the run's place.
    """
    name = drift_words.test(str(frame["test"].iloc[-1])) if len(frame) else "statistic"
    runs = int(frame["x"].max()) + 1 if len(frame) else len(windows)
    plot = _plot(280, runs, name, frame, ["statistic", "threshold"])
    tint = charts.color("current", dark)
    plot.line(frame["x"], frame["statistic"].astype(float), tint)
    _limit(plot, frame)
    rows = zip(frame["x"], frame["window"], frame["statistic"].astype(float), frame["rows"], frame["windows"], frame["drifted"], strict=True)
    for x, window, value, count, many, drifted in rows:
        plot.dot(x, value, charts.color("alarm", dark) if drifted else tint, 9 if drifted else 5)
        worst = f"\nthe worst of {many} windows" if many > 1 else ""
        said = f"{windows.words(str(window))}\n{name} {words.number(value)}\n{words.count(count)} rows{worst}"
        plot.spot(x - 0.5, x + 0.5, said, str(x))
    chosen = windows.chosen(selected, runs)
    if chosen:
        plot.frame((chosen[0] - 0.5, chosen[1] + 0.5, *plot.y), "behind")
    plot.ticks(*windows.ticks(5, runs))
    return plot


def multivariate(found: pd.DataFrame, windows: Windows, dark: bool = False, name: str = "reconstruction error") -> Plot:
    """The statistic of all columns together in each window with its interval, its threshold, and the windows beyond it; of each run the worst."""
    runs = max(1, min(RUNS, len(windows)))
    found = found.assign(x=found["x"] * runs // max(1, len(windows)))
    found = found.sort_values(["x", "alarm", "statistic"], kind="stable").drop_duplicates("x", keep="last")
    plot = _plot(220, runs, name, found, ["lower", "upper", "threshold"])
    tint = charts.color("current", dark)
    plot.band(found["x"], found["lower"], found["upper"], tint)
    plot.line(found["x"], found["statistic"], tint)
    _limit(plot, found)
    rows = zip(found["x"], found["window"], found["statistic"], found["lower"], found["upper"], found["alarm"], strict=True)
    for x, window, value, low, high, beyond in rows:
        if beyond:
            plot.dot(x, value, charts.color("alarm", dark), 9)
        plot.spot(x - 0.5, x + 0.5, f"{windows.words(str(window))}\n{words.interval(value, low, high)}")
    plot.ticks(*windows.ticks(runs=runs))
    return plot


def _plot(height: int, runs: int, name: str, frame: pd.DataFrame, columns: list[str]) -> Plot:
    """An empty chart from zero to a little above the largest of these columns."""
    top = frame[columns].astype(float).max().max()
    places, texts = nice(0.0, float(top) if top > 0 else 1.0)
    plot = Plot(height, (-0.5, max(1, runs) - 0.5), (0.0, places[-1]), name, left=18 + 7 * max(len(text) for text in texts), right=84)
    plot.scale(places, texts)
    return plot


def _limit(plot: Plot, shown: pd.DataFrame) -> None:
    """The threshold, as one line where it is one number and as steps where it depends on the window's size."""
    limit = shown["threshold"].astype(float)
    if not limit.notna().any():
        return
    last = float(limit.dropna().iloc[-1])
    text = f"threshold\n{words.number(last)}"
    if math.isclose(float(limit.min()), float(limit.max()), rel_tol=1e-6):
        plot.limit(last, text)
        return
    across = [edge for x in shown["x"] for edge in (x - 0.5, x + 0.5)]
    plot.line(across, [value for value in limit for _ in range(2)], charts.ROLES["muted"], "4 3", 1)
    plot.note(plot.x[1], last, text, kind="right")
