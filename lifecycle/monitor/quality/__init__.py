"""Data quality, one file a check: learned from the reference, computed from the summaries when rows land."""

from __future__ import annotations

from lifecycle.monitor.quality.registration import ColumnFacts, Findings, WindowFacts, registry
from lifecycle.registry import import_siblings

__all__ = ["ColumnFacts", "Findings", "WindowFacts", "check_column", "check_windows", "quality_checks"]

import_siblings(__name__, list(__path__))


def quality_checks() -> tuple[str, ...]:
    """The names of the checks.

    >>> "missing" in quality_checks()
    True
    """
    return registry.names()


def check_column(facts: ColumnFacts) -> dict[str, Findings]:
    """What every check of a column finds, by name, of those that apply."""
    found = {name: registry[name].check(facts) for name in registry.names(scope="column")}
    return {name: findings for name, findings in found.items() if findings is not None}


def check_windows(facts: WindowFacts) -> dict[str, Findings]:
    """What every check of windows as wholes finds, by name, of those that apply."""
    found = {name: registry[name].check(facts) for name in registry.names(scope="window")}
    return {name: findings for name, findings in found.items() if findings is not None}
