"""What is on the table when somebody decides about a version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lifecycle.errors import LifecycleError
from lifecycle.plain import plain
from lifecycle.records import Gate, ModelVersion
from lifecycle.release import approval
from lifecycle.stores import versions
from lifecycle.verbs.comparing import compare
from lifecycle.verbs.context import Context

__all__ = ["figures", "gates"]


def gates(found: ModelVersion) -> tuple[Gate, ...]:
    """What a version had to meet before it may be approved, with what was found; empty where nothing was asked."""
    return tuple(Gate(g["name"], bool(g["passed"]), g["reason"]) for g in found.manifest.get("gates", ()))


def figures(context: Context, found: ModelVersion) -> Mapping[str, Any]:
    """The comparison's metrics and verdict, the gates, the version's own metrics."""
    asked = gates(found)
    on_table: dict[str, Any] = {"gates": asked, "failed_gates": approval.failing(asked), "own": found.metrics}
    try:
        current = versions.champion(context.database, context.name)
        made = compare(context, current.version if current else None, found.version)
        on_table |= {"against": made.old, "rows": made.rows, "metrics": made.metrics, "verdict": made.verdict}
    except LifecycleError as error:
        on_table |= {"against": None, "rows": 0, "metrics": [], "verdict": str(error)}
    return dict(plain(on_table))
