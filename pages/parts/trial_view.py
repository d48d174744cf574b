"""A trial as people follow it: what it says, how sure that is, and what can be done."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

import lifecycle
from pages.parts import charts, decide, page, tree, words

__all__ = ["end", "guardrails", "interval", "sentence", "start"]

SAYS = {
    "new": "The new version is better; it can go live.",
    "old": "The old version is better; stop the trial.",
    "equal": "They are as good as each other.",
    "undecided": "It is too early to say.",
}


def sentence(trial: lifecycle.Trial, now: datetime) -> str:
    """What runs, since when, and what it says."""
    how = "answers nobody, and is asked on the side" if trial.mode == "shadow" else f"answers {words.percent(trial.share or 0)} of those who ask"
    since = f", since {words.ago(trial.started, now)}" if trial.started else ""
    seen = f"{words.plural(trial.requests, 'request')}, {words.count(trial.labelled)} of them with a label"
    return f"**Version {trial.version}** {how}{since}: {seen}. **{SAYS.get(trial.decision, trial.decision)}**"


def interval(trial: lifecycle.Trial, dark: bool) -> go.Figure:
    """The difference now, with the interval that holds at every look."""
    chart = charts.figure(height=120, x="new minus old, share right (or less error); the interval holds however often you look")
    tint = charts.color("new" if trial.lower > 0 else "old" if trial.upper < 0 else "muted", dark)
    if trial.difference == trial.difference:
        chart.add_trace(
            go.Scatter(x=[trial.lower, trial.upper], y=[0, 0], mode="lines", line={"color": tint, "width": 6}, opacity=0.4, hoverinfo="skip")
        )
        said = words.interval(trial.difference, trial.lower, trial.upper)
        chart.add_trace(
            go.Scatter(
                x=[trial.difference],
                y=[0],
                mode="markers+text",
                marker={"size": 13, "color": tint},
                text=[said],
                textposition="top center",
                hoverinfo="text",
            )
        )
    chart.add_shape(type="line", x0=0, x1=0, y0=-1, y1=1, line={"color": charts.ROLES["muted"], "width": 1, "dash": "4px,3px"})
    chart.update_yaxes(visible=False, range=[-1, 1.4])
    return chart


def guardrails(trial: lifecycle.Trial) -> None:
    """The evidence and the checks that must hold for it to mean anything."""
    evidence, needed = trial.e_value, 20.0
    with st.container(horizontal=True):
        st.metric(
            "Evidence for a difference",
            f"{words.number(evidence)} of {needed:.0f}",
            help="An e-value: at 20 the chance that there is no difference after all is at most 5 %, at every look.",
        )
        st.metric(
            "Share of traffic as asked",
            "yes" if trial.sample_ratio_ok else "no",
            help="Whether each side got its share. If not, something routes requests wrongly, and the figures mean nothing.",
        )
    if not trial.sample_ratio_ok:
        st.error(
            "The two sides did not get the shares that were asked for; do not trust this comparison, stop the trial and look at the routing.",
            icon=":material/error:",
        )


def start(project: lifecycle.Project, versions: pd.DataFrame, champion: int, by: str) -> None:
    """Nothing is on trial: choose a version and how to try it."""
    ready = [int(v) for v, status in zip(versions["version"], versions["status"], strict=True) if status not in ("rejected", "champion")]
    if not ready:
        page.empty("A trial would be shown here.", "There is no other version to try. A retraining makes a candidate.", "Retrain", "runs")
        return
    with st.container(border=True, key="start-trial"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            number = st.selectbox("Version", ready, format_func=lambda v: f"v{v}", key="trial-version", width=140)
            share = st.slider("Share for the canary", 1, 50, 10, format="%d %%", key="trial-share", width=260)
            shadow = st.button("Start shadow...", key="shadow", icon=":material/visibility_off:", **page.may(project, "roll_out"))
            canary = st.button("Start canary...", key="canary", icon=":material/science:", **page.may(project, "roll_out"))
        st.caption("A shadow is asked about everything and answers nobody. A canary answers a share of those who ask, always the same ones.")
        tree.link("compare", f"Compare v{number} with v{champion} first", icon=":material/compare_arrows:", old=champion, new=number)
    if shadow or canary:
        _begin(project, int(number), "canary" if canary else "shadow", share / 100 if canary else None, by)


def _begin(project: lifecycle.Project, number: int, mode: str, share: float | None, by: str) -> None:
    def begin(reason: str) -> str:
        project.roll_out(number, mode=mode, share=share, by=by, reason=reason)
        return f"Version {number} is on trial as a {mode}."

    what = f"It answers {words.percent(share)} of those who ask." if share else "It answers nobody; its answers are kept aside and compared."
    decide.ask(f"Start a {mode} of version {number}?", what, f"Start the {mode}", begin, "Better offline; see it with live requests first")


def end(project: lifecycle.Project, trial: lifecycle.Trial, by: str) -> None:
    """Stop it, or let the new version go live."""

    def stop(reason: str) -> str:
        project.end_trial(by=by, reason=reason)
        return f"The trial of version {trial.version} is stopped; the champion answers everybody."

    def release(reason: str) -> str:
        project.approve(int(trial.version or 0), by=by, reason=reason)
        return f"Version {trial.version} is live."

    with st.container(horizontal=True):
        if st.button("Stop the trial...", key="stop-trial", icon=":material/stop_circle:", **page.may(project, "end_trial")):
            decide.ask("Stop the trial?", "The champion answers everybody again.", "Stop the trial", stop, "It was slower than we accept")
        if st.button(f"Let version {trial.version} go live...", key="release-trial", type="primary", **page.may(project, "approve")):
            decide.ask(f"Let version {trial.version} go live?", "It answers everybody from the next request on.", "Let it go live", release)
