"""Labelled rows of two classes as counts: within a cell of truth x prediction x score bin only the two losses differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from lifecycle.monitor.performance.cells import LOSSES, cell_of, cells_observed
from lifecycle.monitor.performance.channels import Ints, Rows, losses_at
from lifecycle.monitor.performance.layout import Floats
from lifecycle.monitor.performance.row_model import RowModel

__all__ = ["GROUPS", "Stack", "count_cells", "count_labels"]

Stack = dict[str, Floats]

GROUPS = 2
BLOCK = 16_384  # rows at once, so that what lies between the steps stays in the processor's cache
SHORT = 1_024  # rows of a run, on average, below which rows are put in the order of their places first


def count_labels(out: Stack, model: RowModel, rows: Rows, truth: Ints, weight: Floats, place: Ints) -> Stack:
    """Fill the label summaries of a stack; `place` (n,) is window x group of each row.

    Sums of products are those over cells of constants, with the losses at their mean in the cell, and the losses'
    own products over the rows: exactly what going through the rows gives.
    """
    assert model.cells is not None
    places = out["labels"].size
    rows = model.binned(rows)
    powers = (1,) if np.all(weight == 1.0) else (1, 2)
    counted = [Counted.nothing(places, 2 * len(model.cells.stratum)) for _ in powers]
    for at, part in pieces(place):
        some, actual = rows.pick(part), truth[part]
        out["labels"].reshape(-1)[at] += len(actual)
        for power, into in zip(powers, counted, strict=True):
            into.count(at, some, actual, None if len(powers) == 1 else weight[part] ** power)
    for found, suffix in zip(counted, ("", "2"), strict=False):
        _moments(out["moments" + suffix].reshape(places, *out["moments"].shape[2:]), model, found)
        by_prediction = found.rows.reshape(places, 2, 3, -1)
        out["confusion" + suffix][:] = by_prediction[:, :, :2].sum(axis=3).reshape(out["confusion"].shape)
        out["hits" + suffix][:] = by_prediction.sum(axis=2)[:, ::-1].reshape(out["hits"].shape)
    if len(powers) == 1:
        for name in ("moments", "confusion", "hits"):
            out[f"{name}2"][:] = out[name]
    return out


def count_cells(model: RowModel, rows: Rows, place: Ints, places: int) -> Floats:
    """Rows of each place by cell of prediction x score bin: (places, cells)."""
    assert model.cells is not None
    size, bins = len(model.cells.stratum), model.bins(rows)
    rows = Rows(rows.predicted, bins=bins)
    counts = np.zeros((places, size), dtype=np.int64)
    for at, part in pieces(place):
        some = rows.pick(part)
        assert some.bins is not None
        counts[at] += np.bincount(cell_of(some, some.bins), minlength=size)
    return counts.astype(np.float64)


@dataclass(frozen=True)
class Counted:
    """Labelled rows of several places by cell of truth x prediction x score bin.

    rows : (places, cells) sums of the weights. losses : (places, 2, cells) of the weights times Brier score and log loss.
    squares : (places, 2, 2) of the weights times their products.
    """

    rows: Floats
    losses: Floats
    squares: Floats

    @classmethod
    def nothing(cls, places: int, cells: int) -> Counted:
        """Before the first row."""
        return cls(np.zeros((places, cells)), np.zeros((places, 2, cells)), np.zeros((places, 2, 2)))

    def count(self, place: int, rows: Rows, truth: Ints, weight: Floats | None = None) -> None:
        """Add binned rows to a place, each as often as its weight says, once without."""
        assert rows.bins is not None
        assert rows.probabilities is not None
        size = self.rows.shape[1]
        cell = cell_of(rows, rows.bins) + truth * (size // 2)
        losses = losses_at(rows.probabilities, truth)
        weighted = losses if weight is None else tuple(weight * loss for loss in losses)
        self.rows[place] += np.bincount(cell, weight, size)
        for i, one in enumerate(weighted):
            self.losses[place, i] += np.bincount(cell, one, size)
            self.squares[place, i] += [np.einsum("n,n->", one, other) for other in losses]


def pieces(place: Ints) -> Iterator[tuple[int, slice | Ints]]:
    """Which rows lie in which place, a block at most at once."""
    starts = np.flatnonzero(place[1:] != place[:-1]) + 1
    if len(starts) * SHORT < len(place):
        ends = np.append(starts, len(place)).tolist()
        for start, end in zip([0, *ends[:-1]], ends, strict=True):
            for at in range(start, end, BLOCK):
                yield int(place[start]), slice(at, min(at + BLOCK, end))
        return
    order = np.argsort(place, kind="stable")
    bounds = np.append(np.flatnonzero(np.diff(place[order], prepend=-1)), len(place)).tolist()
    for start, end in pairwise(bounds):
        yield from ((int(place[order[start]]), order[at : min(at + BLOCK, end)]) for at in range(start, end, BLOCK))


def _moments(moments: Floats, model: RowModel, found: Counted) -> None:
    """Sums of products of (1, observed, guessed) of each place: (places, Z, Z)."""
    assert model.cells is not None
    table = np.hstack([np.ones((found.rows.shape[1], 1)), cells_observed(model.layout), np.tile(model.cells.channels, (2, 1))])
    own = slice(1 + LOSSES.start, 1 + LOSSES.stop)
    for at in np.flatnonzero(found.rows.any(axis=1)):
        there = np.flatnonzero(found.rows[at])
        w, z = found.rows[at, there], table[there]
        z[:, own] = (found.losses[at][:, there] / w).T
        moments[at] = z.T @ (w[:, None] * z)
        moments[at, own, own] = found.squares[at]
