"""Is my model OK? Why? What happened? What needs me?"""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import cards, charts, events, facts, page, session, start, timeline, tree, words


def heading(project: lifecycle.Project, health: lifecycle.Health, waiting: int) -> None:
    """The status, the sentence with the reason, and what can be done about it."""
    left, right = st.columns([3, 2], vertical_alignment="center")
    with left, st.container(horizontal=True, vertical_alignment="center"):
        st.title(project.name, anchor=False, width="content")
        page.badge(health.status)
    with right, st.container(horizontal=True, horizontal_alignment="right"):
        if waiting and st.button(f"Label {words.plural(waiting, 'sample')}", icon=":material/new_label:", **page.may(project, "annotate")):
            tree.go("label")
        may = page.may(project, "request_retrain")
        if not project.config.watched and st.button("Retrain now", icon=":material/model_training:", type="primary", **may):
            with page.refusals():
                project.request_retrain(reason="manual", by=session.user())
                tree.go("runs")
    page.finding(" ".join(health.reasons) or "Nothing has been logged yet, so there is nothing to judge.")
    if health.column:
        tree.link("drift", f"Look at {health.column} →", column=health.column, window=health.window)
    elif health.window:
        tree.link("performance", "See what changed →")


def figures(project: lifecycle.Project, metric: pd.DataFrame, drifted: pd.Series, waiting: int) -> None:
    """The few numbers that matter, each a link."""
    best = timeline.best_line(metric)
    one, two, three, four = st.columns(4)
    name = words.metric(facts.metric_name(project))
    with one:
        measured = best[best["line"] != "estimated"]
        last = measured.iloc[-1] if len(measured) else best.iloc[-1] if len(best) else None
        interval = "" if last is None or not math.isfinite(last["lower"]) else f"{words.number(last['lower'])} to {words.number(last['upper'])}"
        if last is not None and last["start"] < best["start"].iloc[-1]:
            interval += f", {words.day(last['start'])}"
        value = "–" if last is None else words.number(last["value"])
        label = name if last is None else f"{last['line']} {name}"
        cards.card(
            label[:1].upper() + label[1:],
            value,
            interval,
            (measured if len(measured) > 1 else best)["value"].tail(40).tolist(),
            "performance",
            "See performance",
        )
    with two:
        note = "in the newest window" if len(drifted) else "no window yet"
        cards.card("Drifted columns", str(drifted.iloc[-1]) if len(drifted) else "–", note, drifted.tail(40).tolist(), "drift", "See drift", "bar")
    with three:
        cards.card("Waiting for labels", words.count(waiting), "samples in the queue", None, "label", "Label")
    with four:
        versions = project.versions()
        candidates = versions[versions["status"] == "candidate"]["version"].tolist() if len(versions) else []
        note = f"newest: version {max(candidates)}" if candidates else "no candidate"
        cards.card("Waiting for approval", str(len(candidates)), note, None, "compare", "Compare")


def story(project: lifecycle.Project, metric: pd.DataFrame, alarms: pd.DataFrame) -> None:
    """One time axis with all that happened."""
    page.section("What happened?")
    shown = events.happened(project.history(), alarms, metric, project.annotations(limit=5000))
    if metric.empty:
        page.empty(
            "No predictions yet.", "Once predictions land, the metric and all that happens to the model stand here.", "Log predictions", "data"
        )
        return
    chart = timeline.timeline(words.metric(facts.metric_name(project)), metric, shown, session.dark())
    charts.draw(chart, key="timeline", alt="The headline metric over time, and below it alarms, labels, runs, decisions and rollouts")
    tree.link("history", "The whole history →")


def duties(needs: list[facts.Need]) -> None:
    """What waits, for whom."""
    page.section("What needs me?")
    if not needs:
        st.caption("Nothing waits for anybody. Alarms, candidates and uncertain samples would be listed here.")
    for number, need in enumerate(needs):
        with st.container(border=True, gap="xsmall", key=f"need-{number}"):
            st.caption(need.who)
            tree.link(need.url, need.what, icon=tree.PAGES[need.url].icon)


def show() -> None:
    """The page."""
    project = session.project()
    health, waiting = project.health(), project.waiting_tasks()
    heading(project, health, waiting)
    metric, drift = facts.headline(project), project.drift()
    figures(project, metric, facts.drifted_counts(drift.frame), waiting)
    left, right = st.columns([3, 1], gap="medium")
    with left:
        story(project, metric, drift.alarms)
    with right:
        duties(facts.needs(project, waiting, health))
    if project.config.description:
        st.caption(project.config.description)


if session.names():
    show()
else:
    start.guide()
