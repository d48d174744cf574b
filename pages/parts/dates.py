"""Dates as an axis and a sentence have them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from pages.parts import words

__all__ = ["between", "ticks"]


def ticks(starts: Sequence[Any]) -> list[str]:
    """Dates short enough for an axis; the years alone where they span many."""
    if not starts or any(pd.isna(start) for start in starts):
        return []
    days = (starts[-1] - starts[0]).total_seconds() / 86400
    if days < 3 and len(starts) > 1:
        return [f"{start.day} {start:%b %H:%M}" for start in starts]
    if days < 300:
        return [f"{start.day} {start:%b}" for start in starts]
    years = [f"{start:%Y}" for start in starts]
    return years if len(set(years)) == len(years) else [f"{start:%b %Y}" for start in starts]


def between(name: str, start: Any, end: Any) -> str:
    """The dates between which a window lies."""
    if pd.isna(start) or pd.isna(end):
        return f"window {name}"
    last = end - pd.Timedelta(seconds=1) if end == end.normalize() and end > start else end
    if (last - start).total_seconds() < 86400 and start.date() == last.date():
        return (
            words.day(start)
            if start == start.normalize() and end - start >= pd.Timedelta(days=1)
            else f"{words.day(start)}, {start:%H:%M}–{end:%H:%M}"
        )
    same = start.year == last.year
    first = (f"{start.day}" if same and start.month == last.month else f"{start.day} {start:%b}") if same else f"{start.day} {start:%b %Y}"
    return f"{first}–{words.day(last)}"
