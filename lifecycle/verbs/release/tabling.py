"""What is on the table when somebody decides about a version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from lifecycle.errors import LifecycleError
from lifecycle.plain import plain
from lifecycle.records import Gate, ModelVersion
from lifecycle.release import approval
from lifecycle.stores import versions
from lifecycle.train.gates import limits
from lifecycle.verbs.context import Context
from lifecycle.verbs.release.comparing import compare
from lifecycle.verbs.train.registering import environment_of

__all__ = ["figures", "gates", "race_table", "training_gates"]


def gates(found: ModelVersion) -> tuple[Gate, ...]:
    """What a version had to meet before it may be approved, with what was found; empty where nothing was asked."""
    return tuple(Gate(g["name"], bool(g["passed"]), g["reason"]) for g in found.manifest.get("gates", ()))


def training_gates(context: Context) -> pd.DataFrame:
    """limit, value (what counts), usual, meaning."""
    old = {name.removeprefix("gate:"): value for name, value in context.settings.thresholds.items() if name.startswith("gate:")}
    rows = [[name, *told] for name, told in limits({**old, **context.settings.gates}).items()]
    return pd.DataFrame(rows, columns=["limit", "value", "usual", "meaning"])


def race_table(context: Context, number: int) -> pd.DataFrame:
    """name, estimator, loss, error, difference, difference_error, won, failed, p_value (of no difference to the best), test (its name); no rows
    where one recipe was trained without a race.

    Raises
    ------
    UnknownName : there is no such version.
    """
    columns = ["name", "estimator", "loss", "error", "difference", "difference_error", "won", "failed", "p_value", "test"]
    found = versions.get(context.database, context.name, number).manifest.get("race") or []
    numbers = dict.fromkeys([*columns[2:6], "p_value"], float)
    return pd.DataFrame([[row.get(name) for name in columns] for row in found], columns=columns).astype(numbers)


def figures(context: Context, found: ModelVersion) -> Mapping[str, Any]:
    """The comparison's metrics and verdict, the gates, the version's own metrics."""
    asked = gates(found)
    failed = approval.failing(asked)
    on_table: dict[str, Any] = {"gates": asked, "failed_gates": failed, "override": bool(failed), "own": found.metrics}
    on_table["environment"] = environment_of(found)
    try:
        current = versions.champion(context.database, context.name)
        made = compare(context, current.version if current else None, found.version)
        on_table |= {"against": made.old, "rows": made.rows, "metrics": made.metrics, "verdict": made.verdict}
    except LifecycleError as error:
        on_table |= {"against": None, "rows": 0, "metrics": [], "verdict": str(error)}
    return dict(plain(on_table))
