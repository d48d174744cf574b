"""How releases go in this project: what happens to a candidate, who decides, how a ramp climbs, what stops a trial. One form, one change."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import page, words

__all__ = ["settings"]

POLICIES = {
    "approval": "wait for a person's approval",
    "shadow": "be asked on the side (shadow)",
    "canary": "answer a tenth of those who ask (canary)",
    "ramp": "start the ramp by itself",
    "automatic": "go live by itself",
}
LIMITS = {
    "errors": "Share of its calls that may fail (0.01 is 1 %)",
    "latency": "Times the champion's time that a call may take",
    "predictions": "Share of the answers that may shift (0.1 is 10 %)",
    "volume": "Chance of a false alarm about its share of requests",
    "loss": "How much worse it may be by the labels",
}


def settings(project: lifecycle.Project, by: str) -> None:
    """What holds now in a sentence, and the form; who may not change it sees it all the same."""
    now = project.settings
    page.section("How do releases go here?", _sentence(now))
    why = project.refusal("configure_release")
    with st.expander("Release settings", icon=":material/tune:", key="release-settings"), st.form("release-settings-form", border=False):
        if why:
            st.caption(f":material/lock: {page.plain(why)}")
        left, right = st.columns(2, gap="large")
        with left:
            changes = _deciding(now, bool(why)) | _margin(project, bool(project.refusal("configure")))
        with right:
            ramp = _ramp(now, bool(why))
        changes["guardrails"] = _guardrails(now, bool(why))
        if st.form_submit_button("Save the settings", type="primary", key="release-settings-save", **page.may(project, "configure")):
            _save(project, by, changes, ramp)


def _sentence(now: lifecycle.Settings) -> str:
    eyes = " Nobody approves what they trained or asked for." if now.four_eyes else ""
    return f"A candidate that passes its gates will {POLICIES[now.release]}; one that fails a gate waits for a person.{eyes}"


def _deciding(now: lifecycle.Settings, off: bool) -> dict[str, Any]:
    st.markdown("**Who decides?**")
    names = list(POLICIES)
    policy = st.selectbox(
        "A candidate that passes its gates will", names, names.index(now.release), POLICIES.__getitem__, key="release-policy", disabled=off
    )
    eyes = st.toggle("Four eyes: nobody approves what they trained or asked for", now.four_eyes, key="release-eyes", disabled=off)
    kept = 0.0 if now.approval_expires is None else pd.Timedelta(now.approval_expires) / pd.Timedelta("1D")
    days = st.number_input("Approvals last so many days (0: for ever)", 0.0, 3650.0, float(kept), 1.0, key="release-expires", disabled=off)
    expires = now.approval_expires if days == kept else f"{days:g}D" if days else None
    return {"release": policy, "four_eyes": eyes, "approval_expires": expires}


def _margin(project: lifecycle.Project, off: bool) -> dict[str, Any]:
    now, name = project.settings, project.settings.metric or ("accuracy" if project.config.schema.classes else "mae")
    usual = "one point" if project.config.schema.classes else "2 % of the old value"
    asked = f"Difference in {words.metric(name)} that matters"
    told = "Less is as good as none: within it two versions count as equivalent. 0.01 is a point of accuracy."
    return {"margin": st.number_input(asked, 0.0, None, now.margin, format="%g", key="release-margin", placeholder=usual, help=told, disabled=off)}


def _ramp(now: lifecycle.Settings, off: bool) -> tuple[str, dict[str, Any]]:
    """The shares as typed, and the rest of the ramp."""
    st.markdown("**How does a ramp climb?**")
    ramp = lifecycle.ramp_of(now.ramp)
    told = "They rise to 100; who is in a small share stays in the larger ones."
    steps = st.text_input("Shares of those who ask, in %", ", ".join(f"{100 * s:g}" for s in ramp.steps), key="ramp-steps", help=told, disabled=off)
    requests = st.number_input("Answers of the new version at each, at least", 1, 10**9, ramp.requests, key="ramp-requests", disabled=off)
    hours = st.number_input("Hours at each, at least", 0.0, 8760.0, ramp.time.total_seconds() / 3600, key="ramp-hours", disabled=off)
    return steps, {"requests": int(requests), "time": f"{hours:g}h"}


def _guardrails(now: lifecycle.Settings, off: bool) -> dict[str, Any]:
    """What differs from the usual limits."""
    st.markdown("**What stops a trial by itself?**")
    usual, limits = lifecycle.guardrail_limits({}), lifecycle.guardrail_limits(now.guardrails)
    rows = [{"On": limit is not None, "Limit": usual[name] if limit is None else limit, "What": LIMITS[name]} for name, limit in limits.items()]
    edited = st.data_editor(
        pd.DataFrame(rows),
        hide_index=True,
        disabled=True if off else ["What"],
        key="guardrail-limits",
        column_config={"Limit": st.column_config.NumberColumn(min_value=0.0, required=True, format="%g")},
    )
    given = {name: float(limit) if on else "off" for name, on, limit in zip(limits, edited["On"], edited["Limit"], strict=True)}
    return {name: limit for name, limit in given.items() if limit != usual[name]}


def _save(project: lifecycle.Project, by: str, changes: dict[str, Any], ramp: tuple[str, dict[str, Any]]) -> None:
    """Send what was changed; what the project refuses is said, and nothing is kept."""
    now, (typed, rest) = project.settings, ramp
    try:
        steps = tuple(round(float(part) / 100, 6) for part in typed.replace("%", " ").replace(",", " ").split())
    except ValueError:
        st.error(f"The shares of a ramp are {page.plain(typed)}; give percentages such as 1, 5, 25, 100.", icon=":material/block:")
        return
    if steps != (old := lifecycle.ramp_of(now.ramp)).steps or rest["requests"] != old.requests or pd.Timedelta(rest["time"]) != old.time:
        changes["ramp"] = {"steps": steps, **rest}
    if lifecycle.guardrail_limits(now.guardrails) == lifecycle.guardrail_limits(changes["guardrails"]):
        del changes["guardrails"]
    changed = {name: value for name, value in changes.items() if value != getattr(now, name)}
    with page.refusals():
        project.configure(by=by, **changed)
        st.session_state["said"] = f"Saved: {words.listing([name.replace('_', ' ') for name in changed], 9)}." if changed else "Nothing was changed."
        st.rerun()
