"""A run as people follow it: steps, how far it is, what it says, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import page, words

__all__ = ["finding", "progress", "steps", "table"]

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
        return f"The last run ({when}) made version {last.candidate}, because: {last.reason}."
    return f"The last run ({when}) was {STATUS.get(last.status, last.status)}."


def progress(project: lifecycle.Project, run: lifecycle.Run, by: str) -> None:
    """Steps, share done, the last lines it said, and a way to stop it."""
    done = sum(step.status == "done" for step in run.steps)
    doing = next((step.name for step in run.steps if step.status == "running"), None)
    with st.container(border=True, key=f"run-{run.id}"):
        share = done / max(len(run.steps), 1)
        what = f"{doing} …" if doing else "waits for the worker" if run.status == "queued" else STATUS.get(run.status, run.status)
        took = (datetime.now(UTC) - run.requested).total_seconds()
        st.progress(share, text=f"Run {run.id}: {words.percent(share)}, {what} ({took:.0f} s since it was asked for)")
        steps(run)
        if st.button("Cancel this run", key=f"cancel-{run.id}", icon=":material/stop_circle:"):
            with page.refusals():
                project.cancel(run.id, by=by)
                st.session_state["said"] = f"Run {run.id} is cancelled."
                st.rerun()


def steps(run: lifecycle.Run) -> None:
    """Each step with how long it took and what it found."""
    lines = []
    for step in run.steps:
        took = (step.finished - step.started).total_seconds() if step.started and step.finished else None
        facts = ", ".join(f"{name.replace('_', ' ')} {_short(value)}" for name, value in step.details.items() if isinstance(value, str | int | float))
        lines.append(
            f"{ICONS.get(step.status, ICONS['waiting'])} **{step.name}**"
            + (f" · {took:.1f} s" if took is not None else "")
            + (f" · {page.plain(facts)}" if facts else "")
        )
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


def _short(value: str | int | float) -> str:
    if isinstance(value, float):
        return words.number(value)
    return str(value) if len(str(value)) <= 80 else f"{str(value)[:77]}..."
