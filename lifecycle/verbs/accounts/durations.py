"""How long a session lives: $LIFECYCLE_SESSION_IDLE_HOURS since its last use (12), $LIFECYCLE_SESSION_HOURS in all (168)."""

from __future__ import annotations

import os
from datetime import timedelta

from lifecycle.errors import InvalidValue

__all__ = ["idle", "longest"]


def idle() -> timedelta:
    """How long a session may lie unused."""
    return _hours("LIFECYCLE_SESSION_IDLE_HOURS", 12.0)


def longest() -> timedelta:
    """How long a session lives in all, however much it is used."""
    return _hours("LIFECYCLE_SESSION_HOURS", 168.0)


def _hours(name: str, usual: float) -> timedelta:
    text = os.environ.get(name, "").strip()
    if not text:
        return timedelta(hours=usual)
    try:
        hours = float(text)
    except ValueError:
        hours = 0.0
    if not 0 < hours <= 24 * 365:
        raise InvalidValue(f"{name} is {text!r}; it must be a number of hours from above 0 to 8760, such as {usual:g}.")
    return timedelta(hours=hours)
