"""What to know of the alarms beside their figures: how many are false, which windows are too small, whether rows resemble one another."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import page, session, words

__all__ = ["shown", "small"]

MENDED = "autocorrelation="  # how the sentence that a setting mends is known


def shown(project: lifecycle.Project, report: lifecycle.DriftReport) -> None:
    """The report's sentences as one quiet paragraph, and what can be done about them."""
    told = [note for note in report.notes if MENDED not in note]
    dependent = [note for note in report.notes if MENDED in note]
    if told:
        st.caption(page.plain(" ".join(told)))
    for note in dependent:
        with st.container(border=True, horizontal=True, vertical_alignment="center", key="drift-dependence"):
            st.markdown(f":material/repeat: {page.plain(note)}", width="stretch")
            may = page.may(project, "configure")
            st.button("Take it into account", key="drift-measured", on_click=_measured, args=(project,), **may)
    if st.session_state.pop("drift-measured-saved", False):
        st.success(f"Windows are judged by the rows that count from now on; set by {session.user()}.")
    if len(report.unjudged):
        with st.expander(f"{words.plural(len(report.unjudged), 'window')} too small to judge"):
            st.dataframe(small(report.unjudged), hide_index=True, key="drift-unjudged")


def small(unjudged: pd.DataFrame) -> pd.DataFrame:
    """The windows that are too small as people read them, the newest first."""
    rows = unjudged.iloc[::-1]
    needed = ["more reference" if count == float("inf") else words.count(count) if count == count else "–" for count in rows["needed"]]
    table = {"Window": rows["window"].astype(str), "From": rows["start"].dt.date, "Rows": rows["rows"], "Rows needed": needed}
    return pd.DataFrame(table)


def _measured(project: lifecycle.Project) -> None:
    with page.refusals():
        project.configure(by=session.user(), autocorrelation="measured")
        st.session_state["drift-measured-saved"] = True
