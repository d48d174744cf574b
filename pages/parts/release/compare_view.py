"""The parts of the Compare page: which two versions, the decision, and the figures below."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import decide, page, tree, words
from pages.parts.release import asking
from pages.parts.rows import each
from pages.parts.train import race_view

__all__ = ["chooser", "decision", "pick"]


def pick(versions: pd.DataFrame) -> tuple[int, int]:
    """The two versions that the URL asks for; else the champion and the newest candidate, else the newest other."""
    numbers = [int(number) for number in versions["version"]]
    named = {side: int(text) for side in ("old", "new") if (text := st.query_params.get(side, "")).isdigit() and int(text) in numbers}
    champions = versions.loc[versions["status"] == "champion", "version"]
    old = named.get("old", int(champions.iloc[0]) if len(champions) else numbers[-1])
    candidates = [int(v) for v in versions.loc[versions["status"] == "candidate", "version"] if int(v) != old]
    others = candidates or [number for number in numbers if number != old]
    new = named.get("new", others[0])
    return (old, new) if old != new else (next(n for n in numbers if n != new), new)


def chooser(versions: pd.DataFrame, old: int, new: int) -> None:
    """The two pickers; what is picked goes into the URL."""
    status = {int(row.version): str(row.status) for row in each(versions)}

    def picked() -> None:
        for side in ("old", "new"):
            st.query_params[side] = str(st.session_state[f"{side}-version"])

    with st.container(horizontal=True):
        for side, number in (("old", old), ("new", new)):
            st.session_state[f"{side}-version"] = number
            st.selectbox(
                side.capitalize(), list(status), format_func=lambda v: f"v{v} ({status[v]})", key=f"{side}-version", on_change=picked, width=200
            )


def decision(project: lifecycle.Project, versions: pd.DataFrame, new: int, found: lifecycle.Comparison, by: str) -> None:
    """The two buttons, and the gates with what was found."""
    status = str(versions.loc[versions["version"] == new, "status"].iloc[0])
    gates = project.gates(new)
    failed = [gate for gate in gates if not gate.passed]
    if status == "champion":
        st.info(f"Version {new} is live.", icon=":material/rocket_launch:")
    elif status == "rejected":
        st.info(f"Version {new} was rejected; retrain to get another candidate.", icon=":material/block:")
    else:
        _buttons(project, new, found, [gate.name for gate in failed], by)
        asking.show(project, new, by)
    for row in each(project.decisions(new).head(3)):
        despite = " despite failed gates" if row.decision == "approved" and row.figures.get("override") else ""
        st.markdown(f":material/gavel: {row.decision}{despite} by **{page.plain(row.by)}**, {words.moment(row.time)}: {page.plain(row.reason)}")
    st.markdown(f"**{len(gates) - len(failed)} of {words.plural(len(gates), 'gate')} passed**" if gates else "No gates were asked of this version.")
    for gate in sorted(gates, key=lambda gate: gate.passed):
        icon = ":green[:material/check_circle:]" if gate.passed else ":red[:material/cancel:]"
        said = f"**{page.plain(gate.name.replace('_', ' ').capitalize())}** {'' if gate.passed else 'failed'}"
        st.markdown(f"{icon} {said.strip()}: {page.plain(gate.reason)}")
    with st.container(horizontal=True):
        race_view.card(project, new, "compare")
        tree.link("rollout", "How releases go here", icon=":material/tune:")


def _buttons(project: lifecycle.Project, new: int, found: lifecycle.Comparison, failed: list[str], by: str) -> None:
    def approve(reason: str) -> str:
        project.approve(new, by=by, reason=reason)
        return f"Version {new} is approved and live: it answers from now on."

    def reject(reason: str) -> str:
        project.reject(new, by=by, reason=reason)
        return f"Version {new} is rejected."

    warning = f" **Failed gates: {words.listing([name.replace('_', ' ') for name in failed])}.**" if failed else ""
    look: Any = "secondary" if failed else "primary"
    for sentence in _environment(project, new):
        st.warning(f"Trained in another environment: {page.plain(sentence)}", icon=":material/inventory_2:")
    with st.container(horizontal=True):
        if st.button("Approve...", key="approve", type=look, icon=":material/check:", **page.may(project, "approve")):
            decide.ask(
                f"Approve version {new}?",
                f"{page.plain(found.verdict)}{warning} It answers everybody from the next request on.",
                "Approve despite failed gates" if failed else "Approve",
                approve,
                "Better on turned digits, no slice is worse",
            )
        if st.button("Reject...", key="reject", icon=":material/close:", **page.may(project, "reject")):
            decide.ask(
                f"Reject version {new}?",
                f"{page.plain(found.verdict)}{warning} It never goes live.",
                "Reject",
                reject,
                "Loses on the customers that matter most",
            )


def _environment(project: lifecycle.Project, version: int) -> tuple[str, ...]:
    """How what runs now differs from what the version was trained in; nothing is known of a model from elsewhere."""
    try:
        return project.environment(version)[1][:4]
    except lifecycle.NotReady:
        return ()
