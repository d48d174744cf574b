"""Label: one sample at a time, one key each."""

from __future__ import annotations

import streamlit as st

from pages.parts import page, session, words
from pages.parts.label import label_surface, plain_buttons, queue_filter, queue_query, sitting

# The surface says calmly that the connection is lost and goes on; Streamlit's own dialog would cover the sample.
LOOK = """<style>.stDialog, .st-key-revive {display: none} [data-testid=stMainBlockContainer] {padding-bottom: 1rem}
.st-key-label-head, [data-testid=stVerticalBlock] {gap: .6rem}
@media (max-width: 760px) {h1 {font-size: 1.2rem !important} .finding {display: none} .st-key-label-head {flex-wrap: nowrap}
[data-testid=stMainBlockContainer] {padding-top: 3.2rem}}</style>"""

project, expert = session.project(), session.user()
if why := project.refusal("annotate"):
    page.head("Label", why)
    st.stop()
where = queue_query.wanted(project.config.schema, {name: st.query_params.get_all(name) for name in st.query_params})
place = f"sitting-{project.name}-{expert}"
if place not in st.session_state:
    st.session_state[place] = sitting.Sitting(project, expert)
    st.session_state[place].start()
now: sitting.Sitting = st.session_state[place]
st.html(LOOK)
with page.refusals():
    now.turn_to(where)
    now.refill()
waiting = project.waiting_tasks()
said = f"{words.plural(waiting, 'sample')} {'waits' if waiting == 1 else 'wait'} for a label; those that teach the model most come first."
if where is not None:
    said = f"Only samples where {queue_query.sentence(where)}."
with st.container(horizontal=True, vertical_alignment="center", key="label-head"):
    with st.container(width="stretch"):
        page.head("Label", said if waiting or where else "Nothing waits for a label now.")
    with page.refusals():
        queue_filter.control(project, where)


@st.fragment
def queue() -> None:
    """The surface, or native buttons where a browser cannot run it; both write through the same verbs."""
    with page.refusals():
        if st.session_state.get("plain-buttons", False):
            plain_buttons.buttons(now, project.config.schema)
        else:
            label_surface.surface(now, project.config.schema)


queue()
st.button("Ask the server again", key="revive")  # out of sight; the surface presses it when a restarted server does not know it
st.toggle(
    "Plain buttons", key="plain-buttons", bind="query-params", help="Use these if the surface above does not start or a screen reader prefers them."
)
