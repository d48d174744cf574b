"""What a report tells, gathered by whoever composes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from lifecycle.records import DriftColumn, Health

__all__ = ["ReportFacts", "day", "said"]


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """One project over a stretch of time.

    windows : window, start, end, rows, in order. drift : as `condense_drift` gives it. alarms : window, alarm, columns.
    worst : columns beside their reference, with what is said of each. performance, quality : as the project's reports are.
    history : time, by, verb, subject, details, the newest first. columns : how many there are.
    notes : what to know of drift's alarms, in sentences. unjudged : windows too small to judge.
    """

    name: str
    description: str
    made: datetime
    health: Health
    windows: pd.DataFrame
    drift: pd.DataFrame
    alarms: pd.DataFrame
    worst: Sequence[tuple[DriftColumn, str]]
    performance: pd.DataFrame
    quality: pd.DataFrame
    history: pd.DataFrame
    columns: int
    headline: str
    notes: Sequence[str] = ()
    unjudged: int = 0


def day(when: Any) -> str:
    """A date as people say it.

    >>> day(pd.Timestamp("2026-11-03"))
    '3 Nov 2026'
    """
    return "–" if pd.isna(when) else f"{when.day} {when:%b %Y}"


def said(windows: pd.DataFrame) -> dict[str, str]:
    """Each window in words: its name, and where that is no date, when it began.

    >>> said(pd.DataFrame({"window": ["7"], "start": [pd.Timestamp("2026-11-03")]}))
    {'7': 'window 7 (3 Nov 2026)'}
    """
    names = windows["window"].astype(str)
    return {
        name: f"window {name} ({day(start)})" if name.isdigit() else f"{name} (from {day(start)})" if len(name) > 10 else day(start)
        for name, start in zip(names, windows["start"], strict=True)
    }
