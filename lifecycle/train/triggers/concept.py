"""Retrain when the errors grow, whatever the inputs do: concept drift.

An adaptive window over the losses of labelled predictions, after Bifet and Gavalda, 'Learning from time-changing data with adaptive
windowing' (2007), equation 3.1: the stream is cut at every place at once, and the bound of ADWIN2, shared over all cuts,
says whether the newer part is worse. One that looks again and again fires without cause less often than `delta` (simulated).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lifecycle.errors import UnknownName
from lifecycle.train.triggers.facts import Facts, Option, Verdict, triggers
from lifecycle.train.triggers.options import is_number, whole

__all__ = ["concept", "worst_cut"]

FALSE_ALARMS = Option(0.01, lambda value: is_number(value) and 0 < value < 1, "a share between 0 and 1: how often it may fire without cause")


DETECTOR = Option("window", lambda value: isinstance(value, str), "'window' (the test of this trigger), or the name of a concept detector")


@triggers.register("concept", options={"delta": FALSE_ALARMS, "least": whole(30), "detector": DETECTOR})
def concept(facts: Facts, delta: float = 0.01, least: int = 30, detector: str = "window") -> Verdict:
    """The losses after some moment are higher than before it, with `least` labelled rows on either side. `delta`: about the
    chance to fire without cause. `detector`: another sequential detector, such as adwin or page_hinkley, with its own defaults."""
    n = len(facts.losses)
    if n < 2 * least:
        return Verdict(False, f"{n} labelled rows since the last training; {2 * least} are needed to see a change.", figures={"rows": n})
    if detector != "window":
        return _detected(facts, detector)
    cut, excess = worst_cut(facts.losses, delta, least)
    before, now = float(facts.losses[:cut].mean()), float(facts.losses[cut:].mean())
    figures = {"rows": n, "before": before, "after": now, "cut": cut, "excess": excess}
    if excess <= 0:
        return Verdict(False, f"The errors of {n} labelled rows show no change (delta {delta:g}).", figures=figures)
    return Verdict(True, f"The mean error rose from {before:.3g} to {now:.3g} in the last {n - cut} labelled rows.", figures=figures)


def _detected(facts: Facts, name: str) -> Verdict:
    """What a detector says of the last change that it finds."""
    if name not in facts.detectors:
        raise UnknownName.among("concept detector", name, facts.detectors)
    n, found = len(facts.losses), facts.detectors[name](facts.losses)
    if not found or found[-1].after <= found[-1].before:
        return Verdict(False, f"{name} finds no rise in the errors of {n} labelled rows.", figures={"rows": n, "detector": name})
    last = found[-1]
    figures = {"rows": n, "before": last.before, "after": last.after, "cut": last.at, "detector": name}
    rose = f"rose from {last.before:.3g} to {last.after:.3g}"
    return Verdict(True, f"{name} finds that the mean error {rose} {n - last.at} labelled rows ago.", figures=figures)


def worst_cut(losses: np.ndarray[Any, Any], delta: float, least: int) -> tuple[int, float]:
    """Where the rise of the mean exceeds its bound the most: the first row after the cut, and the excess (above 0: a change).

    >>> place, excess = worst_cut(np.repeat([0.0, 1.0], 100), 0.01, 30)
    >>> int(place), excess > 0
    (100, True)
    """
    n = len(losses)
    cuts = np.arange(least, n - least + 1)
    sums, squares = np.cumsum(losses), np.cumsum(losses**2)
    before, after = sums[cuts - 1] / cuts, (sums[-1] - sums[cuts - 1]) / (n - cuts)
    spread = float(squares[-1] / n - (sums[-1] / n) ** 2)
    inverse = 1.0 / cuts + 1.0 / (n - cuts)
    log_term = np.log(2.0 * n / delta)  # shared over n cuts
    bound = np.sqrt(2.0 * inverse * max(spread, 0.0) * log_term) + 2.0 / 3.0 * inverse * log_term
    excess = after - before - bound
    best = int(np.argmax(excess))
    return int(cuts[best]), float(excess[best])
