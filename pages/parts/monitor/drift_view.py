"""What the Drift page is looking at: windows, what they are compared with, and a column; in words."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

import lifecycle
from pages.parts import choices
from pages.parts.monitor import span
from pages.parts.windows import Windows

__all__ = ["View", "looking"]

RANGES = {"20": "Last 20 windows", "50": "Last 50", "all": "All"}


@dataclass(frozen=True)
class View:
    """every, shown : all windows, and those on the charts. map : `Project.drift_map` of those shown. columns : the worst first."""

    project: lifecycle.Project
    every: Windows
    shown: Windows
    map: pd.DataFrame
    columns: list[str]
    column: str
    chosen: span.Span
    before: span.Span | None

    @property
    def when(self) -> str:
        """The chosen windows in words."""
        return self.every.span(self.chosen.first, self.chosen.last)

    @property
    def other(self) -> str:
        """What they are compared with, in words."""
        return self.every.span(self.before.first, self.before.last) if self.before else "the reference"


def looking(project: lifecycle.Project, alarms: pd.DataFrame, place: st.delta_generator.DeltaGenerator) -> View:
    """The view that the URL asks for; `place` takes the switch between the newest windows and all."""
    every = Windows(alarms)
    with place:
        last = choices.switch("Range", tuple(RANGES), "range", "20", RANGES.__getitem__) if len(every) > 20 else "all"
    shown = every if last == "all" else Windows(alarms, last=int(last))
    mapped = project.drift_map(shown.names[0], shown.names[-1])
    columns = mapped.drop_duplicates("y").sort_values("y")["column"].astype(str).tolist()
    column = st.query_params.get("column", columns[0])
    column = column if column in columns else columns[0]
    chosen = span.chosen(every, _worst_window(mapped, shown, column))
    return View(project, every, shown, mapped, columns, column, chosen, span.compared(every, chosen))


def _worst_window(mapped: pd.DataFrame, windows: Windows, column: str) -> str:
    """The newest window in which the column drifted, else the newest."""
    rows = mapped[(mapped["column"] == column) & mapped["drifted"].astype(bool)]
    return str(rows["window"].iloc[-1]) if len(rows) else windows.names[-1]
