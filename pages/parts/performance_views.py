"""The lower half of the Performance page: where the model errs, how well it knows it, and for whom."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import charts, choices, error_charts, page, session, words
from pages.parts.windows import Windows

__all__ = ["views"]

ALL = "all"
WORST = 14


def views(project: lifecycle.Project, windows: Windows, metric: str, labels: int) -> None:
    """Confusion or residuals, calibration, slices, over all windows shown or one of them. `labels`: how many there are by now."""
    page.section("Where does it err?")
    shown = f"The {words.plural(len(windows), 'window')} above" if len(windows) > 1 else "The window above"
    window = choices.pick("Windows", [ALL, *windows.names[::-1]], "window", ALL, lambda name: shown if name == ALL else windows.words(name))
    rows = windows.frame if window == ALL else windows.frame[windows.frame["window"].astype(str) == window]
    start, end = rows["start"].iloc[0].to_pydatetime(), rows["end"].iloc[-1].to_pydatetime()
    if project.config.schema.task == "regression":
        _residuals(project, start, end)
    else:
        left, right = st.columns(2, gap="medium")
        with left:
            _confusion(project, start, end)
        with right:
            _calibration(project, start, end)
    _slices(project, metric, start, end, (int(windows.frame["rows"].sum()), labels))


def _confusion(project: lifecycle.Project, start: datetime, end: datetime) -> None:
    found = project.confusion(start, end)
    if found.empty:
        page.empty("Which classes does it mix up?", "The matrix appears when labels arrive for these windows.", "Label some samples", "label")
        return
    charts.draw(error_charts.confusion(found, session.dark()), key="confusion", alt="Confusion matrix: the truth down, the answers across")


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


def _slices(project: lifecycle.Project, metric: str, start: datetime, end: datetime, state: tuple[int, int]) -> None:
    page.section("For whom is it worse?")
    found = _found(str(session.workspace().path), project, project.name, metric, start, end, state)
    found = found[found["score"].notna()] if len(found) else found
    if found.empty:
        st.caption("No slice has enough rows to be judged on its own.")
        return
    overall = float(found["overall"].iloc[0])
    sure = found[found["p_value"] < 0.05] if "p_value" in found else pd.DataFrame()
    worst = found.iloc[0]
    said = f"Worst: {worst['column']} {worst['value']}, {words.interval(worst['score'], worst['lower'], worst['upper'])}"
    certain = (
        f"{words.plural(len(sure), 'slice')} differ{'s' if len(sure) == 1 else ''} from the rest beyond chance"
        if len(sure)
        else "no slice differs beyond chance"
    )
    st.caption(page.plain(f"{said}, against {words.number(overall)} over all rows; {certain}, corrected for looking at {len(found)}."))
    shown = found.head(WORST).assign(
        name=[f"{column} {value}" for column, value in zip(found["column"], found["value"], strict=True)][:WORST], value=found["score"]
    )
    chart = error_charts.intervals(shown, words.metric(metric), overall, session.dark())
    charts.draw(chart, key="slices", alt=f"{words.metric(metric)} by slice, the worst on top, with intervals")
    with st.expander(f"All {words.plural(len(found), 'slice')}"):
        st.dataframe(found, hide_index=True, key="slices-table")
