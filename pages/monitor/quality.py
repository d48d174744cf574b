"""Is the data that arrives what the model was promised?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import charts, choices, page, quality_charts, session, words
from pages.parts.windows import Windows


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


def show(project: lifecycle.Project, frame: pd.DataFrame) -> None:
    """The page, once there is something to show."""
    windows = Windows(frame)
    page.head("Data quality", finding(frame, windows))
    failed = frame[frame["failed"].astype(bool)]
    page.section(
        "What was wrong, and when?",
        "A cell is one column in one window; the darker, the more checks failed. What is expected was learned from the reference.",
    )
    recent = Windows(frame, last=50)
    if len(failed):
        charts.draw(
            quality_charts.heatmap(frame, recent, session.dark()), key="quality-map", alt="Failed checks by column and window", select=_clicked
        )
    else:
        st.caption("Nothing failed. Missing, out-of-range, unseen and duplicated values would be marked here.")
    window = choices.pick("Window", windows.names[::-1], "window", windows.names[-1], windows.words)
    page.section(f"Which checks ran in {windows.words(window)}?")
    here = frame[frame["window"].astype(str) == window].sort_values("failed", ascending=False, kind="stable")
    st.dataframe(quality_charts.table(here), hide_index=True, key="quality-table", column_config=quality_charts.COLUMNS)
    st.download_button(
        "Export CSV",
        lambda: frame.to_csv(index=False).encode(),
        f"{project.name}-quality.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _clicked() -> None:
    points = st.session_state["quality-map"]["selection"]["points"]
    if points:
        choices.put(window=points[0]["customdata"][1])


project = session.project()
with page.refusals():
    found = project.quality()
    if found.empty:
        page.head("Data quality", "Nothing has been checked yet.")
        page.empty("No window yet.", "Each window is checked against what the reference promised, when its rows land.", "Log predictions", "data")
    else:
        bounds = project.windows()
        show(project, found.merge(bounds, on="window", how="left"))
