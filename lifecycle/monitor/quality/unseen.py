"""Whether categories appear that the reference does not know."""

from __future__ import annotations

import numpy as np

from lifecycle.monitor.quality.registration import SMALLEST, ColumnFacts, Findings, no_more_than, register

__all__ = ["unseen"]


@register("unseen")
def unseen(facts: ColumnFacts) -> Findings | None:
    """The share of values that are none of the known levels. Levels that the reference had once say how many new ones to expect (Good-Turing)."""
    if facts.bins.kind != "categorical":
        return None
    rows, new = facts.current.rows(), facts.current.counts[:, -1]
    before = facts.reference.counts[0]
    expected = float(before[-1]) + float((before[1:-1] == 1).sum())
    most = no_more_than(min(expected, float(before.sum())), float(before.sum()), rows, facts.level)
    share = new / np.maximum(rows, 1)
    return Findings(share, [f"at most {limit:.2%} new" for limit in most], (share > most) & (rows >= SMALLEST))
