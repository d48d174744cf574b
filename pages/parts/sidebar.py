"""The sidebar: which project, and who is looking."""

from __future__ import annotations

import streamlit as st

from pages.parts import page, session, tree

__all__ = ["picker"]


def picker() -> None:
    """The project picker and the name field of the sidebar; called once by the router."""
    known = session.names()
    with st.sidebar:
        if known:
            name = session.chosen(known)
            st.session_state["project"] = st.session_state["project-picker"] = name
            if st.query_params.get("project") != name:
                st.query_params["project"] = name
            st.selectbox("Project", known, key="project-picker", on_change=_picked)
        _signed_in() if session.signs_in() else _anybody()


def _signed_in() -> None:
    """Who it is, and the ways out."""
    st.query_params.pop("by", None)
    st.markdown(f":material/account_circle: **{page.plain(session.user())}**")
    links = [f"<a style='color:inherit' href='{path}'>{said}</a>" for path, said in (("/password", "Change password"), ("/sign-out", "Sign out"))]
    st.html(f"<small>{' &nbsp; '.join(links)}</small>")


def _anybody() -> None:
    """The name field, and the plain word that nobody signs in."""
    if st.session_state.get("user") and "by" not in st.query_params:
        st.query_params["by"] = st.session_state["user"]
    st.session_state["user-field"] = session.user()
    st.text_input("You are", key="user-field", on_change=_named, max_chars=64, help="What you do is recorded under this name.")
    st.warning("No accounts: whoever uses this machine can do everything, under any name.", icon=":material/lock_open:")
    tree.link("people", "Add accounts")


def _picked() -> None:
    st.query_params["project"] = st.session_state["project-picker"]


def _named() -> None:
    st.session_state["user"] = st.session_state["user-field"].strip()
    if st.session_state["user"]:
        st.query_params["by"] = st.session_state["user"]
    else:
        st.query_params.pop("by", None)
