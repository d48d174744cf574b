"""ADWIN: the longest window whose every older part has the mean of its newer part (Bifet and Gavalda, 2007).

As ADWIN2 it looks at about log(n) cuts, more closely spaced towards the newest row; where one says that the parts differ, the rows
before the sharpest cut of all are forgotten.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lifecycle.monitor.concept.registration import Floats, change, register
from lifecycle.records import Change

__all__ = ["adwin"]

SPACING = 1.1


@register("adwin", delta=0.002, clock=32, least=5, grace=10)
def adwin(losses: Floats, delta: float, clock: int, least: int, grace: int) -> list[Change]:
    """Changes of the mean either way. delta: the chance of a change where there is none, at one look. clock: rows between two looks.
    least: rows on either side of a cut. grace: rows before the first look.

    >>> adwin(np.repeat([0.0, 1.0], 500))[0].at
    500
    """
    sums, squares = (np.concatenate([[0.0], np.cumsum(part)]) for part in (losses, losses**2))
    start, found = 0, []
    for now in range(clock, len(losses) + 1, clock):
        width = now - start
        if width < max(grace, 2 * least):
            continue
        steps = int(np.log(max(width / least - 1.0, 1.0)) / np.log(SPACING))
        newer = np.unique((least * SPACING ** np.arange(steps + 1)).astype(np.int64))
        cuts = now - newer[newer <= width - least]
        if not len(cuts) or not (_excess(sums, squares, start, cuts, now, delta, least) > 0).any():
            continue
        every = np.arange(start + least, now - least + 1)
        at = int(every[np.argmax(_excess(sums, squares, start, every, now, delta, least))])
        found.append(change(losses, start, at, now - 1))
        start = at
    return found


def _excess(sums: Floats, squares: Floats, start: int, cuts: NDArray[np.int64], now: int, delta: float, least: int) -> Floats:
    """By how much the means of both sides of each cut differ beyond the bound (equation 3.1)."""
    n = now - start
    older, newer = cuts - start, now - cuts
    gap = np.abs((sums[cuts] - sums[start]) / older - (sums[now] - sums[cuts]) / newer)
    spread = (squares[now] - squares[start]) / n - ((sums[now] - sums[start]) / n) ** 2
    chance = np.log(2.0 * np.log(n) / delta)
    rows = 1.0 / (older - least + 1) + 1.0 / (newer - least + 1)
    return np.asarray(gap - np.sqrt(2.0 * rows * max(float(spread), 0.0) * chance) - 2.0 / 3.0 * chance * rows)
