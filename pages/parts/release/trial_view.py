"""A trial as people follow it: what it says, how sure that is, what holds it in check, and what can be done."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import charts, decide, page, words
from pages.parts.release import trial_chart

__all__ = ["show"]

SAYS = {
    "new": "The new version is better; it can go live.",
    "old": "The old version is better; stop the trial.",
    "equal": "They are as good as each other.",
    "undecided": "It is too early to say.",
}
STATES = {
    "ok": ":green[:material/check_circle:] kept",
    "waiting": ":gray[:material/hourglass_empty:] too early",
    "violated": ":red[:material/cancel:] violated",
    "off": ":gray[:material/block:] off",
}
RAILS = {
    "errors": ("Errors", "of the calls may fail"),
    "latency": ("Latency", "times the champion's time"),
    "predictions": ("Predictions", "of the answers may shift"),
    "volume": ("Volume", "of those who ask"),
    "loss": ("Loss", "worse by the labels, at most"),
}


def show(project: lifecycle.Project, trial: lifecycle.Trial, now: datetime, dark: bool, by: str) -> None:
    """All of the running trial."""
    seen = project.trial_history()
    with st.container(border=True, key="trial"):
        st.markdown(_sentence(trial, now))
        if trial.steps:
            _ramp(trial)
        chart = trial_chart.interval(trial, seen, dark)
        charts.draw(chart, key="trial-interval", alt="The difference between new and old with its interval, as the trial went on")
        st.caption("The interval, and the evidence, hold at every look: stop whenever they are clear, no date has to be kept.")
        left, right = st.columns([3, 2], gap="large")
        with left:
            st.markdown("**What holds it in check?**")
            _guardrails(trial)
        with right:
            st.metric(
                "Evidence for a difference",
                "over 1,000 of 20" if trial.e_value > 1000 else f"{words.number(trial.e_value)} of 20",
                help="An e-value: at 20 the chance that there is no difference after all is at most 5 %, at every look.",
            )
            if trial.mode != "shadow" and len(seen):
                charts.draw(
                    trial_chart.allocation(trial, seen, dark), key="trial-allocation", alt="The share of requests that the new version answered"
                )
        _actions(project, trial, by)


def _sentence(trial: lifecycle.Trial, now: datetime) -> str:
    how = "answers nobody, and is asked on the side" if trial.mode == "shadow" else f"answers {words.percent(trial.share or 0)} of those who ask"
    since = f", since {words.ago(trial.started, now)}" if trial.started else ""
    seen = f"{words.plural(trial.requests, 'request')}, {words.count(trial.labelled)} of them with a label"
    return f"**Version {trial.version}** {how}{since}: {seen}. **{SAYS.get(trial.decision, trial.decision)}**"


def _ramp(trial: lifecycle.Trial) -> None:
    """Where the ramp is, and what it waits for."""
    here = trial.share or 0
    marks = [f"**:primary[{words.percent(step)}]**" if step == here else f":gray[{words.percent(step)}]" for step in trial.steps]
    waits = f"The next step waits for {page.plain(trial.waits)}." if trial.waits else "The next step comes with the worker's next beat."
    st.markdown(f"{' → '.join(marks)} &nbsp; {waits}")


def _guardrails(trial: lifecycle.Trial) -> None:
    """Each guardrail: kept or not, what was seen, what is allowed."""
    rows = []
    for rail in trial.guardrails:
        title, unit = RAILS.get(rail.name, (rail.name, ""))
        limit = "" if rail.limit is None else f"{rail.limit:.2g} {unit}" if rail.name == "latency" else f"{words.percent(rail.limit)} {unit}"
        rows.append({"": title, "State": STATES[rail.state], "Seen": page.plain(rail.reason), "Limit": page.plain(limit)})
    if rows:
        st.table(pd.DataFrame(rows).set_index(""), border="horizontal")
        st.caption("One that is violated rolls the trial back by itself, and everybody has the champion's answers again.")


def _actions(project: lifecycle.Project, trial: lifecycle.Trial, by: str) -> None:
    """Stop it, take the next step, or let the new version go live."""

    def stop(reason: str) -> str:
        project.end_trial(by=by, reason=reason)
        return f"The trial of version {trial.version} is over; the champion answers everybody."

    def up(reason: str) -> str:
        share = project.ramp_up(by=by, reason=reason)
        return f"Version {trial.version} " + ("is live." if share >= 1 else f"answers {words.percent(share)} of those who ask.")

    def release(reason: str) -> str:
        project.approve(int(trial.version or 0), by=by, reason=reason)
        return f"Version {trial.version} is live."

    following = next((step for step in trial.steps if step > (trial.share or 0)), 1.0)
    word, icon = ("Stop", "stop_circle") if trial.mode == "shadow" else ("Roll back", "undo")
    with st.container(horizontal=True):
        if st.button(f"{word} the trial...", key="stop-trial", icon=f":material/{icon}:", **page.may(project, "end_trial")):
            decide.ask(f"{word} the trial?", "The champion answers everybody again.", word, stop, "It was slower than we accept")
        if trial.steps and st.button(
            f"Ramp up to {words.percent(following)}...", key="ramp-up", icon=":material/moving:", **page.may(project, "ramp_up")
        ):
            decide.ask("Take the next step now?", f"It answers {words.percent(following)} of those who ask from the next request on.", "Ramp up", up)
        if st.button(f"Let version {trial.version} go live...", key="release-trial", type="primary", **page.may(project, "approve")):
            decide.ask(f"Let version {trial.version} go live?", "It answers everybody from the next request on.", "Let it go live", release)
