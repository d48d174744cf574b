"""Label: one sample at a time, one key each."""

from __future__ import annotations

import streamlit as st

from pages.parts import label_surface, page, plain_buttons, session, sitting, words

project, expert = session.project(), session.user()
waiting = project.waiting_tasks()
said = f"{words.plural(waiting, 'sample')} {'waits' if waiting == 1 else 'wait'} for a label; those that teach the model most come first."
page.head("Label", said if waiting else "Nothing waits for a label now.")
place = f"sitting-{project.name}-{expert}"
if place not in st.session_state:
    st.session_state[place] = sitting.Sitting(project, expert)
    st.session_state[place].start()
now: sitting.Sitting = st.session_state[place]


@st.fragment
def queue() -> None:
    """The surface, or native buttons where a browser cannot run it; both write through the same verbs."""
    with page.refusals():
        if st.session_state.get("plain-buttons", False):
            plain_buttons.buttons(now, project.config.schema)
        else:
            label_surface.surface(now, project.config.schema)


queue()
st.toggle(
    "Plain buttons", key="plain-buttons", bind="query-params", help="Use these if the surface above does not start or a screen reader prefers them."
)
