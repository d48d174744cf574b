"""By what a project's windows are judged: its settings as the alarms understand them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.monitor.alarming.budget import rate_of
from lifecycle.monitor.alarming.persistence import read_persistence
from lifecycle.monitor.alarms import column_level, default_test
from lifecycle.monitor.drift import drift_test, drift_tests
from lifecycle.monitor.drift.registration import DriftTest
from lifecycle.monitor.summaries import Bins
from lifecycle.monitor.windows import parse
from lifecycle.records import Schema, Settings

__all__ = ["Policy", "policy", "require_alarms"]

KINDS = ("numeric", "categorical")
MEASURED, IGNORED = "measured", "ignored"


@dataclass(frozen=True, slots=True)
class Policy:
    """`rate`: false alarms a window; `least`: the effect that matters; `tests`, `by_hand`: by column or kind; `k` of `m` windows;
    `inflation`: rows that count as one, None where it is measured on the reference; `rows`: of a window, where they are fixed."""

    rate: float
    least: float | None
    tests: Mapping[str, str]
    by_hand: Mapping[str, float]
    k: int
    m: int
    inflation: float | None
    rows: int = 0

    def level(self, columns: int, closed: bool) -> float:
        """The p-value that each of so many columns is held to in each window."""
        return column_level(self.rate * self.k / self.m, columns, closed)

    def test(self, name: str, bins: Bins, reference: np.ndarray[Any, Any]) -> DriftTest:
        """The test that judges a column: its own, that of its kind, or the default."""
        chosen = self.tests.get(name, self.tests.get(bins.kind))
        return drift_test(chosen if chosen is not None else default_test(bins.kind, reference, self.rows))

    def threshold(self, name: str, kind: str) -> float | None:
        """The effect that someone chose as the column's threshold, or that of its kind; None where nobody did."""
        return self.by_hand.get(name, self.by_hand.get(kind))

    def least_of(self, test: DriftTest) -> float:
        """The effect that matters."""
        return test.least if self.least is None else self.least

    def rows_as_one(self, measured: Mapping[str, float], name: str) -> float:
        """How many rows of a column count as one; `measured` on the reference."""
        return measured.get(name, 1.0) if self.inflation is None else self.inflation


def policy(settings: Settings, window: str) -> Policy:
    """What the settings say of alarms, for windows such as these."""
    rate = settings.false_alarm_rate if settings.false_alarm_budget is None else rate_of(settings.false_alarm_budget, window)
    by_hand = {name.removeprefix("drift:"): float(value) for name, value in settings.thresholds.items() if name.startswith("drift:")}
    k, m = read_persistence(settings.drift_alarm)
    given = settings.autocorrelation
    inflation = None if given == MEASURED else 1.0 if given == IGNORED else float(given)
    return Policy(rate, settings.minimum_effect, dict(settings.drift_tests), by_hand, k, m, inflation, parse(window).rows)


def require_alarms(settings: Settings, schema: Schema, window: str, derived: Iterable[str] = ()) -> None:
    """Refuse alarm settings that cannot be met, with a sentence that says what can.

    Parameters
    ----------
    derived : monitored columns that are made of others (of an image, of a text), as far as they are known.
    """
    policy(settings, window)
    kinds: dict[str, str] = {column.name: column.kind for column in schema.features if column.kind in KINDS}
    kinds |= {"prediction": "numeric" if schema.task == "regression" else "categorical", "confidence": "numeric"}
    made = [column.name for column in schema.features if column.kind not in KINDS] or schema.modality == "image"
    for name, test in settings.drift_tests.items():
        kind = name if name in KINDS else kinds.get(name, "numeric" if made or name in derived else "")
        if not kind:
            raise UnknownName.among("column", name, [*KINDS, *kinds])
        if kind not in drift_test(test).kinds:
            suited = ", ".join(other for other in drift_tests() if kind in drift_test(other).kinds)
            raise InvalidValue(f"The setting drift_tests judges {name!r} by {test}, which does not take {kind} columns; allowed: {suited}.")
