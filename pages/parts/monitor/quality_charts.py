"""Charts and tables of the Data quality page."""

from __future__ import annotations

import pandas as pd

from pages.parts import charts, words
from pages.parts.drawn import Plot
from pages.parts.scales import nice
from pages.parts.windows import Windows

__all__ = ["COLUMNS", "COUNTS", "heatmap", "over_time", "table", "words_of"]

COLUMNS = {"column": "Column", "check": "Check", "value": "Found", "expected": "Expected", "result": "Result"}
ALL_ROWS = "all rows"
RUNS, MOST = 72, 30
COUNTS = ("volume", "constant")  # checks whose value is no share of the rows


def words_of(check: str) -> str:
    """A check's name in words.

    >>> words_of("out_of_range")
    'out of range'
    """
    return str(check).replace("_", " ")


def heatmap(failed: pd.DataFrame, windows: Windows, selected: tuple[str, str] | None = None, dark: bool = False) -> tuple[Plot, list[str]]:
    """Failed checks, given alone, by column and run of windows, the columns with most failures on top.

    A cell tells its number; the second answer has the newest failing window of each.
    """
    shown = windows.keep(failed)
    shown["column"] = shown["column"].fillna("").replace("", ALL_ROWS).astype(str)
    runs = max(1, min(RUNS, len(windows)))
    shown["run"] = shown["x"] * runs // max(1, len(windows))
    columns = [str(name) for name in shown["column"].value_counts().index][:MOST]
    place = {name: position for position, name in enumerate(columns)}
    grouped = shown[shown["column"].isin(columns)].groupby(["column", "run"], sort=False)
    cells: pd.DataFrame = grouped.agg(n=("check", "size"), window=("window", "last"), checks=("check", _named)).reset_index()
    left = 14 + min(150, 7 * max(len(name) for name in columns))
    plot = Plot(40 + 26 * max(2, len(columns)), (-0.5, runs - 0.5), (max(2, len(columns)) - 0.5, -0.5), left=left)
    alarm, top = charts.color("alarm", dark), max(2.0, float(cells["n"].max()))
    for y in range(len(columns)):
        plot.cell((-0.5, runs - 0.5, y - 0.46, y + 0.46), charts.faint(charts.ROLES["muted"], 0.10))
    picks: list[str] = []
    for column, at, count, window, checks in cells[["column", "run", "n", "window", "checks"]].itertuples(index=False):
        y = place[column]
        say = f"{column}, {windows.words(str(window))}\nfailed: {checks} ({words.plural(count, 'time')})"
        plot.cell(
            (at - 0.5, at + 0.5, y - 0.5, y + 0.5), charts.faint(alarm, round(0.45 + 0.55 * min(1.0, count / top), 2)), "tile", say, str(len(picks))
        )
        picks.append(str(window))
    chosen = windows.chosen(selected, runs)
    if chosen:
        plot.frame((chosen[0] - 0.5, chosen[1] + 0.5, len(columns) - 0.5, -0.5), "frame")
    plot.scale(range(len(columns)), columns, grid=False)
    plot.ticks(*windows.ticks(runs=runs))
    return plot, picks


def over_time(rows: pd.DataFrame, windows: Windows, name: str, share: bool, dark: bool = False) -> Plot:
    """What one check found in each window (of each run of windows the largest), and where it failed."""
    shown = windows.keep(rows)
    runs = max(1, min(2 * RUNS, len(windows)))
    shown["run"] = shown["x"] * runs // max(1, len(windows))
    shown = shown.sort_values(["run", "failed", "value"], kind="stable").drop_duplicates("run", keep="last")
    top = float(shown["value"].max()) if len(shown) else 0.0
    low = min(0.0, float(shown["value"].min())) if len(shown) else 0.0
    places, texts = nice(low, top if top > low else low + (0.01 if share else 1.0), 4, percent=share)
    plot = Plot(220, (-0.5, runs - 0.5), (places[0], places[-1]), name, left=18 + 7 * max(len(text) for text in texts))
    plot.scale(places, texts)
    tint = charts.color("current", dark)
    plot.line(shown["run"], shown["value"].astype(float), tint)
    for at, window, value, expected, bad in shown[["run", "window", "value", "expected", "failed"]].itertuples(index=False):
        plot.dot(at, float(value), charts.color("alarm", dark) if bad else tint, 9 if bad else 5)
        said = words.percent(value) if share else words.number(value)
        plot.spot(at - 0.5, at + 0.5, f"{windows.words(str(window))}\n{said}\nexpected {expected}")
    plot.ticks(*windows.ticks(runs=runs))
    return plot


def table(rows: pd.DataFrame) -> pd.DataFrame:
    """The checks of one window as people read them, the failed ones first."""
    return pd.DataFrame(
        {
            "column": rows["column"].fillna("").replace("", ALL_ROWS).to_numpy(),
            "check": [words_of(name) for name in rows["check"]],
            "value": [_found(float(value), str(check)) for value, check in zip(rows["value"], rows["check"], strict=True)],
            "expected": rows["expected"].astype(str).to_numpy(),
            "result": ["✕ failed" if bad else "✓ passed" for bad in rows["failed"]],
        }
    )


def _found(value: float, check: str) -> str:
    """What a check found; all but counts are shares of the rows."""
    return words.number(value) if check in COUNTS else words.percent(value)


def _named(checks: pd.Series) -> str:
    return ", ".join(words_of(name) for name in dict.fromkeys(checks))
