"""Performance metrics, one file a metric.

A metric of kind "means" maps channel means to its value, for many windows at once; a metric of kind "ranking" maps
weighted counts by score bin of the rows that are the class and those that are not. What its decorator states:
task, kind, better ("higher", "lower" or "zero"), default (its place among those reported unasked), judged (may it alarm
without a threshold by hand), per_class (needs channels a class), needs_probabilities, needs_costs (the user's own), smooth (a ranking metric whose
influence is its derivative wherever it is).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lifecycle.registry import Registry, import_siblings

__all__ = ["default_metrics", "metric_facts", "metric_names", "metrics"]

metrics: Registry[Callable[..., Any]] = Registry("metric")


def metric_names(task: str) -> tuple[str, ...]:
    """All metrics of a task.

    >>> "accuracy" in metric_names("classification"), "accuracy" in metric_names("regression")
    (True, False)
    """
    return metrics.names(task=task)


def default_metrics(task: str) -> tuple[str, ...]:
    """What is reported unasked, the headline first.

    >>> default_metrics("regression")
    ('mae', 'rmse', 'bias', 'r2', 'mape')
    """
    chosen = [name for name in metrics.names(task=task) if "default" in metrics.facts(name)]
    return tuple(sorted(chosen, key=lambda name: int(metrics.facts(name)["default"])))


def metric_facts(name: str) -> dict[str, Any]:
    """What a metric's decorator states."""
    return metrics.facts(name)


import_siblings(__name__, __path__)
