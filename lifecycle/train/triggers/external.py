"""Retrain when somebody outside calls for it: a pipeline, a web hook, another system."""

from __future__ import annotations

from lifecycle.train.triggers.facts import Facts, Option, Verdict, triggers
from lifecycle.train.triggers.options import whole

__all__ = ["external"]

SOURCE = Option(
    None, lambda value: value is None or (isinstance(value, str) and value != ""), "who calls, such as 'token nightly', or None for anybody"
)


@triggers.register("external", options={"n": whole(1), "source": SOURCE})
def external(facts: Facts, n: int = 1, source: str | None = None) -> Verdict:
    """`n` calls have come since the last training. `source`: calls of this one alone.

    >>> from datetime import UTC, datetime
    >>> now = datetime(2026, 1, 2, tzinfo=UTC)
    >>> external(Facts(now, now, calls=({"by": "token etl", "reason": "the catalogue is new", "figures": {}},))).reason
    "Called for by token etl: 'the catalogue is new'."
    """
    calls = [call for call in facts.calls if source is None or call["by"] == source]
    if len(calls) < n or not calls:
        return Verdict(
            False, f"{len(calls):,} calls from outside since the last training; asked for are {n:,}.", figures={"calls": len(calls), "n": n}
        )
    last = calls[-1]
    more = f" ({len(calls):,} calls)" if len(calls) > 1 else ""
    figures = {"calls": len(calls), "n": n, "by": last["by"], "given": last["figures"]}
    return Verdict(True, f"Called for by {last['by']}: {last['reason']!r}{more}.", figures=figures)
