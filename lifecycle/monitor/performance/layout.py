"""What is measured on each row: one number a channel, so that every metric is a function of channel means."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lifecycle.costs import Costs, cost_matrix
from lifecycle.records import Column, Schema, TaskKind

__all__ = ["BINS_OF_TWO", "Bools", "Floats", "Layout", "Means", "layout_of"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BINS_OF_TWO = 512  # score bins where there are two classes
MANY_CLASSES = 12  # beyond it the joint moments of per-class channels cost more than they tell
REGRESSION = ("absolute", "squared", "error", "relative", "target", "target_squared")


@dataclass(frozen=True)
class Layout:
    """The channels of a task.

    Classification: correct, brier, log_loss, cost where costs are given and, up to 12 classes, tp, actual and predicted for each class (indicators).
    Regression: absolute, squared, error, relative, target, target_squared.
    """

    task: TaskKind
    classes: tuple[str, ...] = ()
    features: tuple[Column, ...] = ()
    costs: tuple[tuple[float, ...], ...] = ()  # by truth and prediction, in class order
    narrow: bool = False  # without the channels of each class, for metrics that do not need them

    @cached_property
    def channels(self) -> tuple[str, ...]:
        """Their names, in order."""
        if self.task == "regression":
            return REGRESSION
        names = ["correct", "brier", "log_loss", *(["cost"] if self.costs else [])]
        if self.per_class:
            names += [f"{kind}:{value}" for kind in ("tp", "actual", "predicted") for value in self.classes]
        return tuple(names)

    @property
    def per_class(self) -> bool:
        """Are there channels for each class."""
        return self.task == "classification" and len(self.classes) <= MANY_CLASSES and not self.narrow

    @property
    def scored(self) -> tuple[int, ...]:
        """The classes whose scores are binned: the second of two, each of several."""
        if self.task == "regression":
            return ()
        return (1,) if len(self.classes) == 2 else tuple(range(len(self.classes)))

    @cached_property
    def bins(self) -> int:
        """Score bins a class: 512 for two classes, fewer for many."""
        return BINS_OF_TWO if len(self.scored) == 1 else int(np.clip(4096 // max(1, len(self.scored)), 32, BINS_OF_TWO))

    @cached_property
    def proportions(self) -> NDArray[np.bool_]:
        """(C,) which channels are 0 or 1."""
        return np.array([name == "correct" or ":" in name for name in self.channels])

    def at(self, name: str) -> int:
        """The place of a channel."""
        return self.channels.index(name)

    def block(self, kind: str) -> slice:
        """The places of tp, actual or predicted for all classes."""
        start = 3 + bool(self.costs) + ("tp", "actual", "predicted").index(kind) * len(self.classes)
        return slice(start, start + len(self.classes))


@dataclass(frozen=True)
class Means:
    """Channel means by name; `vector` is (..., C), so that many windows are judged at once."""

    layout: Layout
    vector: Floats

    def __getitem__(self, name: str) -> Floats:
        if name in ("tp", "actual", "predicted"):
            return self.vector[..., self.layout.block(name)]
        return self.vector[..., self.layout.at(name)]


def layout_of(schema: Schema, costs: Costs | None = None) -> Layout:
    """The channels of a project, with what its answers cost.

    >>> layout_of(Schema((), "y", None, "regression", "tabular")).channels[0]
    'absolute'
    """
    usable = tuple(column for column in schema.features if column.kind in ("numeric", "categorical"))
    matrix = tuple(map(tuple, cost_matrix(costs, schema.classes).tolist())) if costs and schema.classes else ()
    return Layout(schema.task, tuple(str(value) for value in schema.classes), usable, matrix)
