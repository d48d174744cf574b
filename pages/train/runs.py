"""Runs: retrain with a click, watch it, read what came of every run."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from pages.parts import decide, page, session, settle, tree, words
from pages.parts.train import backtest, candidate_form, race_view, run_view, training_form

ACTIVE = ("queued", "running")

project = session.project()
runs = project.runs()
active = [run for run in runs if run.status in ACTIVE]
page.head("Runs", run_view.finding(runs))
decide.said()


def request() -> None:
    """Queue a retraining; the worker takes it from here, whether this tab stays open or not."""
    reason = st.session_state.get("retrain-reason", "").strip() or "manual"
    settle.attempt(lambda: project.request_retrain(reason=reason, by=session.user()), "The run is queued; it goes on when you close this tab.")
    st.session_state["retrain-reason"] = ""


def again(run: str) -> None:
    """Queue a failed run once more."""
    settle.attempt(lambda: project.retry(run, by=session.user()), f"Run {run} is queued again.")


with st.container(horizontal=True, vertical_alignment="bottom"):
    st.text_input("Why now?", key="retrain-reason", placeholder="120 new labels of turned digits", width=420, max_chars=200)
    may = page.may(project, "request_retrain") or {"disabled": bool(active)}
    st.button("Retrain now", type="primary", key="retrain", icon=":material/model_training:", on_click=request, **may)


def live() -> None:
    """What runs now. Drawn again each second; the whole page once it is over."""
    now = [project.run(run.id) for run in active]
    for run in now:
        run_view.progress(project, run, session.user())
    if any(run.status not in ACTIVE for run in now):
        st.rerun()


if active:
    page.section("What runs now?")
    with page.refusals():
        st.fragment(live, run_every=1.0)()
    run_view.worker(project, session.workspace(), active)

past = [run for run in runs if run.status not in ACTIVE]
page.section("What came of the earlier runs?")
if not past:
    page.empty(
        "Finished runs will be listed here.",
        "No run has finished yet. Retrain with the button above, or let a trigger do it.",
        "Set up triggers",
        "triggers",
    )
else:
    chosen = st.dataframe(
        run_view.table(past),
        hide_index=True,
        key="past-runs",
        on_select="rerun",
        selection_mode="single-row",
        column_config={"Requested": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm")},
    )
    rows = chosen["selection"]["rows"]
    run = past[rows[0]] if rows and rows[0] < len(past) else past[0]
    with st.container(border=True, key="run-detail"):
        st.markdown(f"**Run {run.id}** · {words.ago(run.requested, datetime.now(UTC))} · by {page.plain(run.requested_by)}: {page.plain(run.reason)}")
        if run.error:
            st.error(run.error, icon=":material/error:")
            st.button("Try again", key="retry", icon=":material/replay:", on_click=again, args=(run.id,), **page.may(project, "retry"))
        run_view.steps(run)
        if run.candidate is not None:
            race_view.race(project, run.candidate)
            race_view.card(project, run.candidate, "run")
            tree.link("compare", f"Compare version {run.candidate} with the champion", icon=":material/compare_arrows:", new=run.candidate)

if project.settings.recipe is not None:
    page.section("Which recipes does it try?")
    candidate_form.recipes(project)
    page.section("What would it train on?", "As the labels are now; what you change here is previewed at once and counts when it is saved.")
    training_form.training(project)
    page.section("What must a candidate meet?", "On the same held-out rows as the champion; a candidate that fails waits for a person.")
    candidate_form.gates(project)
    champion = project.champion
    if project.config.schema.task == "regression" and champion is not None and "recipe" in champion.manifest:
        backtest.show(project, champion.version, session.dark())
