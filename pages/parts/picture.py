"""Puts a `drawn.Plot` on the page: it says what is pointed at, and a click or a drag calls back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from pages.parts import charts
from pages.parts.drawn import Plot

__all__ = ["show"]


def show(plot: Plot, key: str, alt: str, picked: Callable[[Mapping[str, Any]], None] | None = None) -> None:
    """Show a chart. `picked` is called with {"pick": what was clicked}, or after a drag with the first and last of the plot's parts."""

    def receive() -> None:
        found = _told(plot, st.session_state[key].get("selection", {}))
        if picked and found:
            picked(found)

    charts.draw(plot.figure(), key, alt, receive if picked else None, "box" if plot.drag else "points")


def _told(plot: Plot, selection: Mapping[str, Any]) -> dict[str, Any]:
    """What a selection says; empty where nothing that can be chosen was hit."""
    if plot.drag:
        boxes = selection.get("box") or []
        if not boxes:
            return {}
        first, last = (_part(plot, at) for at in (min(boxes[0]["x"]), max(boxes[0]["x"])))
        return {"first": first, "last": last}
    picks = [point["customdata"] for point in selection.get("points", ()) if point.get("customdata") is not None]
    pick = picks[0] if picks else None
    pick = pick[0] if isinstance(pick, list) else pick
    return {} if pick is None else {"pick": pick}


def _part(plot: Plot, at: float) -> int:
    """Which of the plot's equal parts a place lies in."""
    share = (at - plot.x[0]) / (plot.x[1] - plot.x[0])
    return min(plot.drag - 1, max(0, int(share * plot.drag)))
