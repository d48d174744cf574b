"""What is found of columns together, of changed concepts, and of trials. Frozen records, like all nouns; import them from `records`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

__all__ = ["Change", "ConceptReport", "Guardrail", "MultivariateResult", "TrialPlan"]


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


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A limit that a candidate on trial must keep. `state`: ok, waiting (too little is known), violated or off. `value`: as seen; `bound`: what
    it is at least, at every look together with a chance of error of 1 %; it is violated when the bound is beyond the `limit`."""

    name: str
    state: str
    value: float | None
    bound: float | None
    limit: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class TrialPlan:
    """How long trials are expected to take to show a `gain`. frame: mode, share, requests, requests_90 (nine of ten trials need no more),
    days, days_90, sentence. `assumed`: what was not known of the project and taken for granted."""

    gain: float
    requests_a_day: float
    discordance: float
    labelled_share: float
    sentence: str
    frame: pd.DataFrame
    assumed: tuple[str, ...] = ()
