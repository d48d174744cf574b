"""Why did it change: the columns that carry the change, the largest first, each a link to itself on the Drift page."""

from __future__ import annotations

import lifecycle
from pages.parts import page, tree

__all__ = ["show"]


def show(project: lifecycle.Project, window: str | None = None) -> None:
    """The columns that drifted in a window (default: the newest)."""
    frame = project.drift().frame
    if frame.empty:
        return
    name = window or str(frame["window"].iloc[-1])
    moved = frame[(frame["window"].astype(str) == name) & frame["drifted"].astype(bool)].sort_values("effect", ascending=False)
    if len(moved):
        page.section("Why did it change?")
        for column in moved["column"].head(5):
            tree.link("drift", str(column), column=column, window=name)
