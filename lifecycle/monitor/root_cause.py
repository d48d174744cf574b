"""Why did performance change: the part that each column's move carries.

The expected loss of a row is taken as a sum of functions of its columns' bins, fitted by ridge regression to the rows of the reference and
some of the window's. A column's contribution is the change of its own sum when its shares go from the reference's to the window's: Oaxaca's
and Blinder's (1973) decomposition on bins. Columns that merely move along with the culprit get little, since all are fitted together;
the contributions add up, and what no sum of columns explains is a row of its own.

Where values come that the reference never held, it cannot say what they cost. There the labels do: what the losses exceed their
expectation by is laid on the columns that hold such values, and the rest of it is a changed concept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from lifecycle.monitor.summaries import Bins, Counts, Floats, fold

__all__ = ["Blame", "Grouping", "blame", "group_cells", "most_moved", "novel_part"]

GROUPS = 10
LEVELS = 15
MOST = 60  # columns fitted together
RIDGE = 5.0  # pseudo-rows that draw each bin's loss to the mean
Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Grouping:
    """A column's cells in few groups: `group` (cells,) of each cell; and for each group the shares of the reference and of the window, and
    whether the reference holds none of it."""

    group: NDArray[np.int64]
    reference: Floats
    current: Floats
    novel: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Blame:
    """By column: contribution (the change of the mean loss that its move brings) and its standard error, each (columns,)."""

    contribution: Floats
    error: Floats


def group_cells(bins: Bins, reference: Counts, current: Counts) -> Grouping:
    """Ten quantile groups of a numeric column, the most frequent levels of a categorical one; missing, what lies outside the
    reference's range and levels that it does not know are apart. reference, current : (cells,) counts.

    >>> bins = Bins("categorical", np.empty(0), ("a", "b"))
    >>> found = group_cells(bins, np.array([0, 3, 1, 0]), np.array([0, 1, 1, 2]))
    >>> found.current.tolist(), found.novel.tolist()
    ([0.25, 0.25, 0.5], [False, False, True])
    """
    group = np.zeros(len(reference), dtype=np.int64)
    if bins.kind == "categorical":
        levels = reference[1:-1]
        ranked = np.empty(len(levels), dtype=np.int64)
        ranked[np.argsort(-levels, kind="stable")] = np.arange(len(levels))
        group[1:-1] = np.where(levels > 0, 1 + np.minimum(ranked, LEVELS), LEVELS + 2)
        group[-1] = LEVELS + 2
    else:
        held = np.flatnonzero(reference[1:])
        group[1:] = 2 + fold(reference[1:], GROUPS)
        if len(held):
            place = np.arange(len(reference) - 1)
            group[1:] = np.where(place < held[0], 1, np.where(place > held[-1], GROUPS + 3, group[1:]))
    before, now = (np.bincount(group, counts, GROUPS + LEVELS + 4) for counts in (reference, current))
    used = (before > 0) | (now > 0)
    number = np.cumsum(used) - 1
    before, now = before[used], now[used]
    return Grouping(np.maximum(number[group], 0), before / max(before.sum(), 1.0), now / max(now.sum(), 1.0), before == 0)


def most_moved(groupings: dict[str, Grouping], most: int = MOST) -> list[str]:
    """The columns whose shares moved the most, in their order."""
    moved = {name: float(np.abs(found.current - found.reference).sum()) for name, found in groupings.items()}
    chosen = set(sorted(moved, key=lambda name: -moved[name])[:most])
    return [name for name in groupings if name in chosen]


def blame(groupings: list[Grouping], cells: NDArray[np.int64], losses: Floats, rows: tuple[int, int]) -> Blame:
    """The contribution of each column to the change of the mean expected loss.

    Parameters
    ----------
    cells : (n, columns) the cells of rows of the reference and of the window together. losses : (n,) their expected losses.
    rows : how many rows the shares of the reference and of the window stand on.
    """
    design, starts = _design(groupings, cells)
    gram = (design.T @ design).toarray()
    inverse = np.linalg.inv(gram + RIDGE * np.eye(len(gram)))
    centred = losses - losses.mean()
    weights = inverse @ (design.T @ centred)
    noise = float(np.var(centred - design @ weights))
    contribution, error = np.zeros(len(groupings)), np.zeros(len(groupings))
    for j, found in enumerate(groupings):
        mine = slice(starts[j], starts[j + 1])
        own, moved = weights[mine], found.current - found.reference
        contribution[j] = own @ moved
        drawn = sum(_spread(own, share) / max(n, 1) for share, n in zip((found.reference, found.current), rows, strict=True))
        error[j] = np.sqrt(noise * (moved @ inverse[mine, mine] @ moved) + drawn)
    return Blame(contribution, error)


def novel_part(groupings: list[Grouping], cells: NDArray[np.int64], excess: Floats, weight: Floats) -> Blame:
    """What labelled rows lose beyond expectation because a column holds values that the reference never held.

    cells : (n, columns) of the labelled rows. excess : (n,) observed loss - expected loss. weight : (n,) 1 / the chance of the label.
    """
    share = np.array([found.current[found.novel].sum() for found in groupings])
    flags = np.column_stack([found.novel[found.group[cells[:, j]]] for j, found in enumerate(groupings)]).astype(np.float64)
    flags = np.column_stack([flags, np.ones(len(cells))])
    if not share.any() or not len(cells):
        return Blame(np.zeros(len(groupings)), np.zeros(len(groupings)))
    weight = weight / weight.mean()
    # what all rows have in common is a changed concept, unless it comes along with new values
    penalty = np.append(np.ones(len(groupings)), 20.0)
    inverse = np.linalg.inv(flags.T @ (weight[:, None] * flags) + np.diag(penalty))
    found = inverse @ (flags.T @ (weight * excess))
    left = weight * (excess - flags @ found)
    covariance = inverse @ ((flags * left[:, None]).T @ (flags * left[:, None])) @ inverse
    return Blame(share * found[:-1], share * np.sqrt(np.maximum(np.diag(covariance)[:-1], 0.0)))


def _design(groupings: list[Grouping], cells: NDArray[np.int64]) -> tuple[sparse.csr_matrix, NDArray[np.int64]]:
    """Indicators of each column's groups (n, groups of all columns), and where each column's begin."""
    starts = np.concatenate([[0], np.cumsum([len(found.reference) for found in groupings])]).astype(np.int64)
    places = np.column_stack([starts[j] + found.group[cells[:, j]] for j, found in enumerate(groupings)])
    n, columns = places.shape
    data = (np.ones(n * columns), places.ravel(), np.arange(0, n * columns + 1, columns))
    return sparse.csr_matrix(data, shape=(n, int(starts[-1]))), starts


def _spread(values: Floats, share: Floats) -> float:
    return float(share @ values**2 - (share @ values) ** 2)
