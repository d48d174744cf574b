"""With two classes rows are alike but for their losses within a cell of truth x prediction (no, yes, unknown) x score bin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lifecycle.monitor.performance.channels import Ints, Rows, losses_at, observed
from lifecycle.monitor.performance.layout import BINS_OF_TWO, Floats, Layout

__all__ = ["LOSSES", "Alike", "alike", "cell_of", "cells_observed", "each_alone"]

LOSSES = slice(1, 3)  # the places of brier and log_loss among the channels


@dataclass(frozen=True)
class Alike:
    """Rows with their truth, alike ones together.

    channels (m, C): observed, the mean of a group. count (m,): its rows. within (m, C, C): sums of products of what its rows differ by.
    cell (m,): which of prediction x score bin the group is.
    """

    channels: Floats
    count: Floats
    within: Floats
    cell: Ints

    def products(self, values: Floats, which: Ints | slice = slice(None)) -> Floats:
        """Sums over some groups' rows of v v', where `values` (m, C) has the groups' means: (C, C)."""
        part = values[which]
        return np.asarray(part.T @ (self.count[which, None] * part) + self.within[which].sum(axis=0), dtype=np.float64)


def each_alone(channels: Floats) -> Alike:
    """Rows that are all different, (n, C)."""
    n, c = channels.shape
    return Alike(channels, np.ones(n), np.broadcast_to(np.zeros((c, c)), (n, c, c)), np.zeros(n, dtype=np.int64))


def alike(layout: Layout, rows: Rows, truth: Ints) -> Alike:
    """Rows of two classes that know their score bin, by cell; `truth` (n,) 0 or 1."""
    assert rows.bins is not None
    assert rows.probabilities is not None
    size = 6 * layout.bins
    place = cell_of(rows, rows.bins) + truth * (size // 2)
    losses = losses_at(rows.probabilities, truth)
    count = np.bincount(place, minlength=size).astype(np.float64)
    there = np.flatnonzero(count)
    channels, count = cells_observed(layout)[there], count[there]
    sums = np.array([np.bincount(place, loss, size)[there] for loss in losses])
    channels[:, LOSSES] = (sums / count).T
    within = np.zeros((len(there), channels.shape[1], channels.shape[1]))
    for i, one in enumerate(losses):
        for j, other in enumerate(losses):
            within[:, LOSSES.start + i, LOSSES.start + j] = np.bincount(place, one * other, size)[there] - sums[i] * sums[j] / count
    return Alike(channels, count, within, there % (size // 2))


def cell_of(rows: Rows, bins: Ints) -> Ints:
    """Each row's cell of prediction x score bin, as `RowModel.cells` numbers them."""
    predicted = np.asarray(rows.predicted)
    if len(predicted) and predicted.min() < 0:
        predicted = np.where(predicted < 0, 2, predicted)
    return np.asarray(predicted * BINS_OF_TWO + bins[:, 0], dtype=np.int64)


def cells_observed(layout: Layout) -> Floats:
    """The channels observed in each cell of truth x prediction x score bin, but for the losses, which are 0: (2 x 3 B, C)."""
    said, truth = np.tile(np.repeat([0, 1, -1], layout.bins), 2), np.repeat([0, 1], 3 * layout.bins)
    return observed(layout, Rows(said), truth)
