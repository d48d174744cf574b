"""What the monitor finds of columns together and of changed concepts. Frozen records, like all nouns; import them from `records`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

__all__ = ["Change", "ConceptReport", "MultivariateResult"]


@dataclass(frozen=True, slots=True)
class MultivariateResult:
    """Rows against rows: a statistic with its 95 % interval, p-value and effect size, the `threshold` from which on the statistic is drift, and
    `columns`: the shares of what gives it away by column, the largest first (empty where the method cannot say, or nothing moved)."""

    statistic: float
    lower: float
    upper: float
    p_value: float
    effect: float
    threshold: float
    columns: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """Where a stream of losses changed: `at` the first row that is different, `found` the row at which it was noticed (both count from 0),
    and the mean loss `before` and `after`."""

    at: int
    found: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class ConceptReport:
    """The change of performance against the reference, in two: what the inputs explain, and what a changed concept does.

    frame: window, start, end, rows, labels, metric, level (on the reference), value, line (realized, assisted, estimated), then change, inputs
    and concept, each with _lower and _upper, changed (the concept, beyond chance), sentence. Without labels the concept is NaN.
    changes: detector, time, window, id, before, after (mean losses), noticed (time); a row a change in the stream of labelled rows.
    """

    frame: pd.DataFrame
    changes: pd.DataFrame
