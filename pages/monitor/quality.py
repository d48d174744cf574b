"""Is the data that arrives what the model was promised?"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import choices, page, picture, session, words
from pages.parts.monitor import downloads, quality_charts, quality_rules, span, window_lists
from pages.parts.windows import Windows

RANGES = {"50": "Last 50 windows", "all": "All"}


def finding(frame: pd.DataFrame, windows: Windows) -> str:
    """What fails in the newest window, in one sentence."""
    failed = frame[frame["failed"].astype(bool)]
    newest = failed[failed["window"].astype(str) == windows.names[-1]]
    if len(newest):
        named = [
            f"{column or 'all rows'} ({quality_charts.words_of(check)})" for column, check in zip(newest["column"], newest["check"], strict=True)
        ]
        return f"{words.plural(len(newest), 'check')} {'fails' if len(newest) == 1 else 'fail'} in the newest window: {words.listing(named)}."
    if len(failed):
        last = [name for name in windows.names if name in set(failed["window"].astype(str))][-1]
        return f"Every check passes in the newest window; the last failures were in {windows.words(last)}."
    return f"Every check has passed in all {words.plural(len(windows), 'window')}."


def bounds(project: lifecycle.Project, frame: pd.DataFrame) -> Windows:
    """The windows that were checked."""
    found = project.windows()
    return Windows(found[found["window"].isin(frame["window"].unique())])


@st.fragment
def body(project: lifecycle.Project) -> None:
    """All below the finding; another choice runs this alone."""
    with page.refusals():
        parts(project)


def parts(project: lifecycle.Project) -> None:
    """The map of failures, the checks, and their rules."""
    frame = project.quality()
    every = bounds(project, frame)
    failed = frame[frame["failed"].astype(bool)]
    page.section(
        "What was wrong, and when?",
        "A cell is one column in one window; the darker, the more checks failed. What is expected was learned from the reference or set by hand.",
    )
    last = choices.switch("Range", tuple(RANGES), "range", "50", RANGES.__getitem__) if len(every) > 50 else "all"
    windows = every if last == "all" else Windows(every.frame, last=int(last))
    chosen = span.chosen(every, every.names[-1])
    if len(windows.keep(failed)):
        plot, newest = quality_charts.heatmap(failed, windows, (chosen.first, chosen.last), session.dark())
        picture.show(plot, "quality-map", "Failed checks by column and window", lambda told: choices.put(window=newest[int(told["pick"])]))
    else:
        st.caption("Nothing failed in these windows. Missing, out-of-range, unseen and duplicated values would be marked here.")
    places = st.columns([3, 3, 2, 2], vertical_alignment="bottom")
    window_lists.picker(every, chosen, places[:2])
    downloads.downloads(project, "quality", frame, places[3])
    checks(frame, every, chosen)
    quality_rules.editor(project, frame, every)


def checks(frame: pd.DataFrame, every: Windows, chosen: span.Span) -> None:
    """The checks of the chosen windows, of several windows each check in its worst one."""
    names = every.names[every.at(chosen.first) : every.at(chosen.last) + 1]
    here = frame[frame["window"].isin(names)].sort_values(["failed", "value"], ascending=False, kind="stable").drop_duplicates(["column", "check"])
    page.section(
        f"Which checks ran in {every.span(chosen.first, chosen.last)}?",
        "Choose a row to see the check over time, and to change what is expected." + ("" if chosen.single else " Each check as in its worst window."),
    )
    config = quality_charts.COLUMNS
    height = min(420, 40 + 36 * len(here))
    selecting: Any = {"on_select": lambda: _opened(here), "selection_mode": "single-row"}
    st.dataframe(quality_charts.table(here), hide_index=True, key="quality-table", column_config=config, height=height, **selecting)


def _opened(here: pd.DataFrame) -> None:
    rows = st.session_state["quality-table"]["selection"]["rows"]
    if rows:
        row = here.iloc[rows[0]]
        choices.put(check=f"{row['column']}:{row['check']}" if row["column"] else row["check"])


project = session.project()
with page.refusals():
    found = project.quality()
    if found.empty:
        page.head("Data quality", "Nothing has been checked yet.")
        page.empty("No window yet.", "Each window is checked against what the reference promised, when its rows land.", "Log predictions", "data")
    else:
        page.head("Data quality", finding(found, bounds(project, found)))
        body(project)
