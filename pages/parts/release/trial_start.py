"""Nothing is on trial: how long each kind of trial would take, and how to start one."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import decide, page, tree, words

__all__ = ["start"]

MODES = {
    "shadow": "Shadow",
    "ramp": "Ramp",
    "canary": "Canary",
    "ab": "A/B",
}
WHAT = {
    "shadow": "It is asked about everything and answers nobody; its answers are kept aside and compared row by row. Nothing can go wrong for users.",
    "ramp": "It answers {steps} of those who ask, always the same ones; each step comes by itself while no guardrail is violated.",
    "canary": "It answers a share of those who ask, always the same ones.",
    "ab": "It answers half of those who ask, always the same ones: the share at which a difference shows soonest.",
}


def start(project: lifecycle.Project, versions: pd.DataFrame, champion: int, by: str) -> None:
    """Choose a version and how to try it; see how long that takes."""
    ready = [int(v) for v, status in zip(versions["version"], versions["status"], strict=True) if status not in ("rejected", "champion")]
    if not ready:
        page.empty("A trial would be shown here.", "There is no other version to try. A retraining makes a candidate.", "Retrain", "runs")
        return
    with st.container(border=True, key="start-trial"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            number = int(st.selectbox("Version", ready, format_func=lambda v: f"v{v}", key="trial-version", width=110))
            mode = str(st.segmented_control("How", list(MODES), default="shadow", format_func=MODES.__getitem__, key="trial-mode", required=True))
            share = int(st.slider("Share", 1, 50, 10, format="%d %%", key="trial-share", width=200)) / 100 if mode == "canary" else None
        steps = words.listing([words.percent(step) for step in lifecycle.ramp_of(project.settings.ramp).steps], most=9)
        st.caption(WHAT[mode].format(steps=steps))
        _plan(project, mode, share)
        with st.container(horizontal=True, vertical_alignment="center"):
            begin = st.button("Start the trial...", key="start-the-trial", icon=":material/science:", type="primary", **page.may(project, "roll_out"))
            tree.link("compare", f"Compare v{number} with v{champion} first", icon=":material/compare_arrows:", old=champion, new=number)
    if begin:
        _begin(project, number, mode, share, WHAT[mode].format(steps=steps), by)


def _plan(project: lifecycle.Project, mode: str, share: float | None) -> None:
    """How long until it is decided, at the project's own volume."""
    gain = st.number_input("Gain that should show, in points", 0.1, 50.0, 2.0, 0.5, key="trial-gain", width=240) / 100
    try:
        plan = project.plan_trial(gain=gain)
    except lifecycle.LifecycleError as reason:
        st.caption(f"How long it takes is not known: {page.plain(str(reason))}")
        return
    near = {"shadow": 0.0, "ab": 0.5, "ramp": 0.25}.get(mode, share or 0.1)
    row = plan.frame.iloc[(plan.frame["share"] - near).abs().argmin()]
    st.markdown(f":material/schedule: {page.plain(str(row['sentence']))}")
    if plan.assumed:
        st.caption(f"Assumed, because it is not known here: {page.plain('; '.join(plan.assumed))}.")
    with st.expander("How long do the others take?"):
        names = [
            f"{MODES[str(m)]}{f', {words.percent(float(s))}' if m == 'canary' else ''}"
            for m, s in zip(plan.frame["mode"], plan.frame["share"], strict=True)
        ]
        days = [[f"{d:,.0f}" if d >= 10 else f"{d:.1f}" for d in plan.frame[name]] for name in ("days", "days_90")]
        shown = {"Trial": names, "Requests on average": plan.frame["requests"], "Days on average": days[0], "Days, 9 of 10 trials": days[1]}
        st.dataframe(pd.DataFrame(shown), hide_index=True, key="trial-plan")


def _begin(project: lifecycle.Project, number: int, mode: str, share: float | None, what: str, by: str) -> None:
    def begin(reason: str) -> str:
        project.roll_out(number, mode=mode, share=share, by=by, reason=reason)
        return f"Version {number} is on trial ({MODES[mode]})."

    if share:
        what = f"It answers {words.percent(share)} of those who ask, always the same ones."
    decide.ask(f"Start a trial of version {number}?", what, "Start the trial", begin, "Better offline; see it with live requests first")
