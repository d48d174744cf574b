"""A decision is a dialog: what will happen, a reason that is mandatory, and the sentence of success or refusal."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

import lifecycle

__all__ = ["ask", "said"]


def ask(title: str, what: str, button: str, act: Callable[[str], str], example: str = "") -> None:
    """Open the dialog. `act(reason)` does it and returns the sentence that the page says afterwards."""

    @st.dialog(title)
    def dialog() -> None:
        st.markdown(what)
        with st.form("decision", border=False):
            reason = st.text_area("Why?", key="decision-reason", placeholder=example, max_chars=1000, help="The reason is kept in the history.")
            sent = st.form_submit_button(button, type="primary", key="decision-do")
        if not sent:
            return
        if not reason.strip():
            st.error("A reason is needed: say in a sentence why. It is kept in the history.", icon=":material/edit_note:")
            return
        try:
            st.session_state["said"] = act(reason.strip())
        except lifecycle.LifecycleError as refusal:
            st.error(str(refusal), icon=":material/block:")
            return
        st.rerun()

    dialog()


def said() -> None:
    """Say once what the last decision did, or why it was refused."""
    if sentence := st.session_state.pop("said", None):
        st.success(sentence, icon=":material/check_circle:")
    if refused := st.session_state.pop("refused", None):
        st.error(refused, icon=":material/block:")
