"""Asking for approval: who asked for a decision about a version, and taking a request or an approval back."""

from __future__ import annotations

import streamlit as st

import lifecycle
from pages.parts import decide, page, words
from pages.parts.rows import each

__all__ = ["show"]


def show(project: lifecycle.Project, version: int, by: str) -> None:
    """The request that waits, and the buttons beside it."""
    known = project.approval_requests(version)
    waiting = known[known["outcome"] == ""] if len(known) else known
    for row in each(waiting):
        old = f" That is longer ago than {project.settings.approval_expires}: it has to be looked at again." if row.expired else ""
        st.markdown(f":material/front_hand: **{page.plain(row.by)}** asks for approval, {words.moment(row.time)}: {page.plain(row.comment)}{old}")
    decided = project.decisions(version)
    approved = len(decided) > 0 and decided["decision"].iloc[0] == "approved"
    with st.container(horizontal=True):
        if st.button("Ask for approval...", key="ask-approval", icon=":material/front_hand:", **page.may(project, "request_approval")):
            _ask(project, version, by)
        if len(waiting) and st.button("Withdraw the request...", key="withdraw-request", **page.may(project, "withdraw_request")):
            _withdraw(project, version, by, approval=False)
        if approved and st.button("Withdraw the approval...", key="withdraw-approval", **page.may(project, "withdraw_approval")):
            _withdraw(project, version, by, approval=True)


def _ask(project: lifecycle.Project, version: int, by: str) -> None:
    def ask(comment: str) -> str:
        project.request_approval(version, comment, by=by)
        return f"Approval of version {version} is asked for; approvers see it on their Home page."

    decide.ask(
        f"Ask for approval of version {version}?", "Today's figures are kept with the request.", "Ask for approval", ask, "Ready for the autumn data"
    )


def _withdraw(project: lifecycle.Project, version: int, by: str, approval: bool) -> None:
    def withdraw(reason: str) -> str:
        (project.withdraw_approval if approval else project.withdraw_request)(version, by=by, reason=reason)
        return f"The {'approval' if approval else 'request for approval'} of version {version} is withdrawn."

    what = "A trial of it ends; somebody has to approve it again before it goes live." if approval else "Nobody has to decide about it any more."
    decide.ask(f"Withdraw the {'approval' if approval else 'request'}?", what, "Withdraw", withdraw, "The labels of last week turned out wrong")
