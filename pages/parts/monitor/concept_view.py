"""Did the inputs change, or what they mean: the change of performance split in two, over time, with the detector's marks."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import charts, choices, page, picture, session, words
from pages.parts.drawn import Plot
from pages.parts.scales import nice
from pages.parts.windows import Windows

__all__ = ["show", "split_chart"]

MOST = 50
NAMES = {"adwin": "ADWIN", "page_hinkley": "Page-Hinkley"}


def show(project: lifecycle.Project, metric: str | None = None) -> None:
    """The split of the newest windows; nothing where no window has labels."""
    with page.refusals():
        detectors = lifecycle.concept_detectors()
        chosen = st.query_params.get("detector", detectors[0])
        report = project.concept(metric, chosen if chosen in detectors else detectors[0])
        known = report.frame[report.frame["concept"].notna()]
        if known.empty:
            return
        page.section("Did the inputs change, or what they mean?", _said(known, report.changes))
        choices.switch("Detector", detectors, "detector", detectors[0], lambda name: NAMES.get(name, name))
        windows = Windows(report.frame, last=MOST)
        chart = split_chart(windows.keep(report.frame), report.changes, windows, words.metric(str(known["metric"].iloc[0])), session.dark())
        picture.show(chart, "concept", "The change of performance in each window: what the inputs explain, and what lies beyond them")


def split_chart(frame: pd.DataFrame, changes: pd.DataFrame, windows: Windows, metric: str, dark: bool = False) -> Plot:
    """Two bars a window, with intervals; a rule where a detector found a change. frame: x, window, inputs, concept (_lower, _upper), sentence."""
    values = frame[[f"{part}{end}" for part in ("inputs", "concept") for end in ("", "_lower", "_upper")]].astype(float)
    places, texts = nice(min(0.0, float(values.min().min())), max(0.0, float(values.max().max())))
    plot = Plot(
        280, (-0.5, max(1, len(windows)) - 0.5), (places[0], places[-1]), f"change of {metric}", left=18 + 7 * max(len(text) for text in texts)
    )
    plot.scale(places, texts)
    for part, role, low, high in (("inputs", "current", -0.42, 0.0), ("concept", "estimated", 0.0, 0.42)):
        tint = charts.faint(charts.color(role, dark), 0.8)
        for x, value, lower, upper in zip(frame["x"], values[part], values[f"{part}_lower"], values[f"{part}_upper"], strict=True):
            if value == value:
                plot.cell((x + low, x + high, min(0.0, value), max(0.0, value)), tint)
                plot.line((x + (low + high) / 2,) * 2, (lower, upper), charts.ROLES["muted"], width=1)
    for x, window, sentence, changed, value in zip(frame["x"], frame["window"], frame["sentence"], frame["changed"], values["concept"], strict=True):
        if changed:
            plot.dot(x, value, charts.color("alarm", dark), 8)
        plot.spot(x - 0.5, x + 0.5, _pointed(windows, window, sentence))
    for time, detector in zip(changes["time"], changes["detector"], strict=True):
        at = windows.place(time)
        if at is not None:
            plot.line((at, at), plot.y, charts.ROLES["muted"], "1 3", 1)
            plot.note(at, plot.y[1], NAMES.get(detector, detector), kind="above")
    plot.legend([("by the inputs", charts.color("current", dark)), ("beyond them", charts.color("estimated", dark))])
    plot.ticks(*windows.ticks())
    return plot


def _pointed(windows: Windows, window: str, sentence: str) -> str:
    """What a bar says when it is pointed at."""
    return f"{windows.words(str(window))}\n" + sentence.replace(": ", ":\n").replace("; ", ";\n")


def _said(known: pd.DataFrame, changes: pd.DataFrame) -> str:
    """What the newest labelled window says, and what a detector noticed last."""
    last = str(known["sentence"].iloc[-1])
    said = f"Newest window with labels: {last}"
    if len(changes):
        found = changes.iloc[-1]
        went = f"from {words.number(found['before'])} to {words.number(found['after'])}"
        said += f" In the stream of labelled rows the mean loss went {went} on {words.day(found['time'])}, noticed on {words.day(found['noticed'])}."
    return page.plain(said)
