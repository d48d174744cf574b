"""The lower half of the Drift page: one column in one window, all columns together, and the samples themselves."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import charts, distribution, drift_charts, page, session, words
from pages.parts.windows import Windows

__all__ = ["panel", "samples", "together", "worst_window"]

MOST = 40


def worst_window(frame: pd.DataFrame, windows: Windows, column: str) -> str:
    """The newest window in which the column drifted, else the newest."""
    rows = windows.keep(frame[(frame["column"] == column) & frame["drifted"].astype(bool)])
    return str(rows["window"].iloc[-1]) if len(rows) else windows.names[-1]


def panel(project: lifecycle.Project, frame: pd.DataFrame, windows: Windows, column: str, window: str) -> None:
    """Reference against current values, and the statistic over time."""
    page.section(f"How did {column} move in {windows.words(window)}?")
    here = frame[(frame["column"] == column) & (frame["window"].astype(str) == window)]
    if len(here):
        st.caption(page.plain(_verdict(here.iloc[0])))
    left, right = st.columns(2, gap="medium")
    with left, page.refusals():
        found = project.drift_column(column, window)
        chart = distribution.distribution(found.frame, found.kind, session.dark())
        charts.draw(chart, key="drift-distribution", alt=f"How {column} is distributed in the reference and in this window")
    with right:
        chart = drift_charts.over_time(frame[frame["column"] == column], windows, window, session.dark())
        charts.draw(chart, key="drift-statistic", alt=f"The drift statistic of {column} in each window, with its threshold")


def _verdict(row: pd.Series) -> str:
    test = str(row["test"]).replace("_", " ")
    side = "above" if row["drifted"] else "within"
    said = f"{test.capitalize()} is {words.number(row['statistic'])}, {side} its threshold of {words.number(row['threshold'])}"
    chance = "" if pd.isna(row["p_value"]) else f"; by chance alone it would be as large in {words.percent(row['p_value'])} of windows"
    return f"{said}{chance}. {words.count(row['rows'])} rows."


def together(project: lifecycle.Project, windows: Windows) -> None:
    """All columns at once: what no single column shows."""


def samples(project: lifecycle.Project, windows: Windows, column: str, window: str) -> None:
    """The rows of the window, the most unusual first, and the way to send them to labeling."""
