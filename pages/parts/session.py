"""Who is looking at which project: kept in the URL (`?project=`, `?by=`), so that a link shows what its sender saw."""

from __future__ import annotations

import getpass
import os

import streamlit as st

import lifecycle
from pages.parts import page

__all__ = ["dark", "names", "picker", "project", "user", "workspace"]


@st.cache_resource(show_spinner=False)
def _open(path: str | None) -> lifecycle.Workspace:
    return lifecycle.open_workspace(path)


def workspace() -> lifecycle.Workspace:
    """The workspace that this server shows: $LIFECYCLE_HOME, else data/workspace."""
    return _open(os.environ.get("LIFECYCLE_HOME"))


def names() -> list[str]:
    """The names of the projects there are."""
    return [found.name for found in workspace().projects()]


def project() -> lifecycle.Project:
    """The project that the page is about. Without any project the page says so, offers the way on, and ends here."""
    known = names()
    if not known:
        page.empty(
            "There is no project yet.", "A project holds one model, its predictions and all that happens around it.", "Start a project", "home"
        )
        st.stop()
    return workspace().project(_chosen(known))


def user() -> str:
    """Who acts: as typed in the sidebar (kept in the URL), else the operating-system user."""
    return st.query_params.get("by") or st.session_state.get("user") or _default_user()


def dark() -> bool:
    """Is the page shown in its dark theme?"""
    return st.context.theme.type == "dark"


def picker() -> None:
    """The project picker and the name field of the sidebar; called once by the router."""
    known = names()
    with st.sidebar:
        if known:
            name = _chosen(known)
            st.session_state["project"] = st.session_state["project-picker"] = name
            if st.query_params.get("project") != name:
                st.query_params["project"] = name
            st.selectbox("Project", known, key="project-picker", on_change=_picked)
        if st.session_state.get("user") and "by" not in st.query_params:
            st.query_params["by"] = st.session_state["user"]
        st.session_state["user-field"] = user()
        st.text_input("You are", key="user-field", on_change=_named, max_chars=64, help="What you do is recorded under this name.")


def _chosen(known: list[str]) -> str:
    """The URL's project, else the last one looked at, else the first."""
    wanted = (st.query_params.get("project"), st.session_state.get("project"))
    return next((name for name in wanted if name in known), known[0])


def _picked() -> None:
    st.query_params["project"] = st.session_state["project-picker"]


def _named() -> None:
    st.session_state["user"] = st.session_state["user-field"].strip()
    if st.session_state["user"]:
        st.query_params["by"] = st.session_state["user"]
    else:
        st.query_params.pop("by", None)


def _default_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "local"
