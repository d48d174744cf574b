"""Retrain when the model is old."""

from __future__ import annotations

import pandas as pd

from lifecycle.train.triggers.facts import Facts, Verdict, triggers
from lifecycle.train.triggers.options import span

__all__ = ["age"]


@triggers.register("age", options={"max": span("90D")})
def age(facts: Facts, max: str) -> Verdict:
    """The champion was trained longer ago than `max`; where its model lives elsewhere, the project's start counts.

    >>> from datetime import UTC, datetime
    >>> age(Facts(datetime(2026, 5, 2, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)), "90D").fires
    True
    """
    born = facts.trained or facts.started
    limit = born + pd.Timedelta(max).to_pytimedelta()
    days = (facts.now - born).total_seconds() / 86_400
    return Verdict(facts.now >= limit, f"The model is {days:.0f} days old; the limit is {max}.", limit, {"days": round(days, 3), "max": max})
