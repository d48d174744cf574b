"""A ramp: the shares that a version is given one after the other, and what must have been seen before the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pandas as pd

from lifecycle.errors import InvalidValue, UnknownName

__all__ = ["Ramp", "next_share", "ramp_of", "waits_for"]

STEPS = (0.01, 0.05, 0.25, 1.0)
REQUESTS = 100
TIME = "1h"


@dataclass(frozen=True, slots=True)
class Ramp:
    """`steps`: shares that rise to 1. `requests` that the new version answers, and the `time` that passes, at least, at each."""

    steps: tuple[float, ...]
    requests: int
    time: timedelta


def ramp_of(given: Mapping[str, Any]) -> Ramp:
    """The ramp that settings ask for, each part with its default.

    >>> ramp_of({"steps": [0.1, 1], "requests": 50}).steps
    (0.1, 1.0)

    Raises
    ------
    UnknownName : no such part. InvalidValue : shares that do not rise to 1, or a count or span that is none.
    """
    for name in given:
        if name not in ("steps", "requests", "time"):
            raise UnknownName.among("part of a ramp", name, ("steps", "requests", "time"))
    try:
        steps = tuple(float(share) for share in given.get("steps", STEPS))
        requests, span = given.get("requests", REQUESTS), pd.Timedelta(given.get("time", TIME))
    except (TypeError, ValueError) as error:
        raise InvalidValue(
            f"The ramp {dict(given)!r} is not understood ({error}); give {{'steps': (0.05, 1.0), 'requests': 100, 'time': '1h'}}."
        ) from error
    if len(steps) < 2 or steps[-1] != 1.0 or not steps[0] > 0 or any(a >= b for a, b in pairwise(steps)):
        raise InvalidValue(f"The steps of a ramp are {steps}; they must be two or more shares above 0 that rise to 1.")
    if isinstance(requests, bool) or not isinstance(requests, int) or requests < 1 or not span >= pd.Timedelta(0):
        raise InvalidValue(f"A step of the ramp takes {requests!r} requests and {span}; give a whole number from 1 up and a span such as '1h'.")
    return Ramp(steps, requests, span.to_pytimedelta())


def next_share(ramp: Ramp, share: float) -> float:
    """The share after this one.

    >>> next_share(ramp_of({}), 0.05), next_share(ramp_of({}), 0.1)
    (0.25, 0.25)
    """
    return next((step for step in ramp.steps if step > share + 1e-12), 1.0)


def waits_for(ramp: Ramp, answered: int, passed: timedelta, unknown: tuple[str, ...], full: bool, undecided: str) -> str:
    """Why a ramp does not go on yet, "" when it may. `unknown`: guardrails that cannot be judged yet; `full`: the next step is everybody, which
    `undecided`, a question that labels have not answered, holds up.

    >>> waits_for(ramp_of({}), 40, timedelta(hours=2), (), False, "")
    '60 more requests to the new version'
    """
    if answered < ramp.requests:
        return f"{ramp.requests - answered:,} more requests to the new version"
    if passed < ramp.time:
        return f"{_words(ramp.time - passed)} more"
    if unknown:
        return f"more requests before {' and '.join(unknown)} can be judged"
    return undecided if full else ""


def _words(span: timedelta) -> str:
    minutes = max(1, round(span.total_seconds() / 60))
    return f"{minutes} minutes" if minutes < 120 else f"{round(minutes / 60)} hours"
