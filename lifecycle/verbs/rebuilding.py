"""What is derived can be dropped and derived again from the facts."""

from __future__ import annotations

from lifecycle.verbs import drifting, labeling, performing
from lifecycle.verbs.context import Context

__all__ = ["rebuild"]


def rebuild(context: Context) -> None:
    """Let every stage that keeps something derived forget it and catch up from the first row."""
    for stage in (drifting, performing, labeling):
        forget = getattr(stage, "forget", None)
        if forget is not None:
            forget(context)
        stage.catch_up(context)
