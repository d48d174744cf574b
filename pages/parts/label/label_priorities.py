"""Which samples come first for everybody: the rules, each with its end, and a form for one more."""

from __future__ import annotations

import streamlit as st

import lifecycle
from pages.parts import page, settle
from pages.parts.label import queue_query

__all__ = ["rules"]


def rules(project: lifecycle.Project, by: str) -> None:
    """The rules of the queue; the random draw takes no notice of them."""
    page.section(
        "Which samples come first?", "For everybody, from the next ranking on. What is drawn at random takes no notice, so figures stay true."
    )
    now = project.settings.priorities
    if not now:
        st.caption("No rule: the strategy picks among all samples alike.")
    for number, rule in enumerate(now):
        with st.container(horizontal=True, vertical_alignment="center", key=f"rule-{number}"):
            st.markdown(f"{number + 1}. {page.plain(queue_query.sentence(rule))}", width="stretch")
            st.button("End this rule", key=f"end-{number}", on_click=_end, args=(project, rule, by), **page.may(project, "configure"))
    _another(project, by)


def _another(project: lifecycle.Project, by: str) -> None:
    schema = project.config.schema
    with st.form("label-rule", clear_on_submit=True):
        left, middle, right = st.columns(3, gap="medium")
        options = [column.name for column in schema.features if column.kind in ("numeric", "categorical")]
        column = left.selectbox("Column", options, None, placeholder="Any column")
        values = left.text_input("is one of", placeholder="values, with commas between")
        low = middle.number_input("from", value=None, placeholder="no bound")
        high = middle.number_input("to", value=None, placeholder="no bound")
        window = right.text_input("Arrived in window", placeholder="its name on the Drift page")
        classes = right.multiselect("The model says", schema.classes) if schema.classes else []
        if st.form_submit_button("Take these first", **page.may(project, "prioritise")):
            given = tuple(part.strip() for part in values.split(",") if part.strip())
            where = lifecycle.QueueFilter(column, given, low, high, window.strip() or None, tuple(classes))
            if where == lifecycle.QueueFilter():
                st.warning("Say which samples come first: a column with values or bounds, a window, or what the model says.")
            else:
                project.prioritise(where, by=by)
                st.session_state["said"] = f"First come samples where {queue_query.sentence(where)}."
                st.rerun()


def _end(project: lifecycle.Project, rule: lifecycle.QueueFilter, by: str) -> None:
    left = tuple(one for one in project.settings.priorities if one != rule)
    settle.attempt(lambda: project.configure(by=by, priorities=left), f"Samples where {queue_query.sentence(rule)} come first no more.")
