"""The chart of a metric over time: realized, estimated and assisted, with bands, limits and version changes."""

from __future__ import annotations

import math

import pandas as pd

from pages.parts import charts, words
from pages.parts.drawn import Plot
from pages.parts.scales import nice
from pages.parts.windows import Windows

__all__ = ["LINES", "condensed", "over_time"]

LINES = ("estimated", "realized", "assisted")
LIMITS = ("threshold_lower", "threshold_upper")
RUNS = 120  # runs of windows that are drawn at most


def over_time(
    frame: pd.DataFrame, windows: Windows, changes: list[tuple[float, str]], dark: bool = False, selected: tuple[str, str] | None = None
) -> tuple[Plot, list[str]]:
    """One metric in each window. `changes`: where on the axis which version took over. `selected`: the first and last window chosen.

    A column of the chart tells its number; the second answer has the window of each.
    """
    shown, runs = condensed(frame, windows)
    values = shown[[f"{name}{part}" for name in LINES for part in ("", "_lower", "_upper")] + list(LIMITS)].astype(float)
    low, high = values.min().min(), values.max().max()
    places, texts = nice(float(low), float(high)) if low == low else nice(0.0, 1.0)
    title = words.metric(str(shown["metric"].iloc[0])) if len(shown) else ""
    plot = Plot(360, (-0.5, runs - 0.5), (places[0], places[-1]), title, left=18 + 7 * max(len(text) for text in texts), right=96)
    plot.scale(places, texts)
    ends = _lines(plot, shown, dark) + _limits(plot, shown)
    last = -math.inf
    for value, name, tint in sorted(ends):  # names at the right edge, moved apart where they would overlap
        last = max(value, last + 0.055 * (places[-1] - places[0]))
        plot.note(plot.x[1], last, name, tint, kind="right")
    _alarms(plot, shown, dark)
    for place, text in _spread([(place * runs / max(1, len(windows)), text) for place, text in changes], 0.05 * runs):
        plot.line((place, place), plot.y, charts.ROLES["muted"], "1 3", 1)
        plot.note(place, plot.y[1], text, kind="above")
    chosen = windows.chosen(selected, runs)
    if chosen:
        plot.frame((chosen[0] - 0.5, chosen[1] + 0.5, *plot.y), "behind")
    plot.ticks(*windows.ticks(runs=runs))
    return plot, _spots(plot, shown, windows)


def condensed(frame: pd.DataFrame, windows: Windows) -> tuple[pd.DataFrame, int]:
    """Few enough rows to draw, and how many runs of windows they are: of each run the window that alarms, or is furthest from the usual."""
    shown = windows.keep(frame)
    shown = shown.assign(first=shown["window"], last=shown["window"], windows=1)
    if len(windows) <= RUNS:
        return shown, max(1, len(windows))
    best = shown["assisted"].fillna(shown["realized"]).fillna(shown["estimated"]).astype(float)
    off = (best - best.median()).abs().fillna(0) + 1e9 * shown["alarm"].fillna(False).astype(bool)
    run = shown["x"] * RUNS // len(windows)
    ends = shown.groupby(run)["window"].agg(["first", "last", "size"])
    kept = shown.loc[off.groupby(run).idxmax()]
    return kept.assign(x=ends.index, first=ends["first"].to_numpy(), last=ends["last"].to_numpy(), windows=ends["size"].to_numpy()), RUNS


def _lines(plot: Plot, shown: pd.DataFrame, dark: bool) -> list[tuple[float, str, str]]:
    """The three lines with their bands; where each ends, what it is called, its colour."""
    ends = []
    for name in LINES:
        rows = shown[shown[name].notna()]
        if rows.empty:
            continue
        tint, value = charts.color(name, dark), rows[name].astype(float)
        plot.band(rows["x"], rows[f"{name}_lower"].astype(float), rows[f"{name}_upper"].astype(float), tint)
        plot.line(rows["x"], value, tint, "2 3" if name == "estimated" else "")
        for x, y in zip(rows["x"], value, strict=True) if len(shown) <= RUNS // 2 or len(rows) == 1 else ():
            plot.dot(x, y, tint, 5)
        ends.append((float(value.iloc[-1]), name, tint))
    return ends


def _limits(plot: Plot, shown: pd.DataFrame) -> list[tuple[float, str, str]]:
    """The limits beyond which it is an alarm, as steps where they change with the version; their names for the right edge."""
    named = []
    for column in LIMITS:
        limit = shown[column].astype(float)
        if limit.notna().any():
            across = [edge for x in shown["x"] for edge in (x - 0.5, x + 0.5)]
            plot.line(across, [value for value in limit for _ in range(2)], charts.ROLES["muted"], "4 3", 1)
            last = float(limit.dropna().iloc[-1])
            named.append((last, f"limit {words.number(last)}", ""))
    return named


def _alarms(plot: Plot, shown: pd.DataFrame, dark: bool) -> None:
    """Alarms as marks on the axis."""
    for x in shown.loc[shown["alarm"].fillna(False).astype(bool), "x"]:
        plot.dot(x, plot.y[0], charts.color("alarm", dark), 10, "up")


def _spots(plot: Plot, shown: pd.DataFrame, windows: Windows) -> list[str]:
    """What each window says when it is pointed at; the windows in the order of their columns."""
    picks: list[str] = []
    for row in shown.to_dict("records"):
        known = [name for name in LINES[::-1] if row[name] == row[name]]
        figures = [f"{name} {words.interval(*(float(row[f'{name}{part}']) for part in ('', '_lower', '_upper')))}" for name in known]
        alarm = ["alarm"] if row["alarm"] is True or row["alarm"] == 1 else []
        counted = f"{words.count(row['labels'])} labels of {words.count(row['rows'])} rows"
        said = [windows.words(str(row["window"])), *figures, counted, *alarm]
        plot.spot(row["x"] - 0.5, row["x"] + 0.5, "\n".join(said), str(len(picks)))
        picks.append(str(row["window"]))
    return picks


def _spread(changes: list[tuple[float, str]], room: float) -> list[tuple[float, str]]:
    """Of several changes within `room` of each other only the newest; the first version needs no rule."""
    later = [place for place, _ in changes[1:]] + [math.inf]
    return [change for change, after in zip(changes, later, strict=False) if change[0] > 0.25 and after - change[0] >= room]
