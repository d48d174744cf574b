"""Retrain after enough new labels."""

from __future__ import annotations

from lifecycle.train.triggers.facts import Facts, Verdict, triggers
from lifecycle.train.triggers.options import whole

__all__ = ["labels"]


@triggers.register("labels", options={"n": whole(500)})
def labels(facts: Facts, n: int) -> Verdict:
    """`n` labels that count are new since the last training.

    >>> from datetime import UTC, datetime
    >>> labels(Facts(datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), labels=520), 500)
    Verdict(fires=True, reason='520 new labels; asked for are 500.', next_due=None, figures={'labels': 520, 'n': 500})
    """
    return Verdict(facts.labels >= n, f"{facts.labels:,} new labels; asked for are {n:,}.", figures={"labels": facts.labels, "n": n})
