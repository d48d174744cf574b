"""Cards: a figure with its interval and its course, and the link to where it is explained."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.parts import tree

__all__ = ["card"]


def card(label: str, value: str, note: str, course: Sequence[float] | None, url: str, onward: str, kind: str = "line") -> None:
    """One card. `note` stands below the value (its interval, its window); `course` is drawn small when it has two points or more."""
    with st.container(border=True, height="stretch", key=f"card-{label.replace(' ', '-')}"):
        shown = [float(point) for point in course] if course is not None else []
        st.metric(
            label,
            value,
            delta=note or None,
            delta_color="off",
            delta_arrow="off",
            chart_data=shown if len(shown) > 1 else None,
            chart_type=kind,  # type: ignore[arg-type]
            height="stretch",
        )
        tree.link(url, f"{onward} →")
