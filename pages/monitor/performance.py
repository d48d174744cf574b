"""How good the model is: with all, few or no labels; where it errs, how well it knows it, and for whom."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import charts, choices, facts, page, performance_charts, performance_views, session, timeline, words
from pages.parts.windows import Windows

RANGES = {"20": "Last 20 windows", "50": "Last 50", "all": "All"}


def finding(frame: pd.DataFrame, metric: str) -> str:
    """Where the metric stands, and whether that is an alarm, in one sentence."""
    best = timeline.best_line(frame)
    name = words.metric(metric)
    if best.empty:
        return f"There is no figure for {name} yet: neither labels nor probabilities have arrived."
    last, outside = best.iloc[-1], best["alarm"].fillna(False).astype(bool)
    value = words.interval(last["value"], last["lower"], last["upper"])
    if outside.iloc[-1]:
        quiet = best.loc[~outside, "start"]
        since = best.loc[best["start"] > quiet.max(), "start"].iloc[0] if len(quiet) else best["start"].iloc[0]
        return f"{name.capitalize()} has been outside its limits since {words.day(since)}: now {value}."
    measured = best[best["line"] != "estimated"]
    if last["line"] == "estimated" and len(measured):
        known = measured.iloc[-1]
        verdict = "outside its limits" if outside[measured.index[-1]] else "within its limits"
        truth = words.interval(known["value"], known["lower"], known["upper"])
        return (
            f"{name.capitalize()} is {value} by the estimate; the newest window with labels, of {words.day(known['start'])}, has {truth}, {verdict}."
        )
    said = f"{name.capitalize()} is {value}, within its limits"
    return f"{said}; the last alarm was on {words.day(best.loc[outside, 'start'].iloc[-1])}." if outside.any() else f"{said}."


def course(project: lifecycle.Project, everything: pd.DataFrame, metric: str) -> Windows:
    """The metric over time."""
    page.section("Is the model still as good as it was?", performance_charts.trust(everything))
    total = Windows(everything)
    span = choices.switch("Range", tuple(RANGES), "range", "50", RANGES.__getitem__) if len(total) > 20 else "all"
    windows = Windows(everything, last=None if span == "all" else int(span))
    placed = [(windows.place(time), name) for time, name in facts.changes(project.history())]
    changes = [(place, name) for place, name in placed if place is not None]
    chart = performance_charts.over_time(everything, windows, changes, session.dark())
    charts.draw(chart, key="performance", alt=f"{words.metric(metric)} in each window: estimated, realized and assisted, with their intervals")
    return windows


def show(project: lifecycle.Project, report: lifecycle.PerformanceReport) -> None:
    """The page, once there is something to show."""
    frame = report.frame
    metrics = list(dict.fromkeys(frame["metric"].astype(str)))
    usual = facts.metric_name(project)
    chosen = st.query_params.get("metric", usual)
    chosen = chosen if chosen in metrics else metrics[0]
    of_metric = frame[frame["metric"] == chosen].sort_values("start", kind="stable")
    page.head("Performance", finding(of_metric, chosen))
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    choices.pick("Metric", metrics, "metric", usual if usual in metrics else metrics[0], words.metric, place=left)
    right.download_button(
        "Export CSV",
        lambda: frame.to_csv(index=False).encode(),
        f"{project.name}-performance.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
    windows = course(project, of_metric, chosen)
    performance_views.views(project, windows, chosen, int(of_metric["labels"].sum()))


project = session.project()
with page.refusals():
    report = project.performance()
    if report.frame.empty:
        page.head("Performance", "Nothing has been judged yet.")
        page.empty("No window yet.", "Performance is estimated when predictions land, and measured when labels arrive.", "Log predictions", "data")
    else:
        show(project, report)
