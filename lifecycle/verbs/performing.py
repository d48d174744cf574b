"""Performance with all, few or no labels, and the health that follows from it."""
from __future__ import annotations
from collections.abc import Sequence
from lifecycle.records import Health, PerformanceReport
from lifecycle.verbs.context import Context

def catch_up(context: Context) -> int:
    """Summarise predictions and labels that landed since the last time; returns the rows taken in."""
    raise NotImplementedError
def performance(context: Context, metrics: Sequence[str] | None = None) -> PerformanceReport:
    raise NotImplementedError
def health(context: Context) -> Health:
    raise NotImplementedError
