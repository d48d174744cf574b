"""The lower half of the Drift page: one column in one window, and all columns together."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import charts, distribution, drift_charts, page, session, words
from pages.parts.windows import Windows

__all__ = ["panel", "together", "worst_window"]


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
    if pd.isna(row["threshold"]):
        few = words.plural(row["rows"], "row")
        return f"{test.capitalize()} is {words.number(row['statistic'])}, but {few} are too few to judge: chance alone may do that."
    side = "above" if row["drifted"] else "within"
    said = f"{test.capitalize()} is {words.number(row['statistic'])}, {side} its threshold of {words.number(row['threshold'])}"
    chance = "" if pd.isna(row["p_value"]) else f"; chance alone makes it as large in {_share(row['p_value'])}"
    return f"{said}{chance}. {words.count(row['rows'])} rows."


def _share(p_value: float) -> str:
    return "fewer than one of 10,000 windows" if p_value < 1e-4 else f"{words.percent(p_value)} of windows"


def together(project: lifecycle.Project, windows: Windows) -> None:
    """All columns at once: what no single column shows."""
    found = windows.keep(project.multivariate())
    if found["statistic"].notna().sum() < 2:
        return
    moved = found[found["alarm"].astype(bool)]
    said = f"Beyond its threshold in {words.plural(len(moved), 'window')} of {len(found)}." if len(moved) else "Within its threshold in every window."
    page.section("Did columns move together?", f"How badly the reference's principal components rebuild the rows of each window. {said}")
    chart = drift_charts.multivariate(found, windows, session.dark())
    charts.draw(chart, key="drift-together", alt="Reconstruction error of all columns together in each window, with its threshold")
