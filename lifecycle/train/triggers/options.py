"""What the options of several triggers have in common."""

from __future__ import annotations

from typing import Any

import pandas as pd

from lifecycle.train.triggers.facts import Option

__all__ = ["is_number", "is_span", "positive", "span", "whole"]


def is_number(value: Any) -> bool:
    """A number, and not a truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_span(value: Any) -> bool:
    """A stretch of time such as '90D' or '12h'.

    >>> is_span("90D"), is_span("soon")
    (True, False)
    """
    try:
        return isinstance(value, str) and pd.Timedelta(value) > pd.Timedelta(0)
    except ValueError:
        return False


def whole(default: int) -> Option:
    """A whole number from 1 on."""
    return Option(default, lambda value: is_number(value) and value == int(value) and value >= 1, "a whole number from 1 on")


def positive(default: float) -> Option:
    """A number above 0."""
    return Option(default, lambda value: is_number(value) and value > 0, "a number above 0")


def span(default: str) -> Option:
    """A stretch of time."""
    return Option(default, is_span, "a span such as '90D' or '12h'")
