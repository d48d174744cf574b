"""The labelled rows of each window as one weighted sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lifecycle.monitor.performance.layout import Floats
from lifecycle.monitor.performance.summary import Stack

__all__ = ["Sample", "pool"]


@dataclass(frozen=True)
class Sample:
    """Labelled rows, their weights summing to 1 a window.

    labels : (W,) how many. effective : (W,) Kish's effective number. first, second : (W, Z, Z) sums of w z z' and w^2 z z'.
    hits, hits2 : (W, S, 2, B) sums of w and w^2. confusion : (W, K, K) sums of w.
    """

    labels: Floats
    effective: Floats
    first: Floats
    second: Floats
    hits: Floats
    hits2: Floats
    confusion: Floats


def pool(stack: Stack) -> Sample:
    """Weigh the two groups together.

    A window is those of its rows whose truth arrived by itself, and the rest. Truth that arrived at random speaks for
    all rows; picked rows, weighted by their chance, speak for the rest. Each group counts by its effective number of
    rows, which does not depend on what the labels say, so that neither can bias the sum.
    """
    total, total2 = stack["moments"][:, :, 0, 0], stack["moments2"][:, :, 0, 0]
    effective = np.where(total2 > 0, total**2 / np.where(total2 > 0, total2, 1.0), 0.0)
    both = effective.sum(axis=1, keepdims=True)
    share = np.where(both > 0, effective / np.where(both > 0, both, 1.0), 0.0)
    scale = np.where(total > 0, share / np.where(total > 0, total, 1.0), 0.0)

    def mixed(name: str, power: int) -> Floats:
        values = stack[name]
        return np.asarray(np.einsum("wg,wg...->w...", scale**power, values), dtype=np.float64)

    second = mixed("moments2", 2)
    spread = second[:, 0, 0]
    return Sample(
        stack["labels"].sum(axis=1),
        np.where(spread > 0, 1.0 / np.where(spread > 0, spread, 1.0), 0.0),
        mixed("moments", 1),
        second,
        mixed("hits", 1),
        mixed("hits2", 2),
        mixed("confusion", 1),
    )
