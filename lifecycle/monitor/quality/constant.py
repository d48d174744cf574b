"""Whether a column has stopped to vary."""

from __future__ import annotations

import numpy as np

from lifecycle.monitor.quality.registration import SMALLEST, ColumnFacts, Findings, register

__all__ = ["constant"]


@register("constant")
def constant(facts: ColumnFacts) -> Findings | None:
    """1 where all known values of a window are the same although the reference's were not, and chance does not explain it."""
    before = facts.reference.counts[0, 1:]
    counts = facts.current.counts[:, 1:]
    used = (counts > 0).sum(axis=1)
    if (before > 0).sum() < 2:
        return None
    same = used == 1
    if facts.bins.kind == "numeric":
        same &= facts.current.low == facts.current.high
    known = counts.sum(axis=1)
    with np.errstate(divide="ignore"):
        chance = known * np.log(before.max() / before.sum())  # of the most frequent bin alone, which is the likeliest to come alone
    return Findings(same.astype(np.float64), "values that vary", same & (chance < np.log(facts.level)) & (known >= SMALLEST))
