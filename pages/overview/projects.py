"""All projects of the workspace, the ones in trouble first."""

from __future__ import annotations

import streamlit as st

import lifecycle
from pages.parts import page, session, start, tree, words

ORDER = {"critical": 0, "warning": 1, "unknown": 2, "ok": 3}


def small(name: str, health: lifecycle.Health) -> None:
    """One project: its status, its reason, the way in."""
    with st.container(border=True, height="stretch", key=f"project-{name}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{page.plain(name)}**", width="content")
            page.badge(health.status)
        st.caption(page.plain(health.reasons[0]) if health.reasons else "Nothing to judge yet.")
        tree.link("home", "Open →", project=name)


names = session.names()
states = {name: session.workspace().project(name).health() for name in names}
ordered = sorted(names, key=lambda name: (ORDER.get(states[name].status, 2), name))
troubled = [name for name in ordered if states[name].status in ("critical", "warning")]
said = f"{words.listing(troubled)} {'needs' if len(troubled) == 1 else 'need'} attention." if troubled else "None needs attention."
page.head("All projects", f"{words.plural(len(names), 'project')}. {said}" if names else "There is no project yet.")
if names:
    for row in range(0, len(ordered), 3):
        for column, name in zip(st.columns(3), ordered[row : row + 3], strict=False):
            with column:
                small(name, states[name])
    with st.expander("Start another project", icon=":material/add:"):
        start.steps()
else:
    start.guide()
