"""Whether a trigger fires: its own verdict, then its cool-down, its quiet hours and its budget."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pandas as pd

from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.records import Trigger, TriggerState
from lifecycle.train.triggers.facts import Facts, Option, triggers

__all__ = ["Decision", "check", "decide", "described", "due"]


def _hours(value: Any) -> tuple[int, int] | None:
    """'22-6' as (22, 6); None where it is no such thing."""
    found = re.fullmatch(r"\s*(\d{1,2})\s*-\s*(\d{1,2})\s*", value) if isinstance(value, str) else None
    hours = (int(found[1]), int(found[2])) if found else None
    return hours if hours and max(hours) <= 24 and hours[0] != hours[1] else None


# What every trigger can be given beside its own options.
COMMON = {
    "quiet": Option(None, lambda value: value is None or _hours(value) is not None, "hours in UTC in which it does not fire, such as '22-6'"),
    "dry_run": Option(False, lambda value: isinstance(value, bool), "True or False: whether it only tells that it would retrain"),
    "paused": Option(False, lambda value: isinstance(value, bool), "True or False: whether it rests until somebody lets it go on"),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """A trigger's state now, and the figures behind it. `dry`: it tells and trains nothing."""

    trigger: Trigger
    state: TriggerState
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def dry(self) -> bool:
        """Whether its firing is only told."""
        return bool(self.trigger.options.get("dry_run", False))


def check(trigger: Trigger) -> None:
    """Refuse a trigger that is not registered, or has an option that its kind does not have or allow.

    >>> check(Trigger("labels", n=0))
    Traceback (most recent call last):
    ...
    lifecycle.errors.InvalidValue: The trigger 'labels' has n=0; it must be a whole number from 1 on.

    Raises
    ------
    UnknownName : no such kind or option. InvalidValue : a value outside what is allowed.
    """
    known = {**triggers.facts(trigger.kind)["options"], **COMMON}
    for name, value in trigger.options.items():
        if name not in known:
            raise UnknownName.among(f"option of the trigger {trigger.kind!r}", name, known)
        if not known[name].right(value):
            raise InvalidValue(f"The trigger {trigger.kind!r} has {name}={value!r}; it must be {known[name].allowed}.")
    if trigger.kind == "schedule" and (trigger.options.get("cron") is None) == (trigger.options.get("every") is None):
        raise InvalidValue("The trigger 'schedule' needs either cron='0 6 * * 1' or every='QS', and not both.")
    try:
        right = pd.Timedelta(trigger.cool_down) >= pd.Timedelta(0)
    except ValueError:
        right = False
    if not right:
        raise InvalidValue(f"The trigger {trigger.kind!r} has cool_down={trigger.cool_down!r}; it must be a span such as '1D', or '0D' for none.")
    if trigger.budget is not None and (isinstance(trigger.budget, bool) or not isinstance(trigger.budget, int) or trigger.budget < 1):
        raise InvalidValue(f"The trigger {trigger.kind!r} has budget={trigger.budget!r}; it must be a whole number from 1 on: runs a month.")


def described(trigger: Trigger) -> str:
    """A trigger's name: its kind and the options that were given.

    >>> described(Trigger("performance", drop=0.05, line="realized"))
    'performance (drop=0.05, line=realized)'
    """
    given = ", ".join(f"{name}={value}" for name, value in sorted(trigger.options.items()) if name != "paused")  # a pause makes no other trigger
    return f"{trigger.kind} ({given})" if given else trigger.kind


def decide(trigger: Trigger, facts: Facts) -> Decision:
    """Ask a trigger, and let it fire only when its pause is over and its budget for the month is not spent."""
    own = triggers.facts(trigger.kind)["options"]
    options = {name: trigger.options.get(name, option.default) for name, option in own.items()}
    verdict = triggers[trigger.kind](facts, **options)
    held = _held_back(trigger, facts) if verdict.fires else None
    if held is not None:
        verdict = replace(verdict, fires=False, reason=f"{held} It would fire: {verdict.reason}")
    state = TriggerState(described(trigger), trigger.kind, verdict.fires, verdict.reason, verdict.next_due)
    return Decision(trigger, state, dict(verdict.figures))


def due(decisions: Sequence[Decision]) -> str | None:
    """One reason for one run, from all the triggers that fire; None when none does."""
    firing = [decision.state for decision in decisions if decision.state.fires and not decision.dry]
    return "; ".join(f"{state.kind}: {state.reason}" for state in firing) or None


def _held_back(trigger: Trigger, facts: Facts) -> str | None:
    if trigger.options.get("paused", False):
        return "It is paused."
    over = _pause_over(trigger, facts)
    if over is not None and facts.now < over:
        return f"It pauses until {over:%Y-%m-%d %H:%M} UTC (cool-down {trigger.cool_down})."
    if (quiet := _hours(trigger.options.get("quiet"))) is not None and _within(facts.now.hour, *quiet):
        return f"It is quiet from {quiet[0]} to {quiet[1]} o'clock UTC."
    month = [time for time in facts.fired if (time.year, time.month) == (facts.now.year, facts.now.month)]
    if trigger.budget is not None and len(month) >= trigger.budget:
        return f"Its budget of {trigger.budget} a month is spent."
    return None


def _within(hour: int, first: int, last: int) -> bool:
    return first <= hour < last if first < last else hour >= first or hour < last


def _pause_over(trigger: Trigger, facts: Facts) -> datetime | None:
    return facts.fired[-1] + pd.Timedelta(trigger.cool_down).to_pytimedelta() if facts.fired else None
