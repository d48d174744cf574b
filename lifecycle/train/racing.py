"""Which of several recipes to train: the simplest that is not shown to be worse than the best, by losses on rows it was not fitted on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lifecycle.errors import InvalidValue

__all__ = ["Entry", "judged"]

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """A recipe in a race. `loss`: the share wrong or the mean absolute error of its cross-fitted answers, with its standard error;
    `difference` to the best on the same rows, with the standard error of that difference. `failed`: why it could not be fitted, else ""."""

    name: str
    loss: float
    error: float
    difference: float
    difference_error: float
    won: bool
    failed: str = ""


def judged(losses: Mapping[str, Array]) -> list[Entry]:
    """The entries of a race, in the order given, which is that of simplicity: the simplest comes first.

    `losses`: by recipe, (rows,) its loss on each row, NaN where nobody answered that row; all on the same rows. The best has the
    lowest mean. The winner is the first whose mean difference to the best is at most one standard error of that difference
    (the rule of one standard error of Breiman et al., 1984, with the rows paired).

    >>> wrong = {"linear": np.array([1.0, 0, 0, 1]), "forest": np.array([1.0, 0, 0, 0])}
    >>> [(entry.name, entry.loss, entry.won) for entry in judged(wrong)]
    [('linear', 0.5, True), ('forest', 0.25, False)]

    Raises
    ------
    InvalidValue : no row was answered by all of them.
    """
    together = np.all([np.isfinite(values) for values in losses.values()], axis=0)
    if not together.any():
        raise InvalidValue("The recipes cannot be compared: there is no row that all of them answered; label more rows.")
    kept = {name: values[together] for name, values in losses.items()}
    best = min(kept, key=lambda name: (float(kept[name].mean()), list(kept).index(name)))
    gaps = {name: _mean(values - kept[best]) for name, values in kept.items()}
    winner = next(name for name, (gap, error) in gaps.items() if gap <= error)
    return [Entry(name, *_mean(values), *gaps[name], won=name == winner) for name, values in kept.items()]


def _mean(values: Array) -> tuple[float, float]:
    """The mean and its standard error."""
    error = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0
    return float(values.mean()), error
