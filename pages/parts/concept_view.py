"""Did the inputs change, or what they mean: the change of performance split in two, over time."""

from __future__ import annotations

import lifecycle

__all__ = ["show"]


def show(project: lifecycle.Project) -> None:
    """The split of the newest labelled windows; nothing where no window has labels."""
    frame = project.performance().frame
    if frame.empty or not frame["labels"].sum():
        return
