"""Whether rows are repeated."""

from __future__ import annotations

import numpy as np

from lifecycle.monitor.quality.registration import SMALLEST, Findings, WindowFacts, register

__all__ = ["duplicates"]

_MARGIN = 0.02


@register("duplicates", scope="window")
def duplicates(facts: WindowFacts) -> Findings:
    """The share of rows whose features repeat another row of the window. By chance it grows with the rows, from what the reference had."""
    growth = np.maximum(facts.rows / max(facts.reference_rows, 1), 1.0)
    most = np.minimum(1.5 * facts.reference_repeated * growth + _MARGIN, 1.0)
    failed = (facts.repeated > most) & (facts.rows >= SMALLEST)
    return Findings(facts.repeated, [f"at most {limit:.1%}" for limit in most], failed)
