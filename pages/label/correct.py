"""Correct: whoever sees a prediction that is wrong looks it up here and says what is right; a reviewer decides before anything learns from it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import streamlit as st

import lifecycle
from pages.parts import decide, page, preview, session, settle, words

project, by = session.project(), session.user()
schema = project.config.schema
waits = len(project.feedback())
said = f"{words.plural(waits, 'correction').capitalize()} {'waits' if waits == 1 else 'wait'} for a review"
page.head("Correct a prediction", f"{said}; nothing learns from one before.")
decide.said()


def _looked_up() -> None:
    st.query_params["id"] = st.session_state["correct-id"].strip()


def _sent(name: str, value: lifecycle.Scalar) -> None:
    settle.attempt(lambda: project.correct(name, value, by=by), f"Thank you: {settle.shown(value)} is noted and waits for a review.")


def correction(found: dict[str, Any], name: str) -> None:
    """The value that the user holds to be right."""
    said = found["prediction"]
    if schema.classes:
        st.markdown("**What is right?**")
        others = [value for value in schema.classes if value != said]
        if len(others) <= 12:
            with st.container(horizontal=True):
                for value in others:
                    st.button(f"It is {settle.shown(value)}", key=f"correct-{name}-{value}", on_click=_sent, args=(name, value))
            return
        value = st.selectbox("Class", others, index=None, placeholder="Choose what is right", key=f"correct-{name}", label_visibility="collapsed")
        st.button("Send the correction", type="primary", disabled=value is None, on_click=_sent, args=(name, value), key="correct-send")
        return
    with st.form("correct-number", border=False):
        number = st.number_input(f"What is right? ({schema.target})", value=None, key=f"correct-{name}")
        if st.form_submit_button("Send the correction", type="primary") and number is not None:
            _sent(name, float(number))
            st.rerun()


st.session_state["correct-id"] = st.query_params.get("id", "")
st.text_input("Which prediction?", key="correct-id", on_change=_looked_up, placeholder="Its id, as the answer brought it", max_chars=200)
name = st.query_params.get("id", "")
if not name:
    page.empty("The prediction will be here.", "Each answer of the model carries an id; enter it above, or follow a link that holds it (?id=…).")
else:
    with page.refusals():
        found = project.served(name)
        left, right = st.columns([2, 1], gap="large")
        with left:
            preview.draw(project.preview(found["sample"]), key="correct")
        with right:
            sure = max(found["probabilities"].values(), default=float("nan"))
            st.markdown(f"**The model said {settle.shown(found['prediction'])}**{f', sure {words.percent(sure)}' if sure == sure else ''}")
            st.caption(f"Version {found['version']}, {words.ago(found['time'], datetime.now(UTC))} ({words.moment(found['time'])}).")
            correction(found, name)
