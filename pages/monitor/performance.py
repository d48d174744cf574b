"""How good the model is: with all, few or no labels; where it errs, how well it knows it, and for whom."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import choices, facts, page, picture, session, words
from pages.parts.monitor import (
    brush,
    causes,
    concept_view,
    cost_form,
    downloads,
    performance_charts,
    performance_limits,
    performance_samples,
    performance_views,
    performance_words,
    span,
    window_lists,
)
from pages.parts.windows import Windows

RANGES = {"20": "Last 20 windows", "50": "Last 50", "all": "All"}


def course(project: lifecycle.Project, everything: pd.DataFrame, metric: str, every: Windows) -> tuple[Windows, span.Span]:
    """The metric over time, and the windows that are chosen on it: all that are shown until some are."""
    page.section("Is the model still as good as it was?", performance_words.why(everything))
    last = choices.switch("Range", tuple(RANGES), "range", "50", RANGES.__getitem__) if len(every) > 20 else "all"
    windows = every if last == "all" else Windows(everything, last=int(last))
    whole = span.Span(windows.names[0], windows.names[-1])
    chosen = span.read(every, st.query_params.get("window")) or whole
    placed = [(windows.place(time), name) for time, name in facts.changes(project.history())]
    changes = [(place, name) for place, name in placed if place is not None]
    selected = None if chosen == whole else (chosen.first, chosen.last)
    plot, picks = performance_charts.over_time(everything, windows, changes, session.dark(), selected)
    alt = f"{words.metric(metric)} in each window: estimated, realized and assisted, with their intervals"
    picture.show(plot, "performance", alt, lambda told: choices.put(window=picks[int(told["pick"])]))
    thin = " Of each run of windows the worst is drawn." if len(windows) > performance_charts.RUNS else ""
    counts = everything[["window", "labels", "alarm"]].rename(columns={"labels": "count"})
    brush.brush(counts, windows, "label", selected, "performance-brush", plot.edges)
    st.caption(f"Click a point to see below where, for whom and on which samples the model erred then.{thin}")
    return windows, chosen


def details(project: lifecycle.Project, metric: str, labels: int, every: Windows, chosen: span.Span, whole: bool) -> None:
    """Errors, slices and samples of the chosen windows."""
    rows = every.frame.iloc[every.at(chosen.first) : every.at(chosen.last) + 1]
    start, end, when = rows["start"].iloc[0].to_pydatetime(), rows["end"].iloc[-1].to_pydatetime(), every.span(chosen.first, chosen.last)
    places = st.columns([3, 3, 2, 3], vertical_alignment="bottom")
    window_lists.picker(every, chosen, places[:2])
    if not whole:
        places[2].button("All windows", icon=":material/close:", on_click=choices.put, kwargs={"window": None}, width="stretch")
    performance_views.errors(project, start, end, when)
    performance_views.slices(project, metric, start, end, when, (int(every.frame["rows"].sum()), labels))
    performance_samples.samples(project, start, end, when)


def metric_of(project: lifecycle.Project, frame: pd.DataFrame) -> tuple[list[str], str, str]:
    """The metrics there are, the usual one, and the one that the URL names."""
    metrics = list(dict.fromkeys(frame["metric"].astype(str)))
    usual = facts.metric_name(project)
    usual = usual if usual in metrics else metrics[0]
    asked = st.query_params.get("metric", usual)
    return metrics, usual, asked if asked in metrics else usual


@st.fragment
def body(project: lifecycle.Project) -> None:
    """All of the page but its title; another choice runs this alone."""
    with page.refusals():
        parts(project)


def parts(project: lifecycle.Project) -> None:
    """The finding, the course of the metric, and what looks closer."""
    frame = project.performance().frame
    metrics, usual, chosen = metric_of(project, frame)
    of_metric = frame[frame["metric"] == chosen].sort_values("start", kind="stable")
    page.finding(performance_words.finding(of_metric, chosen))
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    choices.pick("Metric", metrics, "metric", usual, words.metric, place=left)
    downloads.downloads(project, "performance", frame, right)
    every = Windows(of_metric)
    windows, picked = course(project, of_metric, chosen, every)
    whole = picked == span.Span(windows.names[0], windows.names[-1])
    causes.show(project, every, None if whole else picked.last)
    concept_view.show(project)
    details(project, chosen, int(of_metric["labels"].sum()), every, picked, whole)
    performance_limits.editor(project, every, chosen, of_metric)
    cost_form.editor(project)


project = session.project()
with page.refusals():
    report = project.performance()
    if report.frame.empty:
        page.head("Performance", "Nothing has been judged yet.")
        page.empty("No window yet.", "Performance is estimated when predictions land, and measured when labels arrive.", "Log predictions", "data")
    else:
        page.head("Performance")
        body(project)
