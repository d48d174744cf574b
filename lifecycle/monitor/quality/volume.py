"""Whether about as many predictions arrive as before."""

from __future__ import annotations

import numpy as np

from lifecycle.monitor.quality.registration import Findings, WindowFacts, register

__all__ = ["volume"]

_BEFORE = 8
_FEWEST = 4
_TIMES = 4.0


@register("volume", scope="window")
def volume(facts: WindowFacts) -> Findings | None:
    """Rows of a closed window, against a quarter and four times the median of up to eight windows before it."""
    if not facts.slots.size:
        return None
    past = np.concatenate((facts.earlier, facts.rows)).astype(np.float64)
    offset = len(facts.earlier)
    ends = range(offset, len(past))
    medians = np.array([np.median(past[max(0, end - _BEFORE) : end]) if end >= _FEWEST else np.nan for end in ends])
    low, high = medians / _TIMES, medians * _TIMES
    with np.errstate(invalid="ignore"):
        failed = facts.closed & ((facts.rows < low) | (facts.rows > high))
    words = ["too few windows before it" if np.isnan(a) else f"{a:.0f} to {b:.0f} rows" for a, b in zip(low, high, strict=True)]
    return Findings(facts.rows.astype(np.float64), words, failed)
