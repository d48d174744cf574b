"""What the answers cost the user, from the costs that the project is told."""

from __future__ import annotations

from lifecycle.monitor.performance.layout import Floats, Means
from lifecycle.monitor.performance.metrics import metrics


@metrics.register("cost", task="classification", kind="means", better="lower", judged=True, needs_costs=True)
def cost(means: Means) -> Floats:
    """Mean cost of a prediction, in the user's unit; a negative one is a benefit."""
    return means["cost"]
