"""A run as people follow it: steps, how far it is, what it says, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import page, words

__all__ = ["finding", "progress", "steps", "table", "worker"]

ICONS = {
    "waiting": ":material/radio_button_unchecked:",
    "running": ":material/pending:",
    "done": ":material/check_circle:",
    "failed": ":material/error:",
    "skipped": ":material/remove_circle:",
}
STATUS = {"queued": "waiting", "running": "running", "done": "finished", "failed": "failed", "cancelled": "cancelled"}


def finding(runs: Sequence[lifecycle.Run]) -> str:
    """The page's one sentence."""
    if not runs:
        return "No retraining has run yet."
    last = runs[0]
    when = words.ago(last.requested, datetime.now(UTC))
    if last.status in ("queued", "running"):
        done = sum(step.status == "done" for step in last.steps)
        return f"Run {last.id} is {STATUS[last.status]}: {done} of {words.plural(len(last.steps), 'step')} done."
    if last.status == "failed":
        return f"The last run ({when}) failed: {last.error}"
    if last.status == "done" and last.candidate is not None:
        return f"The last run ({when}) made version {last.candidate}, because: {last.reason.rstrip('.')}."
    return f"The last run ({when}) was {STATUS.get(last.status, last.status)}."


def progress(project: lifecycle.Project, run: lifecycle.Run, by: str) -> None:
    """Steps, share done, the last lines it said, and a way to stop it."""
    doing = next((step.name for step in run.steps if step.status == "running"), None)
    with st.container(border=True, key=f"run-{run.id}"):
        what = f"{doing} ..." if doing else "waits for the worker" if run.status == "queued" else STATUS.get(run.status, run.status)
        took = (datetime.now(UTC) - run.requested).total_seconds()
        share = project.progress(run.id)
        st.progress(share, text=f"Run {run.id}: {words.percent(share)}, {what} ({took:.0f} s since it was asked for)")
        steps(run)
        if tail := "\n".join(project.run_log(run.id).splitlines()[-8:]):
            st.code(tail, language=None)
        if st.button("Cancel this run", key=f"cancel-{run.id}", icon=":material/stop_circle:", **page.may(project, "cancel")):
            with page.refusals():
                project.cancel(run.id, by=by)
                st.session_state["said"] = f"Run {run.id} is cancelled."
                st.rerun()


def worker(project: lifecycle.Project, workspace: lifecycle.Workspace, active: Sequence[lifecycle.Run]) -> None:
    """When nothing serves the queue: what to do about it."""
    if workspace.workers() or all(run.status == "running" for run in active):
        return
    st.warning(
        "No worker serves this workspace, so nothing starts. Start one with `make run` or `lifecycle worker`, or run it here and keep this tab open.",
        icon=":material/power_off:",
    )
    if st.button("Run it here", key="run-here", icon=":material/play_arrow:", **page.may(project, "work")):
        with page.refusals(), st.spinner("Training here; keep this tab open ..."):
            project.work()
        st.rerun()


def steps(run: lifecycle.Run) -> None:
    """Each step with how long it took and what it found."""
    lines = []
    for step in run.steps:
        took = (step.finished - step.started).total_seconds() if step.started and step.finished else None
        facts = ", ".join(filter(None, (_fact(name, value) for name, value in step.details.items())))
        said = [f"{ICONS.get(step.status, ICONS['waiting'])} **{step.name}**", f"{took:.1f} s" if took and took >= 0.05 else "", page.plain(facts)]
        lines.append(" · ".join(filter(None, said)))
    if lines:
        st.markdown("  \n".join(lines))


def table(runs: Sequence[lifecycle.Run]) -> pd.DataFrame:
    """The runs as a table for reading."""
    return pd.DataFrame(
        {
            "Requested": [run.requested for run in runs],
            "Run": [run.id for run in runs],
            "Result": [STATUS.get(run.status, run.status) for run in runs],
            "Version": [f"v{run.candidate}" if run.candidate is not None else "" for run in runs],
            "Why": [run.reason for run in runs],
            "By": [run.requested_by for run in runs],
            "Seconds": [run.seconds for run in runs],
            "What went wrong": [run.error or "" for run in runs],
        }
    )


def _fact(name: str, value: object) -> str:
    """A detail as people read it; names of stored files, seeds and places in the log are not for them."""
    if name.endswith(("rows", "labelled")) and isinstance(value, int):
        return f"{words.count(value)} {name.replace('_', ' ')}"
    if name in ("version", "champion") and isinstance(value, int):
        return f"{name} {value}"
    return str(value) if name in ("note", "outcome") and value else ""
