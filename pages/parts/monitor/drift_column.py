"""The lower half of the Drift page: one column over some windows, what it does to performance, and all columns together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import choices, page, picture, session, words
from pages.parts.monitor import distribution, drift_charts, drift_words, span
from pages.parts.monitor.drift_view import View
from pages.parts.windows import Windows

__all__ = ["panel", "together"]


def panel(view: View, row: pd.Series) -> None:
    """The two sides of a column, and its statistic over time. `row`: the column's of the comparison."""
    page.section(f"How did {view.column} move in {view.when}?")
    st.caption(page.plain(_verdict(row, view.other)))
    left, right = st.columns(2, gap="medium")
    with left, page.refusals():
        found = view.project.drift_column(view.column, view.chosen.asked, view.before.asked if view.before else None)
        sides = ("compared" if view.before else "reference", "this window" if view.chosen.single else "these windows")
        chart = distribution.distribution(found.frame, found.kind, session.dark(), sides, st.query_params.get("bin"))
        alt = f"How {view.column} is distributed in {view.other} and in {view.when}"
        picture.show(chart, "drift-distribution", alt, _bin)
    with right:
        shown = view.map[view.map["column"] == view.column]
        chart = drift_charts.over_time(shown, view.shown, (view.chosen.first, view.chosen.last), session.dark())
        alt = f"The drift statistic of {view.column} in each window, with its threshold"
        picture.show(chart, "drift-statistic", alt, lambda told: choices.put(window=_run(shown, told), bin=None))
    st.caption("Click a bar to see only samples with these values; click a point to choose its window.")


def _bin(told: Mapping[str, Any]) -> None:
    """A bar that is clicked picks its values for the samples; clicked again, it lets them go."""
    name = str(told["pick"])
    choices.put(bin=None if name == st.query_params.get("bin") else name)


def _run(shown: pd.DataFrame, told: Mapping[str, Any]) -> span.Span:
    """The worst window of the run that was clicked."""
    window = str(shown.loc[shown["x"] == int(told["pick"]), "window"].iloc[0])
    return span.Span(window, window)


def _verdict(row: pd.Series, other: str) -> str:
    test = drift_words.test(str(row["test"]))
    if pd.isna(row["threshold"]):
        few = words.plural(row["rows_b"], "row")
        return f"{test[:1].upper()}{test[1:]} is {words.number(row['statistic'])}, but {few} are too few to judge: chance alone may do that."
    side = "above" if row["drifted"] else "within"
    said = (
        f"{test[:1].upper()}{test[1:]} against {other} is {words.number(row['statistic'])}, {side} its threshold of {words.number(row['threshold'])}"
    )
    chance = "" if pd.isna(row["p_value"]) else f"; chance alone makes it as large in {_share(row['p_value'])}"
    moved = "" if pd.isna(row["median_a"]) else f" The median went from {words.number(row['median_a'])} to {words.number(row['median_b'])}."
    gone = f" Missing: {words.percent(row['missing_a'])}, now {words.percent(row['missing_b'])}." if row["missing_a"] or row["missing_b"] else ""
    return f"{said}{chance}.{moved}{gone} {words.count(row['rows_b'])} rows against {words.count(row['rows_a'])}."


def _share(p_value: float) -> str:
    return "fewer than one of 10,000 such comparisons" if p_value < 1e-4 else f"{words.percent(p_value)} of such comparisons"


def together(project: lifecycle.Project, windows: Windows) -> None:
    """All columns at once: what no single column shows."""
    found = windows.keep(project.multivariate())
    if found["statistic"].notna().sum() < 2:
        return
    moved = found[found["alarm"].astype(bool)]
    said = f"Beyond its threshold in {words.plural(len(moved), 'window')} of {len(found)}." if len(moved) else "Within its threshold in every window."
    page.section("Did columns move together?", f"How badly the reference's principal components rebuild the rows of each window. {said}")
    chart = drift_charts.multivariate(found, windows, session.dark())
    picture.show(chart, "drift-together", "Reconstruction error of all columns together in each window, with its threshold")
