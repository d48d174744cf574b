"""The parts of the Review page, each a list of samples with what people said and a decision."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import page, settle, words
from pages.parts.rows import each

__all__ = ["corrections", "disagreements", "suspects"]

SHOWN = 5


def disagreements(project: lifecycle.Project, rows: pd.DataFrame, by: str) -> None:
    """The answers side by side, and the one that is to count."""
    page.section("Where do experts disagree?", "The value that you choose counts from now on, whatever was said before.")
    if rows.empty:
        why = "No sample has two different answers. Let several people answer the same samples: set the overlap of the queue to 2 or more."
        page.empty("Samples with different answers will be here.", why, "Start labeling", "label")
        return
    groups = list(rows.groupby("prediction_id", sort=False))
    for name, answers in groups[:SHOWN]:
        said = [
            f"**{page.plain(row.annotator)}**: {settle.shown(row.value)}" + (f" ({page.plain(row.comment)})" if row.comment else "")
            for row in each(answers)
        ]
        settle.card(project, str(name), "  \n".join(said), list(dict.fromkeys(answers["value"])), by)
    if len(groups) > SHOWN:
        st.caption(f"{words.count(len(groups) - SHOWN)} more follow.")


def corrections(project: lifecycle.Project, rows: pd.DataFrame, by: str) -> None:
    """What users corrected, to be accepted or turned down before it trains anything."""
    page.section("What do users say is wrong?", "A correction becomes a label once you accept it; until then nothing learns from it.")
    if rows.empty:
        page.empty(
            "Users' corrections will be here.",
            "None waits. They come through POST /feedback or an import.",
            "Import corrections",
            "data",
            part="labels",
        )
        return
    may = page.may(project, "review_feedback")
    for row in each(rows.head(SHOWN)):
        with st.container(border=True, key=f"correction-{row.no}"):
            left, right = st.columns([2, 1], gap="large", vertical_alignment="top")
            with left:
                settle.sample(project, str(row.id))
            with right:
                st.markdown(f"**{page.plain(row.by)}** says **{settle.shown(row.label)}**, {words.ago(pd.Timestamp(row.time), datetime.now(UTC))}")
                if row.prediction is not None:
                    st.caption(f"The model had answered {settle.shown(row.prediction)}.")
                with st.container(horizontal=True):
                    st.button("Accept", key=f"accept-{row.no}", type="primary", on_click=_review, args=(project, int(row.no), True, by), **may)
                    st.button("Turn down", key=f"refuse-{row.no}", on_click=_review, args=(project, int(row.no), False, by), **may)


def suspects(project: lifecycle.Project, by: str) -> None:
    """Labels that are likely wrong, the worst first."""
    page.section(
        "Which labels are likely wrong?",
        "The model, trained without each of these samples, is sure of another value. Look, and settle those that are wrong.",
    )
    rows = project.suspects()
    if rows.empty:
        page.empty("Likely wrong labels will be here.", "No label looks wrong, or there are too few labels to say.", "Start labeling", "label")
        return
    st.caption(f"{words.plural(len(rows), 'label')}, the most suspect first.")
    for row in each(rows.head(SHOWN)):
        said = (
            f"labelled **{settle.shown(row.label)}** ({page.plain(str(row.source).replace('_', ' '))}), looks like **{settle.shown(row.suggested)}**"
        )
        settle.card(project, str(row.id), said, [row.suggested, row.label], by)


def _review(project: lifecycle.Project, no: int, accept: bool, by: str) -> None:
    settle.attempt(
        lambda: project.review_feedback(no, accept, by=by), "The correction counts as a label now." if accept else "The correction is turned down."
    )
