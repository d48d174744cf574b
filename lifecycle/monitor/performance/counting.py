"""Labelled rows of two classes as counts: within a cell of truth x prediction x score bin only the two losses differ."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lifecycle.costs import row_costs
from lifecycle.monitor.performance.channels import Ints, Rows, losses_at
from lifecycle.monitor.performance.layout import Floats
from lifecycle.monitor.performance.row_model import RowModel, cell_of

__all__ = ["GROUPS", "Stack", "count_labels"]

Stack = dict[str, Floats]

GROUPS = 2
LOSSES = (1, 2)  # the places of brier and log_loss among the channels


def count_labels(out: Stack, model: RowModel, rows: Rows, truth: Ints, weight: Floats, place: Ints) -> Stack:
    """Fill the label summaries of a stack; `place` (n,) is window x group of each row.

    Sums of products are those over cells of constants, with the losses at their mean in the cell, and the losses'
    own products over the rows: exactly what going through the rows gives.
    """
    assert model.cells is not None
    assert rows.probabilities is not None
    size, places = len(model.cells.stratum), out["labels"].size
    cell = (place * 2 + truth) * size + cell_of(rows, model.bins(rows))
    losses = losses_at(rows.probabilities, truth)
    out["labels"][:] = np.bincount(place, minlength=places).reshape(out["labels"].shape)
    for power, suffix in ((1, ""), (2, "2")):
        if power == 2 and np.all(weight == 1.0):
            for name in ("moments", "confusion", "hits"):
                out[f"{name}2"][:] = out[name]
            break
        w = weight**power
        counts = _summed(cell, w, (places, 2, size))
        sums = [_summed(cell, w * loss, (places, 2, size)) for loss in losses]
        squares = np.array([[np.bincount(place, w * one * other, places) for other in losses] for one in losses])
        _moments(out["moments" + suffix].reshape(places, *out["moments"].shape[2:]), model, counts, sums, squares)
        by_prediction = counts.reshape(places, 2, 3, -1)
        out["confusion" + suffix][:] = by_prediction[:, :, :2].sum(axis=3).reshape(out["confusion"].shape)
        out["hits" + suffix][:] = by_prediction.sum(axis=2)[:, ::-1].reshape(out["hits"].shape)
    return out


def _summed(cell: Ints, values: Floats, shape: tuple[int, ...]) -> Floats:
    return np.asarray(np.bincount(cell, values, int(np.prod(shape))).reshape(shape), dtype=np.float64)


def _moments(moments: Floats, model: RowModel, counts: Floats, sums: Sequence[Floats], squares: Floats) -> None:
    table = _constants(model)
    for at in np.flatnonzero(counts.sum(axis=(1, 2)) > 0):
        there = np.flatnonzero(counts[at].ravel())
        w = counts[at].ravel()[there]
        z = table[there]
        for channel, total in zip(LOSSES, sums, strict=True):
            z[:, 1 + channel] = total[at].ravel()[there] / w
        moments[at] = z.T @ (w[:, None] * z)
        for i, one in enumerate(LOSSES):
            for j, other in enumerate(LOSSES):
                moments[at, 1 + one, 1 + other] = squares[i, j, at]


def _constants(model: RowModel) -> Floats:
    """(1, observed, guessed) of each cell of truth x prediction x score bin, but for the losses: (2 x 3 B, Z)."""
    assert model.cells is not None
    layout, size = model.layout, len(model.cells.stratum)
    said = np.tile(np.repeat([0, 1, -1], layout.bins), 2)
    truth = np.repeat([0, 1], size)
    seen = np.zeros((2 * size, len(layout.channels)))
    seen[:, 0] = said == truth
    if layout.costs:
        seen[:, layout.at("cost")] = row_costs(np.array(layout.costs), truth, said)
    codes = np.arange(2)
    seen[:, layout.block("actual")] = truth[:, None] == codes
    seen[:, layout.block("predicted")] = said[:, None] == codes
    seen[:, layout.block("tp")] = seen[:, layout.block("actual")] * seen[:, layout.block("predicted")]
    return np.hstack([np.ones((2 * size, 1)), seen, np.tile(model.cells.channels, (2, 1))])
