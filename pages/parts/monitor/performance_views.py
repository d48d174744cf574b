"""The lower half of the Performance page: where the model errs, how well it knows it, and for whom."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import charts, choices, page, session, words
from pages.parts.monitor import confusion_chart, error_charts

__all__ = ["errors", "slices"]

WORST = 14


def errors(project: lifecycle.Project, start: datetime, end: datetime, when: str) -> None:
    """Confusion or residuals, and calibration, of the windows in [start, end)."""
    page.section(f"Where does it err in {when}?")
    if project.config.schema.task == "regression":
        _residuals(project, start, end)
        return
    left, right = st.columns(2, gap="medium")
    with left:
        _confusion(project, start, end)
    with right:
        _calibration(project, start, end)


def _confusion(project: lifecycle.Project, start: datetime, end: datetime) -> None:
    found = project.confusion(start, end)
    if found.empty:
        page.empty("Which classes does it mix up?", "The matrix appears when labels arrive for these windows.", "Label some samples", "label")
        return
    alt = "Confusion matrix: the truth down, the answers across. A click shows the samples of a cell"
    charts.draw(confusion_chart.confusion(found, session.dark()), key="confusion", alt=alt, select=_cell)


def _cell() -> None:
    """A cell of the matrix that is clicked picks the samples of its truth and answer."""
    points = st.session_state["confusion"]["selection"]["points"]
    if points:
        choices.put(truth=points[0]["y"], answer=points[0]["x"], show="wrong", slice=None)


def _calibration(project: lifecycle.Project, start: datetime, end: datetime) -> None:
    found = project.calibration(start, end)
    if found.empty:
        st.caption("The model gives no probabilities, so there is no telling how sure it was.")
        return
    charts.draw(error_charts.calibration(found, session.dark()), key="calibration", alt="How sure the model was against how often it was right")


def _residuals(project: lifecycle.Project, start: datetime, end: datetime) -> None:
    found = project.residuals(start, end)
    if found.empty:
        page.empty("How far off is it?", "Residuals appear when the truth arrives for these windows.", "Record labels", "data")
        return
    mean = float(found["residual"].mean())
    side = "too high" if mean > 0 else "too low"
    st.caption(f"Its answers are {words.number(abs(mean))} {side} on average over {words.plural(len(found), 'labelled row')}.")
    named = found.assign(name=[words.day(time) for time in found["time"]]) if "time" in found else found
    charts.draw(error_charts.residuals(named, session.dark()), key="residuals", alt="Answer minus truth against the answer")


@st.cache_data(ttl=600, max_entries=64, show_spinner="Looking at every slice …")
def _found(home: str, _project: lifecycle.Project, name: str, metric: str, start: datetime, end: datetime, state: tuple[int, int]) -> pd.DataFrame:
    """The slices, kept until rows or labels land (`state` counts them)."""
    return _project.slices(metric, start, end)


def slices(project: lifecycle.Project, metric: str, start: datetime, end: datetime, when: str, state: tuple[int, int]) -> None:
    """The slices of the windows in [start, end), the worst first; a click on one shows its samples."""
    page.section(f"For whom is it worse in {when}?")
    found = _found(str(session.workspace().path), project, project.name, metric, start, end, state)
    found = found[found["score"].notna()] if len(found) else found
    if found.empty:
        st.caption("No slice has enough rows to be judged on its own.")
        return
    overall = float(found["overall"].iloc[0])
    sure, worst = found[found["p_value"] < 0.05], found.iloc[0]
    said = f"Worst: {worst['column']} {worst['value']}, {words.interval(worst['score'], worst['lower'], worst['upper'])}"
    differ = f"{words.plural(len(sure), 'slice')} differ{'s' if len(sure) == 1 else ''} from the rest beyond chance"
    certain = differ if len(sure) else "no slice differs beyond chance"
    st.caption(page.plain(f"{said}, against {words.number(overall)} over all rows; {certain}, corrected for looking at {len(found)}."))
    shown = found.head(WORST)
    names = [f"{column} {value}" for column, value in zip(shown["column"], shown["value"], strict=True)]
    picks = [f"{column}={value}" for column, value in zip(shown["column"], shown["value"], strict=True)]
    chart = error_charts.intervals(shown.assign(name=names, value=shown["score"]), words.metric(metric), overall, session.dark())
    steady = {"marker": {"opacity": 1}}
    chart.data[0].update(customdata=picks[::-1], selected=steady, unselected=steady)
    charts.draw(chart, key="slices", alt=f"{words.metric(metric)} by slice, the worst on top, with intervals", select=_slice)
    with st.expander(f"All {words.plural(len(found), 'slice')}"):
        st.dataframe(found, hide_index=True, key="slices-table")


def _slice() -> None:
    points = st.session_state["slices"]["selection"]["points"]
    if points:
        choices.put(slice=str(points[0]["customdata"]), truth=None, answer=None)
