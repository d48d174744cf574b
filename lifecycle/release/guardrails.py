"""What stops a trial by itself. Each check may be looked at after every request: a candidate that keeps the limit is stopped by it with a
chance of at most 1 %, however often one looks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import stats

from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.records import Guardrail, SequentialResult
from lifecycle.release.sequential import FEWEST_ENTITIES, Moments, moments_test, rate_evidence, sample_ratio_test

__all__ = ["LIMITS", "answers", "answers_of_numbers", "errors", "latency", "guardrail_limits", "loss", "off", "volume"]

ALPHA = 0.01
LIMITS: Mapping[str, float] = {"errors": 0.01, "latency": 1.5, "predictions": 0.1, "volume": 0.01, "loss": 0.0}
_RANGE = {"errors": (0.0, 1.0), "latency": (1.0, 1e6), "predictions": (0.0, 1.0), "volume": (0.0, 1.0), "loss": (0.0, math.inf)}


def guardrail_limits(given: Mapping[str, Any]) -> dict[str, float | None]:
    """Each guardrail's limit as settings give it, None where it is off.

    >>> guardrail_limits({"latency": 2, "loss": "off"})["latency"], guardrail_limits({"loss": "off"})["loss"]
    (2.0, None)

    Raises
    ------
    UnknownName : no such guardrail. InvalidValue : a limit that is none.
    """
    found: dict[str, float | None] = dict(LIMITS)
    for name, value in given.items():
        if name not in LIMITS:
            raise UnknownName.among("guardrail", name, LIMITS)
        low, high = _RANGE[name]
        if value in (None, "off"):
            found[name] = None
        elif isinstance(value, bool) or not isinstance(value, int | float) or not (low < value < high or (name == "loss" and value == 0)):
            raise InvalidValue(f"The guardrail {name} has the limit {value!r}; give a number between {low:g} and {high:g}, or 'off'.")
        else:
            found[name] = float(value)
    return found


def off(name: str) -> Guardrail:
    """A guardrail that nobody wants."""
    return Guardrail(name, "off", None, None, None, "switched off")


def errors(failed: int, calls: int, limit: float) -> Guardrail:
    """The share of the candidate's calls that failed where the champion did not.

    >>> errors(2, 2, 0.01).state, errors(0, 300, 0.01).state, errors(0, 3, 0.01).state
    ('violated', 'ok', 'ok')
    """
    said = f"{failed:,} of {calls:,} calls failed"
    if not calls:
        return Guardrail("errors", "waiting", None, None, limit, "it has not been called yet")
    violated = rate_evidence(failed, calls, limit) >= -math.log(ALPHA)
    return Guardrail("errors", "violated" if violated else "ok", failed / calls, None, limit, said)


def latency(old: Moments, new: Moments, limit: float) -> Guardrail:
    """How many times the champion's time a call takes, by the mean of the logarithm. `old`, `new`: of log seconds a call.

    >>> slow = Moments(200, 200 * 1.0, 200 * 1.1)
    >>> latency(Moments(200, 0.0, 20.0), slow, 1.5).state
    'violated'
    """
    found = moments_test(old, new, 2 * ALPHA)  # one-sided
    if not math.isfinite(found.lower):
        return Guardrail("latency", "waiting", None, None, limit, f"{min(old.n, new.n)} of {FEWEST_ENTITIES} calls timed")
    ratio, least = math.exp(found.difference), math.exp(found.lower)
    return _judged("latency", ratio, least, limit, f"a call takes {ratio:.2f} times the champion's, at least {least:.2f}")


def answers(old: Mapping[str, int], new: Mapping[str, int], limit: float) -> Guardrail:
    """How far the candidate's answers are distributed from the champion's: the total variation distance of the shares of classes.

    >>> answers({"a": 900, "b": 100}, {"a": 500, "b": 500}, 0.1).state
    'violated'
    """
    totals = sum(old.values()), sum(new.values())
    if min(totals) < FEWEST_ENTITIES:
        return _too_few("predictions", min(totals), limit)
    names = sorted({*old, *new})
    shares = [np.array([side.get(name, 0) for name in names]) / total for side, total in zip((old, new), totals, strict=True)]
    least, worst = 0.0, names[0]
    for name in names:  # the distance is at least each class's difference
        before, after = (Moments(total, side.get(name, 0), side.get(name, 0)) for side, total in zip((old, new), totals, strict=True))
        found = moments_test(before, after, ALPHA / len(names))
        if (at_least := max(found.lower, -found.upper, 0.0)) > least:
            least, worst = at_least, name
    distance = float(np.abs(shares[1] - shares[0]).sum() / 2)
    told = f"; {worst} {shares[0][names.index(worst)]:.0%} -> {shares[1][names.index(worst)]:.0%}" if least else ""
    return _judged("predictions", distance, least, limit, f"answers are {distance:.3f} apart, at least {least:.3f}{told}")


def answers_of_numbers(old: Moments, new: Moments, limit: float) -> Guardrail:
    """The same for numbers: the distance of two normal distributions whose means lie as far apart, in the champion's standard deviations.

    >>> answers_of_numbers(Moments(900, 0.0, 900.0), Moments(900, 900.0, 1800.0), 0.1).state
    'violated'
    """
    if min(old.n, new.n) < FEWEST_ENTITIES:
        return _too_few("predictions", min(old.n, new.n), limit)
    found, spread = moments_test(old, new, ALPHA), math.sqrt(old.variance) or 1.0
    distance, least = (float(2 * stats.norm.cdf(apart / spread / 2) - 1) for apart in (abs(found.difference), max(found.lower, -found.upper, 0.0)))
    said = f"answers are {distance:.3f} apart, at least {least:.3f}; mean {old.mean:.4g} -> {new.mean:.4g}"
    return _judged("predictions", distance, least, limit, said)


def volume(units: tuple[int, int], share: float, alpha: float) -> Guardrail:
    """Does the candidate get its share? units: of the new and of the old side.

    >>> volume((500, 9500), 0.05, 0.01).state, volume((100, 9900), 0.05, 0.01).state
    ('ok', 'violated')
    """
    total = sum(units)
    if not total:
        return Guardrail("volume", "waiting", None, None, share, "nobody has asked yet")
    violated = sample_ratio_test(list(units), [share, 1 - share], alpha).decided
    seen = units[0] / total
    return Guardrail("volume", "violated" if violated else "ok", seen, None, share, f"{seen:.2%} of those who ask, {share:.2%} asked for")


def loss(found: SequentialResult, limit: float) -> Guardrail:
    """Is the candidate worse than it may be, by the labels that came?

    >>> loss(SequentialResult(90.0, -0.04, -0.06, -0.02, True), 0.0).state
    'violated'
    """
    if not math.isfinite(found.difference):
        return Guardrail("loss", "waiting", None, None, limit, "no labels yet")
    violated = found.decided and found.upper < -limit if limit else found.decided and found.difference < 0
    said = f"{found.difference:+.4g} right" + (f" ({found.lower:+.4g} to {found.upper:+.4g})" if math.isfinite(found.lower) else ", too few to judge")
    return Guardrail("loss", "violated" if violated else "ok", -found.difference, -found.upper, limit, said)


def _judged(name: str, value: float, least: float, limit: float, said: str) -> Guardrail:
    return Guardrail(name, "violated" if least > limit else "ok", value, least, limit, said)


def _too_few(name: str, n: int, limit: float) -> Guardrail:
    return Guardrail(name, "waiting", None, None, limit, f"{n} of {FEWEST_ENTITIES} answers seen of each")
