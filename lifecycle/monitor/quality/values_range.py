"""Whether numbers stay in the range that the reference had."""

from __future__ import annotations

import numpy as np

from lifecycle.monitor.quality.registration import SMALLEST, ColumnFacts, Findings, no_more_than, register

__all__ = ["values_range"]


@register("range")
def values_range(facts: ColumnFacts) -> Findings | None:
    """The share of values below the reference's lowest or above its highest one; a few always are, and how few depends on its size."""
    low, high = float(facts.reference.low[0]), float(facts.reference.high[0])
    if facts.bins.kind != "numeric" or np.isnan(low):
        return None
    edges = np.append(facts.bins.edges, np.inf)  # the upper end of each bin
    outside = (edges < low) | (np.append(-np.inf, facts.bins.edges) >= high)
    known = facts.current.counts[:, 1:].sum(axis=1)
    strays = facts.current.counts[:, 1:][:, outside].sum(axis=1)
    before = float(facts.reference.counts[0, 1:].sum())
    most = no_more_than(min(2.0, before), before, known, facts.level)
    share = strays / np.maximum(known, 1)
    return Findings(share, f"{low:.6g} to {high:.6g}", (share > most) & (known >= SMALLEST))
