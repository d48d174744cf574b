"""Every column of some windows against what they are compared with: the table beside the map, and one more way to a column."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import choices, page, words
from pages.parts.monitor import drift_words, span
from pages.parts.windows import Windows

__all__ = ["compared", "table"]

CAP = 3.0
FEW = 8


@st.cache_data(ttl=3600, max_entries=64, show_spinner="Adding up the windows …")
def _found(_project: lifecycle.Project, home: str, name: str, a: Any, b: Any, state: tuple[Any, ...]) -> pd.DataFrame:
    """The comparison, kept until rows land or settings change (`state`)."""
    return _project.compare_ranges(a, b)


def compared(project: lifecycle.Project, home: str, windows: Windows, chosen: span.Span, before: span.Span | None) -> pd.DataFrame:
    """Every column of the chosen windows against others, or the reference."""
    state = len(windows), int(windows.frame["rows"].sum()), repr(project.settings)
    return _found(project, home, project.name, before.asked if before else None, chosen.asked, state)


def table(found: pd.DataFrame, when: str, other: str, column: str) -> None:
    """The columns by how far they moved; a row that is chosen opens its column."""
    moved = int(found["drifted"].sum())
    page.section(
        f"What differs between {when} and {other}?",
        f"{words.plural(moved, 'column')} of {len(found)} beyond the threshold, which allows for chance in as many rows as there are. "
        "Choose a row to open its column.",
    )
    reach = (found["statistic"] / found["threshold"]).clip(0, CAP)
    shown = pd.DataFrame(
        {
            "column": found["column"],
            "drifted": found["drifted"].map({True: "drifted", False: "–"}).mask(found["threshold"].isna(), "too few rows"),
            "reach": reach,
            "statistic": [words.number(value) for value in found["statistic"]],
            "effect": [words.number(value) for value in found["effect"]],
            "median": [_change(a, b) for a, b in zip(found["median_a"], found["median_b"], strict=True)],
            "missing": [_shares(a, b) for a, b in zip(found["missing_a"], found["missing_b"], strict=True)],
            "test": found["test"].map(drift_words.test),
        }
    )
    st.dataframe(
        shown,
        hide_index=True,
        column_config=COLUMNS,
        on_select=lambda: _opened(found, column),
        selection_mode="single-row",
        height=38 + 35 * min(FEW, len(shown)),
        key="drift-ranges",
    )


COLUMNS: dict[str, Any] = {
    "column": "Column",
    "drifted": "Verdict",
    "reach": st.column_config.ProgressColumn("Of its threshold", min_value=0, max_value=CAP, format="%.2f ×", help="1 × is the threshold."),
    "statistic": "Statistic",
    "effect": "Effect",
    "median": "Median",
    "missing": "Missing",
    "test": "Test",
}


def _change(before: float, now: float) -> str:
    return "" if pd.isna([before, now]).all() else f"{words.number(before)} → {words.number(now)}"


def _shares(before: float, now: float) -> str:
    return f"{words.percent(before)} → {words.percent(now)}" if before or now else ""


def _opened(found: pd.DataFrame, column: str) -> None:
    rows = st.session_state["drift-ranges"]["selection"]["rows"]
    if rows:
        choices.put(column=str(found["column"].iloc[rows[0]]), bin=None)
