"""Samples as a table, one of them closely, and the way from them to an expert."""

from __future__ import annotations

import base64
from typing import Any

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import page, preview, session, tree, words

__all__ = ["MOST", "listed", "most"]

MOST = 50
PICTURES = 24
COLUMNS: dict[str, Any] = {
    "image": st.column_config.ImageColumn("Sample"),
    "id": "Sample",
    "time": st.column_config.DatetimeColumn("When", format="D MMM YYYY, HH:mm"),
    "prediction": "Answer",
    "label": "Label",
    "value": "Value",
    "sure": st.column_config.NumberColumn("How sure", format="percent"),
    "error": st.column_config.NumberColumn("Answer minus truth", format="%.4g"),
    "unusual": st.column_config.ProgressColumn(
        "How unusual", format=" ", help="How much more common such values are in these windows than in the reference."
    ),
}


def most(project: lifecycle.Project) -> int:
    """How many samples a table holds: fewer where each is a picture."""
    return PICTURES if project.config.schema.modality == "image" else MOST


def listed(project: lifecycle.Project, found: pd.DataFrame, key: str, reason: str, value: str = "Value") -> None:
    """The rows as a table; those that are chosen, or all of them, can be sent to labeling for this `reason`. `key`: what they are a list of."""
    if found.empty:
        page.empty("No rows to show.", "No row of these windows is so, or they are no longer in the log.")
        return
    seen = project.config.schema.modality == "image"
    event = st.dataframe(
        _table(project, found, seen),
        hide_index=True,
        column_config=COLUMNS | {"value": value},
        on_select="rerun",
        selection_mode="multi-row",
        row_height=64 if seen else None,
        height=min(420, 40 + (64 if seen else 36) * len(found)),
        key=f"samples-{project.name}-{key}",
    )
    rows = list(event["selection"]["rows"])
    chosen = found.iloc[rows] if rows else found
    if len(rows) == 1:
        _closely(project, str(chosen["id"].iloc[0]))
    _send(project, chosen, reason)


def _table(project: lifecycle.Project, found: pd.DataFrame, seen: bool) -> pd.DataFrame:
    """What the table shows: the values in words, and how unusual each is on a scale from 0 to 1."""
    shown = found.copy()
    if "unusual" in shown:
        top = max(float(found["unusual"].max()), 1e-9)
        shown["unusual"] = (found["unusual"].clip(lower=0) / top).round(3)
    for name in ("prediction", "label", "value"):
        if name in shown:
            shown[name] = [_said(value) for value in shown[name]]
    if seen:
        shown.insert(0, "image", [_picture(project.preview(str(sample))) for sample in found["id"]])
    return shown


def _said(value: Any) -> str:
    """A value in words; a class that a missing neighbour turned into 7.0 is still 7."""
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return "–"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e6:
        return words.count(value)
    return words.number(value) if isinstance(value, float) else str(value)


def _picture(drawn: lifecycle.Preview) -> str | None:
    return f"data:image/png;base64,{base64.b64encode(drawn.content).decode()}" if drawn.kind == "image" else None


def _closely(project: lifecycle.Project, sample: str) -> None:
    with st.container(border=True, key="closely"), page.refusals():
        st.markdown(f"**{page.plain(sample)}**")
        preview.draw(project.preview(sample), key="closely")


def _send(project: lifecycle.Project, chosen: pd.DataFrame, reason: str) -> None:
    """The button, and what came of it."""
    open_ = chosen[chosen["label"].isna()]
    with st.container(horizontal=True, vertical_alignment="center"):
        if not len(open_):
            st.caption("These samples have their labels already.")
        elif st.button(f"Send {words.plural(len(open_), 'sample')} to labeling", icon=":material/send:", type="primary", key="send"):
            with page.refusals():
                new = project.request_labels(open_["id"].astype(str).tolist(), by=session.user(), reason=reason)
                old = len(open_) - new
                st.success(
                    f"{words.plural(new, 'sample')} {'is' if new == 1 else 'are'} at the front of the queue."
                    + (f" {old} waited there already." if old else "")
                )
        tree.link("label", "Open the queue →")
