"""The answers that changed: what the new version wins and what it loses, sample beside sample."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import page, preview, words
from pages.parts.rows import each

__all__ = ["show"]

PER_ROW = 3


def show(project: lifecycle.Project, found: lifecycle.Comparison, by: str) -> None:
    """Wins at the left, losses at the right, and a way to send all of them to labeling."""
    if found.flips.empty:
        st.caption("No answer changed on these rows.")
        return
    right = found.flips["right"].astype(str)
    sides = {"new": found.flips[right == "new"], "old": found.flips[right == "old"]}
    neither = len(found.flips) - sum(map(len, sides.values()))
    st.caption(
        f"{words.plural(len(found.flips), 'answer')} changed: the new version is right in {words.count(len(sides['new']))}, "
        f"the old one in {words.count(len(sides['old']))}" + (f", neither in {words.count(neither)}." if neither else ".")
    )
    for column, (side, title) in zip(
        st.columns(2, gap="large"), (("new", "Wins: the new version is right"), ("old", "Losses: the old version was right")), strict=True
    ):
        with column:
            st.markdown(f"**{title}**")
            _samples(project, sides[side], side)
    if st.button("Send the changed samples to labeling", key="flips-to-labeling", icon=":material/new_label:", **page.may(project, "request_labels")):
        sent = project.request_labels(
            [str(name) for name in found.flips["id"] if not str(name).startswith("held-out-")],
            by=by,
            reason=f"answers that changed from version {found.old} to {found.new}",
        )
        st.success(f"{words.plural(sent, 'sample')} joined the front of the queue.", icon=":material/check_circle:")


def _samples(project: lifecycle.Project, rows: pd.DataFrame, side: str) -> None:
    if rows.empty:
        st.caption("None.")
        return
    most = 2 * PER_ROW if project.config.schema.modality == "image" else 1
    pages = -(-len(rows) // most)
    place = int(st.number_input(f"Page of {pages}", 1, pages, 1, key=f"flips-{side}", label_visibility="collapsed")) - 1 if pages > 1 else 0
    small = project.config.schema.modality == "image"
    shown = rows.iloc[place * most : (place + 1) * most]
    spots = st.columns(PER_ROW) if small else [st.container()]
    for at, row in enumerate(each(shown)):
        with spots[at % len(spots)], st.container(border=True, key=f"flip-{side}-{row.id}"):
            st.markdown(f"truth **{_said(row.truth)}**, old {_said(row.old)}, new {_said(row.new)}")
            try:
                preview.draw(project.preview(str(row.id)), key=f"flip-{side}-{row.id}", width=120)
            except lifecycle.UnknownName:
                st.caption("A row that was held out from training; it is not in the log.")
    if pages > 1:
        st.caption(f"Page {place + 1} of {pages}")


def _said(value: object) -> str:
    return words.number(value) if isinstance(value, float) else page.plain(str(value))
