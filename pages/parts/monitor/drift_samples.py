"""The rows that make windows differ, as many windows, columns and values as are chosen on the page."""

from __future__ import annotations

import streamlit as st

from pages.parts import choices, page, tree
from pages.parts.monitor import sample_table
from pages.parts.monitor.drift_view import View

__all__ = ["samples"]


def samples(view: View) -> None:
    """The most unusual rows of the chosen windows, of the values that are picked in the chart where some are."""
    column, when, picked = view.column, view.when, st.query_params.get("bin")
    known = set(view.project.drift_column(column, view.chosen.asked).frame["bin"]) if picked else set()
    picked = picked if picked in known else None
    page.section(
        f"Which samples of {when} show it?", f"The most unusual values of {column} first. Choose rows to look at one closely, or to send only those."
    )
    if picked:
        st.button(f"Only {column} {picked}", icon=":material/close:", on_click=choices.put, kwargs={"bin": None}, key="every-value")
    found = view.project.drift_samples(view.chosen.asked, column, sample_table.most(view.project), picked)
    values = f" with {column} {picked}" if picked else ""
    reason = f"{column} drifted in {when}{values}"
    sample_table.listed(view.project, found, f"{column}-{view.chosen}-{picked or ''}", reason, column)
    if view.chosen.single:
        tree.link("label", f"Label what arrived in {when} →", window=view.chosen.first)
