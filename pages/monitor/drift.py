"""Which columns moved, when, how, and which samples show it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import choices, page, picture, session
from pages.parts.monitor import (
    brush,
    causes,
    downloads,
    drift_column,
    drift_map,
    drift_notes,
    drift_ranges,
    drift_samples,
    drift_thresholds,
    drift_words,
    window_lists,
)
from pages.parts.monitor.drift_view import View, looking
from pages.parts.windows import Windows

FEW, MOST = 15, 60


def overview(view: View, place: st.delta_generator.DeltaGenerator) -> tuple[int, int]:
    """The map, worst column first; a click opens a column in a window. Returns the room left and right of its cells."""
    shown = view.map
    if len(view.columns) > FEW:
        with place:
            which = choices.switch("Columns", ("worst", "all"), "columns", "worst", lambda name: _columns(name, len(view.columns)))
        shown = shown[shown["y"] < (FEW if which == "worst" else MOST)]
    selected = (view.column, view.chosen.first, view.chosen.last)
    st.caption("Darker is further from the reference; a red dot is drift beyond the threshold. Click a cell to open it." + drift_map.condensed(shown))
    alt = "Heatmap of drift: a row a column, the worst on top, a column a window"
    plot = drift_map.heatmap(shown, view.shown, selected, session.dark())
    picture.show(plot, "drift-map", alt, lambda told: _opened(shown, str(told["pick"])))
    return plot.edges


def _columns(which: str, total: int) -> str:
    return f"The worst {FEW}" if which == "worst" else "All columns" if total <= MOST else f"The worst {MOST} of {total}"


def _opened(shown: pd.DataFrame, place: str) -> None:
    """The cell that was clicked becomes the choice."""
    x, y = (int(part) for part in place.split(","))
    row = shown[(shown["x"] == x) & (shown["y"] == y)].iloc[0]
    choices.put(column=str(row["column"]), window=str(row["window"]), bin=None)


def controls(view: View, report: lifecycle.DriftReport) -> None:
    """Column, windows and what they are compared with, by list; the files."""
    places = st.columns([3, 3, 3, 3, 2], vertical_alignment="bottom")
    choices.pick("Column", view.columns, "column", view.column, place=places[0])
    window_lists.picker(view.every, view.chosen, places[1:3])
    downloads.downloads(view.project, "drift", report.frame, places[4])
    window_lists.against(view.every, view.chosen, places[3])


@st.fragment
def body(project: lifecycle.Project) -> None:
    """All below the finding; another choice runs this alone."""
    with page.refusals():
        parts(project)


def parts(project: lifecycle.Project) -> None:
    """The map, the column, the samples, and what would have alarmed."""
    report = project.drift()
    page.section("Which columns moved, and when?")
    place = st.container(horizontal=True)
    view = looking(project, report.alarms, place)
    edges = overview(view, place)
    counts = report.alarms.assign(count=report.alarms["columns"].str.len())
    brush.brush(counts, view.shown, "drifted column", (view.chosen.first, view.chosen.last), "drift-brush", edges)
    controls(view, report)
    drift_notes.shown(project, report)
    found = drift_ranges.compared(project, str(session.workspace().path), view.every, view.chosen, view.before)
    row = found[found["column"] == view.column]
    if len(row):
        drift_column.panel(view, row.iloc[0])
    if view.chosen.single and not view.before:
        causes.show(project, view.every, view.chosen.first)
    drift_samples.samples(view)
    drift_ranges.table(found, view.when, view.other, view.column)
    drift_column.together(project, view.shown)
    drift_thresholds.editor(view)


project = session.project()
with page.refusals():
    drift = project.drift()
    if drift.frame.empty:
        page.head("Drift", "Nothing has been compared with the reference yet.")
        page.empty("No window yet.", "Drift is computed when predictions land and fill a window.", "Log predictions", "data")
    else:
        page.head("Drift", drift_words.finding(drift, Windows(drift.alarms)))
        body(project)
