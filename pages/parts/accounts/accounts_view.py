"""Accounts, sessions and tokens, for those who may change them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import settle, words

__all__ = ["accounts", "first", "tokens"]

ROLES = ("viewer", "labeler", "data scientist", "approver", "admin")
SCOPES = ("predict", "label", "retrain", "read", "admin")
WHEN = st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm")


def accounts(workspace: lifecycle.Workspace) -> None:
    """Who has an account, in which role, and who is signed in; and what can be changed."""
    found, signed = workspace.people.accounts(), workspace.people.sessions()
    count = signed["name"].value_counts()
    shown = found.assign(projects=[", ".join(f"{p}: {r}" for p, r in held.items()) for held in found["projects"]])
    shown["sessions"] = [int(count.get(name, 0)) for name in found["name"]]
    st.dataframe(
        shown.drop(columns=["created_by"]).rename(columns=str.capitalize),
        hide_index=True,
        key="accounts",
        placeholder="–",
        column_config={"Created": WHEN, "Seen": WHEN},
    )
    with st.container(horizontal=True):
        with st.popover("Add a person"):
            _add(workspace)
        with st.popover("Change a person"):
            _change(workspace, found)


def first() -> None:
    """Nobody has an account yet: what that means and how the first one is made."""
    st.info(
        "There are no accounts yet: whoever uses this machine can do everything, under any name, and nobody else is let in. "
        "The name in the sidebar is recorded with what you do; it is not a proof. The first account is made in a terminal on this machine:",
        icon=":material/info:",
    )
    st.code("lifecycle user add YOUR-NAME --role admin", language=None)


def tokens(workspace: lifecycle.Workspace, projects: list[str]) -> None:
    """The prediction API's tokens; a new one is shown once."""
    if secret := st.session_state.pop("new-token", None):
        st.success("Copy the token now; it is not stored and cannot be shown again.", icon=":material/key:")
        st.code(secret, language=None)
    found = workspace.people.tokens()
    shown = found.assign(scopes=found["scopes"].map(", ".join), project=found["project"].replace("", "all"))
    times = dict.fromkeys(("Created", "Expires", "Revoked"), WHEN)
    st.dataframe(shown.rename(columns=str.capitalize), hide_index=True, key="tokens", placeholder="–", column_config=times)
    with st.container(horizontal=True):
        with st.popover("Make a token"), st.form("token", border=False):
            label = st.text_input("What is it for?", key="token-label", max_chars=64, placeholder="shop checkout")
            scopes = st.multiselect("It may", SCOPES, default=["predict"], key="token-scopes")
            where = st.selectbox("In", ["", *projects], format_func=lambda name: name or "all projects", key="token-project")
            days = st.number_input("Days until it expires (0: never)", 0, 3650, 90, key="token-days")
            rate = st.number_input("Requests a second (0: the server's own limit)", 0, 100_000, 0, key="token-rate")
            if st.form_submit_button("Make the token", type="primary"):
                made: dict[str, Any] = {"expires": f"{int(days)}D" if days else None, "rate": float(rate) or None}
                settle.attempt(lambda: _keep(workspace.people.create_token(label, scopes, where, **made)), "The token is made.")
                st.rerun()
        valid = found.loc[found["state"] == "valid"]
        if len(valid):
            names = dict(zip(valid["id"], valid["label"], strict=True))
            with st.popover("Revoke a token"):
                id = st.selectbox("Token", list(names), format_func=lambda id: f"{id}: {names[id]}", key="revoke-id")
                if st.button("Revoke", key="revoke", type="primary"):
                    settle.attempt(lambda: workspace.people.revoke_token(int(id)), f"Token {id} opens nothing any more.")
                    st.rerun()


def _keep(secret: str) -> None:
    st.session_state["new-token"] = secret


def _add(workspace: lifecycle.Workspace) -> None:
    with st.form("add-person", border=False):
        name = st.text_input("Name", key="add-name", max_chars=64)
        role, where = _role(workspace, "add")
        email = st.text_input("E-mail address, to sign in through your provider", key="add-email", max_chars=254)
        password = st.text_input("Password, 10 characters or more", key="add-password", type="password", max_chars=256)
        if st.form_submit_button("Add", type="primary"):
            settle.attempt(lambda: workspace.people.add(name, role, password or None, where, email or None), f"{name} can sign in.")
            st.rerun()


def _change(workspace: lifecycle.Workspace, found: pd.DataFrame) -> None:
    name = st.selectbox("Who", found["name"].tolist(), key="change-name")
    with st.form("change-person", border=False):
        role, where = _role(workspace, "change", "no role")
        password = st.text_input("New password (they are signed out everywhere)", key="change-password", type="password", max_chars=256)
        off = bool(found.loc[found["name"] == name, "disabled"].iloc[0])
        acts = {
            "Set the role": lambda: workspace.people.set_role(name, None if role == "no role" else role, where),
            "Set the password": lambda: workspace.people.set_password(name, password),
            "Sign out everywhere": lambda: workspace.people.end_sessions(name),
            "Enable" if off else "Disable": lambda: (workspace.people.enable if off else workspace.people.disable)(name),
        }
        for number, (said, act) in enumerate(acts.items()):
            if st.form_submit_button(said, key=f"change-{number}"):
                settle.attempt(act, f"{said}, {name}: done.")
                st.rerun()


def _role(workspace: lifecycle.Workspace, key: str, *more: str) -> tuple[str, str]:
    role = st.selectbox("Role", [*ROLES, *more], key=f"{key}-role")
    names = [project.name for project in workspace.projects()]
    where = st.selectbox("In", ["", *names], format_func=lambda name: name or words.listing(["the whole workspace"]), key=f"{key}-project")
    return role, where
