"""The queue with Streamlit's own buttons: slower, and always there. Each button's key carries its sample, so that a second
press never labels a sample that was not on the screen."""

from __future__ import annotations

import uuid
from typing import Any, Literal

import streamlit as st

import lifecycle
from pages.parts import page, preview, sample_json, words
from pages.parts.label import sitting

__all__ = ["buttons"]


def buttons(now: sitting.Sitting, schema: lifecycle.Schema) -> None:
    """One sample, the suggestion, a button a class, and the other answers."""
    now.refill()
    st.caption(f"{words.plural(now.today, 'label')} today")
    if now.notice:
        st.warning(now.notice, icon=":material/info:")
    task = next(iter(now.held.values()), None)
    if task is None:
        page.empty("Nothing waits for a label.", "New samples come when predictions land or the model changes.", "Look at drift", "drift")
        return
    sample, answers = st.columns([2, 1], gap="large")
    with sample:
        preview.draw(now.project.preview(task.sample), key=f"queue-{task.id}")
    with answers:
        shown = now.shown(task)
        if shown["suggestion"] is not None:
            st.markdown(f"**Model: {page.plain(shown['suggested'])}{', sure ' + shown['sure'] if shown['sure'] else ''}**")
        if schema.classes:
            _classes(now, task, schema)
        else:
            _number(now, task, schema)
        row = st.container(horizontal=True)
        for kind, name, shortcut in (("unsure", "Unsure", None), ("skip", "Skip", "S"), ("undo", "Undo", "U")):
            row.button(name, key=f"{kind}-{task.id}", shortcut=shortcut, on_click=_act, args=(now, task.id, kind, None))


def _classes(now: sitting.Sitting, task: lifecycle.Task, schema: lifecycle.Schema) -> None:
    row = st.container(horizontal=True)
    for value, key in zip(schema.classes, sample_json.class_keys(schema.classes), strict=True):
        shortcut = key if key and key not in "cr" else None
        suggested: Literal["primary", "secondary"] = "primary" if now.shown(task)["suggestion"] == value else "secondary"
        row.button(str(value), key=f"class-{task.id}-{value}", shortcut=shortcut, type=suggested, on_click=_act, args=(now, task.id, "answer", value))


def _number(now: sitting.Sitting, task: lifecycle.Task, schema: lifecycle.Schema) -> None:
    with st.form(f"number-{task.id}", border=False):
        value = st.number_input(schema.target, value=None, key=f"value-{task.id}", placeholder=now.shown(task)["suggested"])
        if st.form_submit_button("Save", type="primary") and value is not None:
            _act(now, task.id, "answer", value)
            st.rerun(scope="fragment")


def _act(now: sitting.Sitting, task: int, kind: str, value: Any) -> None:
    """Through the same door as the surface: one message with one answer."""
    entry = {"client": uuid.uuid4().hex, "task": 0 if kind == "undo" else task, "kind": kind, "value": value}
    now.receive({"entries": [entry]})
