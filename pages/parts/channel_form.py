"""One notification channel, and the form that adds one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

import lifecycle
from pages.parts import page, session, settle, words

__all__ = ["ask", "card", "sentence"]

DIGESTS = {"": "each thing at once", "1h": "every hour, together", "1D": "every day, together"}


def sentence(row: Mapping[Any, Any]) -> str:
    """What a channel is told, in words.

    >>> sentence({"kinds": ("alarms", "runs"), "project": "churn", "digest": "1D", "quiet": ""})
    'Told about alarms and runs of churn, every day, together'
    """
    extra = [DIGESTS.get(row["digest"], f"every {row['digest']}, together")] if row["digest"] else []
    extra += [f"not from {row['quiet'].replace('-', ' to ')} o'clock UTC"] if row["quiet"] else []
    return ", ".join([f"Told about {words.listing(list(row['kinds']), 8)} of {row['project'] or 'every project'}", *extra])


def card(workspace: lifecycle.Workspace, place: int, row: Mapping[Any, Any]) -> None:
    """A channel: where it goes, what it is told, how it fares; test and remove."""
    left, right = st.columns([3, 2], vertical_alignment="center")
    with left:
        st.markdown(f"**{page.plain(row['name'])}** · {page.plain(row['address'])}")
        st.caption(f"{page.plain(sentence(row))}.")
        counts = [f"{words.count(row[name])} {name}" for name in ("sent", "waiting", "failed") if row[name] or name == "sent"]
        bad = bool(row["failed"] or row["last_error"])
        trouble = f" Last trouble: {page.plain(row['last_error'])}" if row["last_error"] else ""
        st.markdown(f"{':material/error: ' if bad else ':material/check_circle: '}{', '.join(counts)}.{trouble}")
    with right, st.container(horizontal=True, horizontal_alignment="right"):
        may = page.may(workspace, "notices.test")
        if st.button("Send a test", key=f"channel-test-{place}", icon=":material/send:", **may):
            settle.attempt(lambda: workspace.notices.test(row["name"]), f"{row['name']} took the test message.")
            st.rerun()
        if st.button("Remove", key=f"channel-remove-{place}", icon=":material/delete:", **may):
            settle.attempt(lambda: workspace.notices.remove(row["name"], by=session.user()), f"{row['name']} is removed.")
            st.rerun()


def ask(workspace: lifecycle.Workspace, projects: list[str]) -> None:
    """The form for a new channel."""
    kinds = workspace.notices.kinds()
    with st.form("channel", border=False, clear_on_submit=False):
        name = st.text_input("Name", key="channel-name", max_chars=64, placeholder="team mail")
        help = "As Apprise writes it: mailtos://user:password@example.com, slack://TokenA/TokenB/TokenC, jsons://host/path and many more."
        url = st.text_input(
            "Address", key="channel-url", type="password", help=help, placeholder="mailtos://user:password@example.com?to=team@example.com"
        )
        chosen = st.multiselect("Told about", list(kinds), default=list(kinds), format_func=kinds.__getitem__, key="channel-kinds")
        where = st.selectbox("In", ["", *projects], format_func=lambda name: name or "every project", key="channel-project")
        one, two = st.columns(2)
        digest = one.selectbox("How often", list(DIGESTS), format_func=DIGESTS.__getitem__, key="channel-digest")
        quiet = two.text_input("Quiet hours (UTC)", key="channel-quiet", placeholder="22-6")
        st.caption("The address is kept in the workspace and in its backups, and shown nowhere again but masked.")
        if st.form_submit_button("Add the channel", type="primary", **page.may(workspace, "notices.add")):
            workspace.notices.add(name, url, chosen, where, quiet.strip(), digest, by=session.user())
            st.session_state["said"] = f"{name} is told from now on. Send a test to see that it arrives."
            st.rerun()
