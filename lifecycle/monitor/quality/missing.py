"""How many values are missing."""

from __future__ import annotations

import numpy as np

from lifecycle.monitor.quality.registration import SMALLEST, ColumnFacts, Findings, no_more_than, register

__all__ = ["missing"]


@register("missing")
def missing(facts: ColumnFacts) -> Findings:
    """The share of missing values, against that of the reference."""
    rows, lost = facts.current.rows(), facts.current.counts[:, 0]
    before = facts.reference.counts[0]
    most = no_more_than(float(before[0]), float(before.sum()), rows, facts.level)
    share = lost / np.maximum(rows, 1)
    return Findings(share, [f"at most {limit:.2%}" for limit in most], (share > most) & (rows >= SMALLEST))
