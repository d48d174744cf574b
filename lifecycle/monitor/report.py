"""The drift report, from rows that were derived when the data landed."""

from __future__ import annotations

import json

import pandas as pd

from lifecycle.monitor import windows
from lifecycle.records import DriftReport

__all__ = ["drift_alarms", "drift_report", "window_bounds"]

COLUMNS = ("window", "start", "end", "rows", "column", "kind", "test", "statistic", "p_value", "effect", "threshold", "drifted")
ALARMS = ("window", "start", "end", "rows", "p_value", "alarm", "columns")


def drift_report(found: pd.DataFrame, results: pd.DataFrame, window: str) -> DriftReport:
    """Assemble the report.

    Parameters
    ----------
    found : the windows in order: window (key), first_time, last_time (microseconds), rows, p_value, alarm, columns (JSON).
    results : in order of window and column: window (key), column, kind, test, statistic, p_value, effect, threshold, drifted.
    """
    alarms = drift_alarms(found, window)
    facts = alarms[["window", "start", "end", "rows"]]
    place = pd.Index(found["window"]).get_indexer(pd.Index(results["window"]))
    rows = facts.iloc[place].reset_index(drop=True)
    numbers = {name: results[name].astype("float64") for name in ("statistic", "p_value", "effect", "threshold")}
    frame = rows.assign(**{name: results[name] for name in ("column", "kind", "test")}, **numbers, drifted=results["drifted"].astype(bool))
    return DriftReport(frame[list(COLUMNS)], alarms)


def drift_alarms(found: pd.DataFrame, window: str) -> pd.DataFrame:
    """The windows of a report alone; `found` as for the report."""
    columns = [json.loads(text) for text in found["columns"]]
    facts = window_bounds(found, window)
    return facts.assign(p_value=found["p_value"].astype("float64"), alarm=found["alarm"].astype(bool), columns=columns)[list(ALARMS)]


def window_bounds(found: pd.DataFrame, window: str) -> pd.DataFrame:
    """Windows by name: window, start, end, rows. A window by rows lasts from its first row's time to its last row's.

    >>> found = pd.DataFrame({"window": [0], "first_time": [0], "last_time": [10], "rows": [3]})
    >>> window_bounds(found, "1D")[["window", "end"]].astype(str).values.tolist()
    [['1970-01-01', '1970-01-02 00:00:00+00:00']]
    """
    keys = [int(key) for key in found["window"]]
    if windows.parse(window).by_rows:
        start, end = (pd.to_datetime(found[name].astype("int64"), unit="us", utc=True) for name in ("first_time", "last_time"))
    else:
        edges = [windows.bounds(key, window) for key in keys]
        start, end = (pd.Series(pd.DatetimeIndex([edge[i] for edge in edges], tz="UTC").as_unit("us"), index=found.index) for i in (0, 1))
    names = pd.Series([windows.name(key, window) for key in keys], index=found.index, dtype="str")
    return pd.DataFrame({"window": names, "start": start, "end": end, "rows": found["rows"].astype("int64")})
