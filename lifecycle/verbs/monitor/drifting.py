"""Drift and data quality: what landed is summarised once, and reports are read from what was derived then."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from lifecycle.monitor import windows
from lifecycle.monitor.report import drift_alarms, drift_report, window_bounds
from lifecycle.records import DriftReport
from lifecycle.stores import cursors, kept
from lifecycle.stores import summaries as store
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor.drift_columns import monitored
from lifecycle.verbs.monitor.drift_judging import is_settled, settle, take_in
from lifecycle.verbs.monitor.drift_notes import drift_notes, unjudged
from lifecycle.verbs.monitor.drift_spreading import steps
from lifecycle.verbs.remembering import Remembered

__all__ = ["alarms", "catch_up", "drift", "multivariate", "newest_quality", "quality", "rebuild", "state"]

CONSUMER = "drift"
_reports: Remembered[DriftReport] = Remembered(8)
_findings: Remembered[pd.DataFrame] = Remembered(4)


def catch_up(context: Context) -> int:
    """Summarise what has landed since the last time; returns the rows taken in. Safe to call from several processes."""
    if is_settled(context) and cursors.position(context.database, context.name, CONSUMER) == context.log().rows:
        return 0
    columns = monitored(context)
    if columns is None:
        return 0
    taken, more = 0, True
    while more:
        position, more = cursors.position(context.database, context.name, CONSUMER), False
        for step in steps(context, columns, position):
            more = True
            with context.database.write():
                if cursors.position(context.database, context.name, CONSUMER) != position:
                    break  # another process was first
                take_in(context, columns, step)
                cursors.move(context.database, context.name, CONSUMER, step.until)
            taken, position = taken + step.until - position, step.until
    settle(context, columns)
    return taken


def drift(context: Context) -> DriftReport:
    """Which columns of which windows differ from the reference, and which windows alarm."""
    catch_up(context)
    found = _reports.get(state(context), lambda: _report(context))
    return replace(found, frame=found.frame.copy(deep=False), alarms=found.alarms.copy(deep=False), unjudged=found.unjudged.copy(deep=False))


def alarms(context: Context) -> pd.DataFrame:
    """The alarms of the report, at the cost of the windows alone, however many the columns."""
    catch_up(context)
    return drift_alarms(_windows(context), context.config.window)


def _windows(context: Context) -> pd.DataFrame:
    sql = "SELECT window, first_time, last_time, rows, p_value, alarm, columns FROM drift_windows WHERE project = ? ORDER BY window"
    return context.database.frame(sql, (context.name,))


def _report(context: Context) -> DriftReport:
    results = context.database.frame(
        """SELECT r.window, r.column, r.kind, r.test, r.statistic, r.p_value, r.effect, r.threshold, r.drifted
           FROM drift_results r JOIN drift_columns c ON c.project = r.project AND c.column = r.column
           WHERE r.project = ? ORDER BY r.window, c.place""",
        (context.name,),
    )
    found = drift_report(_windows(context), results, context.config.window)
    small = unjudged(context, found.alarms)
    return replace(found, unjudged=small, notes=drift_notes(context, found.alarms, small))


def state(context: Context) -> tuple[object, ...]:
    """All that the derived rows depend on: how far the log was taken in, by what they were judged, and how many windows have closed."""
    position = cursors.position(context.database, context.name, CONSUMER)
    closed = context.database.value("SELECT total(closed) FROM drift_windows WHERE project = ?", (context.name,))
    rule = store.rule(context.database, context.name)
    return str(context.database.path), context.name, context.config.created, position, rule, closed


def quality(context: Context) -> pd.DataFrame:
    """Data quality by window and column: window, column ('' for the window as a whole), check, value, expected, failed."""
    catch_up(context)
    return _findings.get(state(context), lambda: _quality(context)).copy(deep=False)


def newest_quality(context: Context) -> pd.DataFrame:
    """The data quality of the newest window that was checked, as `quality` says it."""
    catch_up(context)
    return _quality(context, "AND window = (SELECT max(window) FROM quality_results WHERE project = ?1)")


def _quality(context: Context, which: str = "") -> pd.DataFrame:
    sql = 'SELECT window, column, "check", value, expected, failed FROM quality_results WHERE project = ?1'
    found = context.database.frame(f'{sql} {which} ORDER BY window, column, "check"', (context.name,))
    names = {key: windows.name(int(key), context.config.window) for key in found["window"].unique()}
    return found.assign(window=found["window"].map(names).astype("str"), value=found["value"].astype("float64"), failed=found["failed"].astype(bool))


def multivariate(context: Context) -> pd.DataFrame:
    """Drift of the columns together, by how well the reference's principal components rebuild the rows: window, start, end,
    rows, statistic (mean error), lower, upper, threshold, alarm."""
    catch_up(context)
    found = context.database.frame(
        """SELECT w.window, w.first_time, w.last_time, m.rows, m.statistic, m.lower, m.upper, m.threshold, m.alarm
           FROM drift_multivariate m JOIN drift_windows w ON w.project = m.project AND w.window = m.window WHERE m.project = ? ORDER BY m.window""",
        (context.name,),
    )
    numbers = {name: found[name].astype("float64") for name in ("statistic", "lower", "upper", "threshold")}
    return window_bounds(found, context.config.window).assign(**numbers, alarm=found["alarm"].astype(bool))


def rebuild(context: Context) -> int:
    """Drop everything derived here and derive it again from the log and the references; returns the rows taken in."""
    with context.database.write():
        store.clear(context.database, context.name, frozen=True)
        kept.clear(context.database, context.name)
        cursors.reset(context.database, context.name, CONSUMER)
    return catch_up(context)
