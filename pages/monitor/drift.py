"""Which columns moved, when, how, and which samples show it."""

from __future__ import annotations

import streamlit as st

import lifecycle
from pages.parts import (
    brush,
    causes,
    charts,
    choices,
    downloads,
    drift_column,
    drift_map,
    drift_ranges,
    drift_samples,
    drift_thresholds,
    page,
    session,
    span,
    window_lists,
    words,
)
from pages.parts.drift_view import View, looking
from pages.parts.windows import Windows

FEW, MOST = 15, 60


def finding(report: lifecycle.DriftReport, windows: Windows) -> str:
    """What drifted, since when, and what is worst, in one sentence."""
    frame, alarms = report.frame, report.alarms
    if frame["threshold"].isna().all():
        few = words.plural(int(alarms["rows"].max()), "row")
        return f"No window is large enough to judge drift: the largest has {few}. Look at longer windows, or at the performance."
    newest = frame[frame["window"] == windows.names[-1]]
    now, total = newest[newest["drifted"].astype(bool)], len(newest)
    if now.empty:
        last = alarms[alarms["alarm"].astype(bool)]
        before = f" The last alarm was in {windows.words(str(last['window'].iloc[-1]))}." if len(last) else ""
        return f"None of the {words.plural(total, 'column')} drifted in the newest window ({windows.words(windows.names[-1])}).{before}"
    quiet = alarms.loc[~alarms["alarm"].astype(bool), "start"]
    run = alarms[alarms["start"] > quiet.max()] if len(quiet) else alarms
    since = words.day((run["start"] if len(run) else now["start"]).iloc[0])
    worst = now.assign(reach=now["statistic"] / now["threshold"]).sort_values("reach", ascending=False, kind="stable")["column"].iloc[0]
    alarm = "" if len(run) else ", which is not enough for an alarm"
    return f"{len(now)} of {words.plural(total, 'column')} drifted since {since}{alarm}; worst: {worst}."


def overview(view: View, place: st.delta_generator.DeltaGenerator) -> None:
    """The map, worst column first; a click opens a column in a window, a drag several windows."""
    shown = view.map
    if len(view.columns) > FEW:
        with place:
            which = choices.switch("Columns", ("worst", "all"), "columns", "worst", lambda name: _columns(name, len(view.columns)))
        shown = shown[shown["y"] < (FEW if which == "worst" else MOST)]
    selected = (view.column, view.chosen.first, view.chosen.last)
    st.caption("Darker is further from the reference; a red dot is drift beyond the threshold. Click a cell to open it." + drift_map.condensed(shown))
    alt = "Heatmap of drift: a row a column, the worst on top, a column a window"
    charts.draw(drift_map.heatmap(shown, view.shown, selected, session.dark()), key="drift-map", alt=alt, select=_clicked)


def _columns(which: str, total: int) -> str:
    return f"The worst {FEW}" if which == "worst" else "All columns" if total <= MOST else f"The worst {MOST} of {total}"


def _clicked() -> None:
    """What was clicked in the map becomes the choice; of several columns the worst."""
    span.clicked("drift-map", lambda points: {"column": min(points, key=lambda point: point["y"])["customdata"][3]})


def controls(view: View, report: lifecycle.DriftReport) -> None:
    """Column, windows and what they are compared with, by list; the files."""
    places = st.columns([3, 3, 3, 3, 2], vertical_alignment="bottom")
    choices.pick("Column", view.columns, "column", view.column, place=places[0])
    window_lists.picker(view.every, view.chosen, places[1:3])
    downloads.downloads(view.project, "drift", report.frame, places[4])
    window_lists.against(view.every, view.chosen, places[3])


def show(project: lifecycle.Project, report: lifecycle.DriftReport) -> None:
    """The page, once there is something to show."""
    alarms = report.alarms
    page.head("Drift", finding(report, Windows(alarms)))
    page.section("Which columns moved, and when?")
    place = st.container(horizontal=True)
    view = looking(project, alarms, place)
    overview(view, place)
    counts = alarms.assign(count=alarms["columns"].str.len())
    brush.brush(counts, view.shown, "drifted column", (view.chosen.first, view.chosen.last), "drift-brush")
    controls(view, report)
    found = drift_ranges.compared(project, str(session.workspace().path), view.every, view.chosen, view.before)
    row = found[found["column"] == view.column]
    if len(row):
        drift_column.panel(view, row.iloc[0])
    if view.chosen.single and not view.before:
        causes.show(project, view.chosen.first)
    drift_ranges.table(found, view.when, view.other, view.column)
    drift_samples.samples(view)
    drift_column.together(project, view.shown)
    drift_thresholds.editor(view)


project = session.project()
with page.refusals():
    drift = project.drift()
    if drift.frame.empty:
        page.head("Drift", "Nothing has been compared with the reference yet.")
        page.empty("No window yet.", "Drift is computed when predictions land and fill a window.", "Log predictions", "data")
    else:
        show(project, drift)
