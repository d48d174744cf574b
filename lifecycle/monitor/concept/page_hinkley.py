"""Page-Hinkley: how far the running sum of (loss - mean so far) has risen above its lowest point (Page, 1954; Hinkley, 1971).

It notices; when it happened is dated by the sharpest cut since the change before.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from lifecycle.monitor.concept.registration import Floats, change, register, sharpest
from lifecycle.records import Change

__all__ = ["page_hinkley"]

BLOCK = 4_096  # rows looked at together


@register("page_hinkley", delta=0.005, threshold=50.0, alpha=1 - 1e-4, least=30, both=False)
def page_hinkley(losses: Floats, delta: float, threshold: float, alpha: float, least: int, both: bool) -> list[Change]:
    """Rises of the mean (with `both`, falls too). delta: the rise a row that is let pass. threshold: the sum from which on it is a change, in
    units of the losses. alpha: how much of the sum is kept from row to row. least: rows before the first change.

    >>> page_hinkley(np.repeat([0.0, 1.0], 500))[0].at
    500
    """
    start, found = 0, []
    while start + least <= len(losses):
        hit = _next(losses, start, delta, threshold, alpha, least, both)
        if hit is None:
            break
        found.append(change(losses, start, start + sharpest(losses[start : hit + 1]), hit))
        start = hit + 1
    return found


def _next(losses: Floats, start: int, delta: float, threshold: float, alpha: float, least: int, both: bool) -> int | None:
    """The row at which the next change is noticed; None where the rest holds none."""
    reach = BLOCK
    while True:
        part = losses[start : start + reach]
        away = part - np.cumsum(part) / np.arange(1, len(part) + 1)
        sides = [away - delta] + ([-(away + delta)] if both else [])
        hits = []
        for side in sides:
            total = signal.lfilter([1.0], [1.0, -alpha], side)
            risen = total - np.minimum.accumulate(total)
            over = np.flatnonzero(risen[least - 1 :] > threshold)
            if len(over):
                hits.append(start + int(over[0]) + least - 1)
        if hits:
            return min(hits)
        if start + reach >= len(losses):
            return None
        reach *= 4
