"""Which columns moved, when, how, and which samples show it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import charts, choices, drift_column, drift_map, drift_samples, page, session, words
from pages.parts.windows import Windows

RANGES = {"20": "Last 20 windows", "50": "Last 50", "all": "All"}
MOST = 15


def finding(report: lifecycle.DriftReport, windows: Windows) -> str:
    """What drifted, since when, and what is worst, in one sentence."""
    frame = report.frame
    total, newest = frame["column"].nunique(), windows.names[-1]
    alarms = report.alarms.sort_values("start", kind="stable")
    if frame["threshold"].isna().all():
        few = words.plural(int(report.alarms["rows"].max()), "row")
        return f"No window is large enough to judge drift: the largest has {few}. Look at longer windows, or at the performance."
    now = frame[(frame["window"].astype(str) == newest) & frame["drifted"].astype(bool)]
    if now.empty:
        last = alarms[alarms["alarm"].astype(bool)]
        before = f" The last alarm was in {windows.words(str(last['window'].iloc[-1]))}." if len(last) else ""
        return f"None of the {words.plural(total, 'column')} drifted in the newest window ({windows.words(newest)}).{before}"
    quiet = alarms.loc[~alarms["alarm"].astype(bool), "start"]
    run = alarms[alarms["start"] > quiet.max()] if len(quiet) else alarms
    since = words.day((run["start"] if len(run) else now["start"]).iloc[0])
    worst = now.assign(strength=drift_map.strength(now)).sort_values("strength", ascending=False)["column"].iloc[0]
    alarm = "" if len(run) else ", which is not enough for an alarm"
    return f"{len(now)} of {words.plural(total, 'column')} drifted since {since}{alarm}; worst: {worst}."


def overview(frame: pd.DataFrame, windows: Windows, columns: list[str], chosen: tuple[str, str]) -> None:
    """The heatmap, worst column first; a click opens a column in a window."""
    page.section(
        "Which columns moved, and when?", "Darker is further from the reference; a red dot is drift beyond the threshold. Click a cell to open it."
    )
    shown = columns if len(columns) <= MOST or choices.switch("Columns", ("worst", "all"), "columns", "worst", _columns) == "all" else columns[:MOST]
    chart = drift_map.heatmap(frame, windows, shown, chosen, session.dark())
    charts.draw(chart, key="drift-map", alt="Heatmap of drift: a row a column, the worst on top, a column a window", select=_clicked)


def _columns(which: str) -> str:
    return f"The worst {MOST}" if which == "worst" else "All columns"


def _clicked() -> None:
    """What was clicked in the heatmap becomes the choice."""
    points = st.session_state["drift-map"]["selection"]["points"]
    if points:
        column, window = points[0]["customdata"]
        choices.put(column=column, window=window)


def show(project: lifecycle.Project, report: lifecycle.DriftReport) -> None:
    """The page, once there is something to show."""
    frame = report.frame
    everything = Windows(frame)
    page.head("Drift", finding(report, everything))
    span = choices.switch("Range", tuple(RANGES), "range", "20", RANGES.__getitem__) if len(everything) > 20 else "all"
    windows = Windows(frame, last=None if span == "all" else int(span))
    columns = drift_map.ranked(windows.keep(frame))
    column, window = st.query_params.get("column", columns[0]), st.query_params.get("window", "")
    column = column if column in columns else columns[0]
    window = window if window in windows else drift_column.worst_window(frame, windows, column)
    overview(frame, windows, columns, (column, window))
    left, middle, right = st.columns([2, 2, 1], vertical_alignment="bottom")
    column = choices.pick("Column", columns, "column", column, place=left)
    window = choices.pick("Window", windows.names[::-1], "window", window, windows.words, place=middle)
    right.download_button(
        "Export CSV",
        lambda: frame.to_csv(index=False).encode(),
        f"{project.name}-drift.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
    drift_column.panel(project, frame, windows, column, window)
    drift_column.together(project, windows)
    drift_samples.samples(project, column, window, windows.words(window))


project = session.project()
with page.refusals():
    report = project.drift()
    if report.frame.empty:
        page.head("Drift", "Nothing has been compared with the reference yet.")
        page.empty("No window yet.", "Drift is computed when predictions land and fill a window.", "Log predictions", "data")
    else:
        show(project, report)
