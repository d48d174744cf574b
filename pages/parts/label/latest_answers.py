"""What experts answered lately, with a way to correct it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import page, settle

__all__ = ["latest"]


def latest(project: lifecycle.Project, by: str) -> None:
    """The newest answers, each with a way to correct it."""
    page.section("What was answered lately?", "Choose an answer to look at its sample and to correct it.")
    rows = project.annotations(limit=200)
    if rows.empty:
        page.empty("The latest answers will be here.", "Nobody has answered yet.", "Start labeling", "label")
        return
    answers = pd.Series([settle.shown(v) if k == "answer" else str(k) for v, k in zip(rows["value"], rows["kind"], strict=True)])
    shown = pd.DataFrame(
        {
            "Time": rows["time"],
            "Who": rows["annotator"],
            "Answer": answers,
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
        settle.card(
            project,
            str(row["prediction_id"]),
            f"**{page.plain(row['annotator'])}** said **{answers.iloc[chosen[0]]}**",
            [row["value"]] * (row["kind"] == "answer"),
            by,
        )
