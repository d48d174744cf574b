"""The windows of a project and the map of its drift, as the pages show them."""

from __future__ import annotations

import pandas as pd

from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.monitor.condensing import condense_drift, ranked_columns
from lifecycle.monitor.report import window_bounds
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor.drifting import catch_up, drift, state
from lifecycle.verbs.remembering import Remembered

__all__ = ["drift_map", "project_windows"]

_maps: Remembered[pd.DataFrame] = Remembered(16)


def project_windows(context: Context) -> pd.DataFrame:
    """The windows in order: window, start, end, rows."""
    catch_up(context)
    found = context.database.frame("SELECT window, first_time, last_time, rows FROM drift_windows WHERE project = ? ORDER BY window", (context.name,))
    return window_bounds(found, context.config.window)


def drift_map(context: Context, first: str | None = None, last: str | None = None, most: int = 72) -> pd.DataFrame:
    """The drift report of the windows from `first` to `last` as few enough rows to draw: of each run of windows the worst, a row a column.

    The report's columns, and x, y (places of run and column, the worst column first), first, last, windows (of the run), reached
    (statistic over threshold, at most 3), beyond (how many of the run's windows drifted).

    Raises
    ------
    UnknownName, InvalidValue : no such window, or fewer than one run.
    """
    if most < 1:
        raise InvalidValue(f"A map of {most} runs of windows shows nothing; give at least 1.")
    report = drift(context)
    names = [str(name) for name in report.alarms["window"]]
    start, end = (_place(names, name, usual) for name, usual in ((first, 0), (last, len(names) - 1)))
    return _maps.get((*state(context), start, end, most), lambda: _condensed(report.frame, names[start : end + 1], most)).copy(deep=False)


def _condensed(frame: pd.DataFrame, names: list[str], most: int) -> pd.DataFrame:
    shown = frame[frame["window"].isin(names)]
    return condense_drift(shown, names, ranked_columns(shown), most)


def _place(names: list[str], name: str | None, usual: int) -> int:
    if name is None:
        return usual
    if name not in names:
        raise UnknownName.among("window", name, names[-10:])
    return names.index(name)
