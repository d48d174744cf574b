"""The parts of the Review page, each a list of samples with what people said and a decision."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import page, preview, settle, words
from pages.parts.rows import each

__all__ = ["corrections", "disagreements", "latest", "suspects"]

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
        _card(project, str(name), "  \n".join(said), list(dict.fromkeys(answers["value"])), by)
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
    for row in each(rows.head(SHOWN)):
        with st.container(border=True, key=f"correction-{row.no}"):
            left, right = st.columns([2, 1], gap="large", vertical_alignment="top")
            with left:
                _sample(project, str(row.id))
            with right:
                st.markdown(f"**{page.plain(row.by)}** says **{settle.shown(row.label)}**, {words.ago(pd.Timestamp(row.time), datetime.now(UTC))}")
                with st.container(horizontal=True):
                    st.button("Accept", key=f"accept-{row.no}", type="primary", on_click=_review, args=(project, int(row.no), True, by))
                    st.button("Turn down", key=f"refuse-{row.no}", on_click=_review, args=(project, int(row.no), False, by))


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
        _card(project, str(row.id), said, [row.suggested, row.label], by)


def latest(project: lifecycle.Project, by: str) -> None:
    """The newest answers, each with a way to correct it."""
    page.section("What was answered lately?", "Choose an answer to look at its sample and to correct it.")
    rows = project.annotations(limit=200)
    if rows.empty:
        page.empty("The latest answers will be here.", "Nobody has answered yet.", "Start labeling", "label")
        return
    shown = pd.DataFrame(
        {
            "Time": rows["time"],
            "Who": rows["annotator"],
            "Answer": [settle.shown(v) if k == "answer" else k for v, k in zip(rows["value"], rows["kind"], strict=True)],
            "Seconds": rows["seconds"],
            "Comment": rows["comment"],
            "Prediction": rows["prediction_id"],
        }
    )
    config = {"Time": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm:ss"), "Seconds": st.column_config.NumberColumn(format="%.1f")}
    event = st.dataframe(shown, hide_index=True, key="latest", height=320, on_select="rerun", selection_mode="single-row", column_config=config)
    chosen = event["selection"]["rows"]
    if chosen and chosen[0] < len(rows):
        row = rows.iloc[chosen[0]]
        _card(
            project,
            str(row["prediction_id"]),
            f"**{page.plain(row['annotator'])}** said **{settle.shown(row['value'])}**",
            [row["value"]] * (row["kind"] == "answer"),
            by,
        )


def _card(project: lifecycle.Project, name: str, said: str, offered: list[Any], by: str) -> None:
    with st.container(border=True, key=f"card-{name}"):
        left, right = st.columns([2, 1], gap="large", vertical_alignment="top")
        with left:
            _sample(project, name)
        with right:
            st.markdown(said)
            settle.choices(project, name, offered, by)


def _sample(project: lifecycle.Project, name: str) -> None:
    try:
        preview.draw(project.preview(name), key=f"review-{name}", width=160)
    except lifecycle.LifecycleError as refusal:
        st.caption(str(refusal))


def _review(project: lifecycle.Project, no: int, accept: bool, by: str) -> None:
    settle.attempt(
        lambda: project.review_feedback(no, accept, by=by), "The correction counts as a label now." if accept else "The correction is turned down."
    )
