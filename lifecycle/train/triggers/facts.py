"""What triggers are shown and what they answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from lifecycle.registry import Registry

__all__ = ["Facts", "Option", "Verdict", "triggers"]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a trigger may know of a project at one moment.

    Attributes
    ----------
    now : the project's time. started : when the project began.
    trained : when the champion was trained, None where its model lives elsewhere.
    since : what happened before counts no more: the newest of the last training and this trigger's last firing.
    fired : this trigger's firings, the oldest first.
    labels, rows : labels that count, and predictions, that are new since the last training.
    drift : a row a window: window, end, alarm, columns. performance : the headline metric, a row a window: window, end, labels, metric,
        level (what it was on the reference), realized, estimated and assisted with _lower and _upper.
    better : whether "higher" or "lower" is better in that metric.
    losses : (n,) of labelled predictions in the order they were made, in [0, 1], none of them picked for being uncertain.
    loss_times : (n,) datetime64, when they were made.
    detectors : by name, what finds changes in losses: each has at (the first row that is different), before and after (mean losses).
    calls : from outside since `since`, the oldest first: by, reason, figures.
    """

    now: datetime
    started: datetime
    trained: datetime | None = None
    since: datetime | None = None
    fired: tuple[datetime, ...] = ()
    labels: int = 0
    rows: int = 0
    drift: pd.DataFrame = field(default_factory=pd.DataFrame)
    performance: pd.DataFrame = field(default_factory=pd.DataFrame)
    better: str = "higher"
    losses: np.ndarray[Any, Any] = field(default_factory=lambda: np.empty(0))

    detectors: Mapping[str, Callable[[np.ndarray[Any, Any]], Sequence[Any]]] = field(default_factory=dict)
    calls: tuple[Mapping[str, Any], ...] = ()

    def fresh(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The windows that ended after `since`."""
        if frame.empty or self.since is None:
            return frame
        return frame[frame["end"] > pd.Timestamp(self.since)]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a trigger wants a retraining, why or why not, when it is due next where that is known, and the figures."""

    fires: bool
    reason: str
    next_due: datetime | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Option:
    """A trigger's option: its default, whether a value is right, and what is allowed in words."""

    default: Any
    right: Callable[[Any], bool]
    allowed: str


triggers: Registry[Callable[..., Verdict]] = Registry("trigger")
