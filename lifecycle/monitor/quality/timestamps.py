"""Whether predictions arrive all along a window, or with a hole in it."""

from __future__ import annotations

import numpy as np

from lifecycle.monitor.quality.registration import Findings, WindowFacts, register
from lifecycle.monitor.summaries import Counts

__all__ = ["timestamps"]

_LONGEST = 0.5


@register("timestamps", scope="window")
def timestamps(facts: WindowFacts) -> Findings | None:
    """The longest stretch of a closed window without any row, as a share of it; a stretch of half a window fails where rows are many
    enough that chance does not leave it empty."""
    if not facts.slots.size:
        return None
    filled, slots = facts.slots, facts.slots.shape[1]
    if not len(facts.earlier):  # the first of all windows begins when the first row comes
        filled = filled.copy()
        filled[0, : int(np.argmax(filled[0] > 0))] = 1
    share = longest_gap(filled) / slots
    chance = -facts.rows * _LONGEST + np.log(slots)
    failed = facts.closed & (share >= _LONGEST) & (chance < np.log(facts.level))
    return Findings(share, f"no gap of {_LONGEST:.0%} of the window", failed)


def longest_gap(slots: Counts) -> Counts:
    """The longest run of empty slots of each row (windows,).

    >>> longest_gap(np.array([[0, 3, 0, 0, 1], [1, 1, 1, 1, 1]])).tolist()
    [2, 0]
    """
    run = np.zeros(len(slots), dtype=np.int64)
    best = run.copy()
    for at in range(slots.shape[1]):
        run = np.where(slots[:, at] == 0, run + 1, 0)
        best = np.maximum(best, run)
    return best
