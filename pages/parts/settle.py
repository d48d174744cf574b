"""Looking at one sample and choosing the value that counts for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

import lifecycle
from pages.parts import page, preview, words

__all__ = ["attempt", "card", "choices", "sample", "shown"]


def shown(value: Any) -> str:
    """A class or a number as people read it."""
    return words.number(value) if isinstance(value, float) else page.plain(str(value))


def attempt(act: Callable[[], Any], said: str) -> None:
    """Do it in a callback; what came of it is said at the top of the page."""
    try:
        act()
        st.session_state["said"] = said
    except lifecycle.LifecycleError as refusal:
        st.session_state["refused"] = str(refusal)


def choices(project: lifecycle.Project, name: str, offered: Sequence[Any], by: str) -> None:
    """A button for each value that somebody gave, and a field for any other."""
    classes = project.config.schema.classes

    def settled(value: Any) -> None:
        attempt(lambda: project.adjudicate(name, value, by=by), f"Settled: {shown(value)} counts from now on.")

    with st.container(horizontal=True):
        for value in offered:
            st.button(f"It is {shown(value)}", key=f"settle-{name}-{value}", on_click=settled, args=(value,), **page.may(project, "adjudicate"))
    if classes:
        others = [value for value in classes if value not in offered]

        def other() -> None:
            if (value := st.session_state[f"other-{name}"]) is not None:
                settled(value)

        st.selectbox(
            "Another class",
            others,
            index=None,
            placeholder="It is something else",
            key=f"other-{name}",
            on_change=other,
            label_visibility="collapsed",
        )
        return
    with st.form(f"other-{name}", border=False):
        value = st.number_input(project.config.schema.target, value=None, key=f"number-{name}")
        if st.form_submit_button("Settle") and value is not None:
            settled(float(value))
            st.rerun()


def card(project: lifecycle.Project, name: str, said: str, offered: Sequence[Any], by: str) -> None:
    """One sample, what people said about it, and the choice."""
    with st.container(border=True, key=f"card-{name}"):
        left, right = st.columns([2, 1], gap="large", vertical_alignment="top")
        with left:
            sample(project, name)
        with right:
            st.markdown(said)
            choices(project, name, offered, by)


def sample(project: lifecycle.Project, name: str) -> None:
    """The sample of a prediction, or why it cannot be shown."""
    try:
        preview.draw(project.preview(name), key=f"review-{name}", width=160)
    except lifecycle.LifecycleError as refusal:
        st.caption(str(refusal))
