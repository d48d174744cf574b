"""Retrain after so many new predictions."""

from __future__ import annotations

from lifecycle.train.triggers.facts import Facts, Verdict, triggers
from lifecycle.train.triggers.options import whole

__all__ = ["volume"]


@triggers.register("volume", options={"n": whole(10_000)})
def volume(facts: Facts, n: int) -> Verdict:
    """`n` predictions are new since the last training.

    >>> from datetime import UTC, datetime
    >>> volume(Facts(datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), rows=10), 100).fires
    False
    """
    return Verdict(facts.rows >= n, f"{facts.rows:,} new predictions; asked for are {n:,}.", figures={"rows": facts.rows, "n": n})
