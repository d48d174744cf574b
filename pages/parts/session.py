"""Who is looking at which project. The project is kept in the URL (`?project=`), so that a link shows what its sender saw; so is
the name (`?by=`) where nobody has an account. With accounts it is whoever signed in, and every verb of this run is theirs."""

from __future__ import annotations

import getpass
import os

import streamlit as st

import lifecycle
from pages.parts import page
from pages.parts.accounts import door

__all__ = ["chosen", "dark", "names", "project", "signs_in", "user", "workspace"]


@st.cache_resource(show_spinner=False)
def _open(path: str | None) -> lifecycle.Workspace:
    return lifecycle.open_workspace(path)


def workspace() -> lifecycle.Workspace:
    """The workspace that this server shows ($LIFECYCLE_HOME, else data/workspace), bound to whoever signed in.

    Without a living session the page says so and ends here: no page shows anything to a stranger, however it was reached.
    """
    found = _open(os.environ.get("LIFECYCLE_HOME"))
    if not found.people.needed():
        return found
    try:
        return found.as_session(_secret())
    except lifecycle.SignedOut as refusal:
        page.signed_out(refusal)
        st.stop()


def signs_in() -> bool:
    """Do people sign in here?"""
    return _open(os.environ.get("LIFECYCLE_HOME")).people.needed()


def names() -> list[str]:
    """The names of the projects there are."""
    return [found.name for found in workspace().projects()]


def project() -> lifecycle.Project:
    """The project that the page is about. Without any project the page says so, offers the way on, and ends here."""
    known = names()
    if not known and signs_in():
        page.empty("There is no project that you may see.", "An admin gives roles under Set up > People.", "See who is an admin", "people")
        st.stop()
    if not known:
        page.empty(
            "There is no project yet.", "A project holds one model, its predictions and all that happens around it.", "Start a project", "home"
        )
        st.stop()
    return workspace().project(chosen(known))


def user() -> str:
    """Who acts: whoever signed in; without accounts as typed in the sidebar (kept in the URL), else the operating-system user."""
    if signs_in():
        return str(workspace().people.me()["name"])
    return st.query_params.get("by") or st.session_state.get("user") or _default_user()


def dark() -> bool:
    """Is the page shown in its dark theme?"""
    return st.context.theme.type == "dark"


def _secret() -> str:
    return str(st.context.cookies.get(door.cookie_name(str(st.context.headers.get("Host") or "")), ""))


def chosen(known: list[str]) -> str:
    """The URL's project, else the last one looked at, else the first."""
    wanted = (st.query_params.get("project"), st.session_state.get("project"))
    return next((name for name in wanted if name in known), known[0])


def _default_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "local"
