"""Retrain by the calendar; a time that was missed counts once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
from croniter import croniter

from lifecycle.train.triggers.facts import Facts, Option, Verdict, triggers

__all__ = ["after", "schedule"]


def _is_cron(value: Any) -> bool:
    return value is None or (isinstance(value, str) and croniter.is_valid(value))


def _is_offset(value: Any) -> bool:
    try:
        return value is None or (isinstance(value, str) and pd.tseries.frequencies.to_offset(value).n >= 1)
    except (ValueError, AttributeError):
        return False


CRON = Option(None, _is_cron, "five fields, minute hour day month weekday, such as '0 6 * * 1' (UTC)")
EVERY = Option(None, _is_offset, "a pandas offset such as '7D', 'MS' or 'QS'")


@triggers.register("schedule", options={"cron": CRON, "every": EVERY})
def schedule(facts: Facts, cron: str | None = None, every: str | None = None) -> Verdict:
    """The time after the last firing (at first: after the newest training, or the project's start) has come. Give `cron` or `every`, in UTC.

    >>> now, start = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 2, 10, tzinfo=UTC)
    >>> schedule(Facts(now, start), every="QS").reason
    'Due since 2026-04-01 00:00 UTC (every QS).'
    """
    last = facts.fired[-1] if facts.fired else facts.since or facts.started
    due = after(last, cron, every)
    rule = f"cron {cron}" if cron is not None else f"every {every}"
    if facts.now >= due:
        return Verdict(True, f"Due since {due:%Y-%m-%d %H:%M} UTC ({rule}).", after(facts.now, cron, every), {"due": due.isoformat(), "rule": rule})
    return Verdict(False, f"Due on {due:%Y-%m-%d %H:%M} UTC ({rule}).", due, {"due": due.isoformat(), "rule": rule})


def after(last: datetime, cron: str | None, every: str | None) -> datetime:
    """The first time strictly after `last`. Calendar offsets (MS, QS, W-MON ...) begin at midnight.

    >>> after(datetime(2026, 2, 10, 5, tzinfo=UTC), None, "QS"), after(datetime(2026, 2, 10, 5, tzinfo=UTC), "0 6 * * 1", None)
    (datetime.datetime(2026, 4, 1, 0, 0, tzinfo=datetime.timezone.utc), datetime.datetime(2026, 2, 16, 6, 0, tzinfo=datetime.timezone.utc))
    """
    if cron is not None:
        found: datetime = croniter(cron, last).get_next(datetime)
        return found.astimezone(UTC)
    offset: Any = pd.tseries.frequencies.to_offset(every)
    moment = pd.Timestamp(last)
    fixed = isinstance(offset, pd.offsets.Tick | pd.offsets.Day)
    due: datetime = (moment + offset if fixed else moment.normalize() + offset).to_pydatetime()
    return due.astimezone(UTC)
