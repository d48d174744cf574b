"""Why did it change: each column's part in the change of the metric, the largest first, each a link to the column on the Drift page."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import charts, page, picture, session, tree, words
from pages.parts.drawn import Plot
from pages.parts.scales import nice
from pages.parts.windows import Windows

__all__ = ["bars", "show"]

MOST = 8
SIDE = {"column": "current", "together": "muted", "concept": "estimated"}


def show(project: lifecycle.Project, every: Windows, window: str | None = None) -> None:
    """The parts of the change in a window (default: the newest that alarms, else the newest), as bars with their intervals."""
    with page.refusals():
        found = project.root_cause(window)
        if found.empty:
            return
        shown = pd.concat([found[found["kind"] == "column"].head(MOST), found[found["kind"] != "column"]])
        metric, name = words.metric(str(found["metric"].iloc[0])), str(found["window"].iloc[0])
        page.section("Why did it change?", _said(found, metric, every.words(name)))
        picture.show(bars(shown, metric, session.dark()), "causes", f"What each column did to {metric}, with intervals, the most harmful on top")
        telling = shown[(shown["kind"] == "column") & ((shown["lower"] > 0) | (shown["upper"] < 0))].head(4)
        with st.container(horizontal=True):
            for column in telling["column"]:
                tree.link("drift", f"{column} →", column=column, window=name)


def bars(frame: pd.DataFrame, metric: str, dark: bool = False) -> Plot:
    """A bar with its interval a part. frame: column, kind, contribution, lower, upper, share, sentence."""
    ends = frame[["contribution", "lower", "upper"]].astype(float)
    places, texts = nice(min(0.0, float(ends.min().min())), max(0.0, float(ends.max().max())), 6)
    names = frame["column"].astype(str).tolist()
    left = 14 + min(150, 7 * max(len(name) for name in names))
    plot = Plot(58 + 26 * max(2, len(frame)), (places[0], places[-1]), (max(2, len(frame)) - 0.5, -0.5), f"change of {metric}", left=left, right=64)
    plot.ticks(places, texts)
    plot.scale(range(len(names)), names, grid=False)
    plot.line((0.0, 0.0), plot.y, charts.ROLES["muted"], width=1)
    for y, (kind, value, share, said) in enumerate(frame[["kind", "contribution", "share", "sentence"]].itertuples(index=False)):
        tint = charts.faint(charts.color(SIDE[kind], dark), 0.75)
        plot.cell((min(0.0, value), max(0.0, value), y - 0.3, y + 0.3), tint)
        if ends["lower"].notna().iloc[y]:
            plot.line((ends["lower"].iloc[y], ends["upper"].iloc[y]), (y, y), charts.ROLES["muted"], width=1)
        plot.cell((*plot.x, y - 0.5, y + 0.5), "rgba(0,0,0,0)", "spot", str(said))
        if not pd.isna(share):
            plot.note(plot.x[1], y, words.percent(share), kind="right")
    return plot


def _said(found: pd.DataFrame, metric: str, window: str) -> str:
    """The first part in words, and how to read the bars."""
    if found["share"].isna().all():
        return page.plain(f"In {window}: {metric} has not changed beyond chance; what each column's move would do to it.")
    worst = found.sort_values("share", ascending=False).iloc[0]
    return page.plain(f"In {window}. {worst['sentence']} Right: shares of the change; they add up to all of it.")
