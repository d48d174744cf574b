"""What a score is worth at every threshold: ROC, precision against recall, and gains (lift), each with its interval, from counts by score bin.

A bin holds what lies between two thresholds, with no tie cut in two. Summed from the highest score down, the bins give each curve in some
hundred points whatever the rows; drawn anew, they give its interval.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lifecycle.release.measures import Answers

__all__ = ["COLUMNS", "binned", "curves", "read"]

COLUMNS = ["curve", "target", "version", "x", "y", "lower", "upper"]
BINS = 100
DRAWS = 200
POINTS = np.linspace(0.0, 1.0, 51)
MOST_CLASSES = 30
FEWEST = 10  # rows of a class, and rows of the others, below which a curve says nothing
LEVEL = 0.95
ENOUGH = 10  # rows found and rows missed, below which the bootstrap's interval is too short

Array = NDArray[np.float64]


def curves(
    truth: NDArray[np.int64], said: tuple[Answers, Answers], weights: Array, classes: tuple[Any, ...], rng: np.random.Generator
) -> pd.DataFrame:
    """curve ("roc", "precision_recall" or "gains"), target (the class that is sought), version ("old" or "new"), x, y, lower, upper: a row a
    point. x is the share of the others taken for it (roc), the share of it found (precision_recall), or the share of all rows looked at, the
    likeliest first (gains, where y over x is the lift).

    Each class is sought in turn: of two the rarer first, of more the most frequent first, at most 30; those with fewer than 10 rows, or 10
    others, have no curve, and a side without probabilities has none. lower, upper: the 95 % interval of y at that x, see `read`.
    """
    counts = np.bincount(truth, minlength=len(classes))
    sought = [int(c) for c in np.argsort(counts if len(classes) == 2 else -counts, kind="stable")[:MOST_CLASSES]]
    found = []
    for c in sought:
        if FEWEST <= counts[c] <= len(truth) - FEWEST:
            for version, one in zip(("old", "new"), said, strict=True):
                if one.probabilities is not None:
                    cells = binned(truth == c, one.probabilities[:, c], weights)
                    found += [part.assign(target=classes[c], version=version) for part in read(cells, rng)]
    return pd.concat(found, ignore_index=True)[COLUMNS] if found else pd.DataFrame(columns=COLUMNS)


def binned(positive: NDArray[np.bool_], scores: Array, weights: Array, bins: int = BINS) -> Array:
    """The weight of what is sought, of the others, and the same of the squared weights, by bin of the score, the highest first: (bins, 4).
    Bins hold about as many rows each; equal scores lie in one.

    >>> binned(np.array([True, False, True, False]), np.array([0.9, 0.9, 0.4, 0.1]), np.ones(4)).tolist()
    [[1.0, 1.0, 1.0, 1.0], [1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0]]
    """
    levels, place = np.unique(-scores, return_inverse=True)
    before = np.cumsum(np.bincount(place, minlength=len(levels))) - 1
    _, joined = np.unique(before * bins // len(scores), return_inverse=True) if len(levels) > bins else (None, np.arange(len(levels)))
    which = joined[place]
    return np.column_stack([np.bincount(which, np.where(side, w, 0.0)) for w in (weights, weights**2) for side in (positive, ~positive)])


def read(cells: Array, rng: np.random.Generator) -> Iterator[pd.DataFrame]:
    """Each curve of `binned` counts: curve, x, y, lower, upper.

    The interval is pointwise, by the Bayesian bootstrap (Rubin 1981): each cell is drawn from the gamma distribution that has its weight for
    mean and its squared weights for variance; for rows that count alike this is Rubin's own. NaN where fewer than ten rows of what is
    sought, each worth the same, are found or missed: there it would promise too much.

    >>> [float(part["y"].iloc[25]) for part in read(np.array([[20.0, 0, 20, 0], [0, 20, 0, 20]]), np.random.default_rng(0))]
    [1.0, 1.0, 1.0]
    """
    sums, squares = cells[:, :2], cells[:, 2:]
    scale = np.divide(squares, sums, out=np.ones_like(sums), where=sums > 0)
    drawn = rng.standard_gamma(np.divide(sums, scale), (DRAWS, *sums.shape)) * scale
    every = np.concatenate([sums[None], drawn]).cumsum(axis=1)
    every = np.concatenate([np.zeros_like(every[:, :1]), every], axis=1)
    worth = sums[:, 0].sum() ** 2 / squares[:, 0].sum()
    tail = (1 - LEVEL) / 2
    for name, points in zip(("roc", "precision_recall", "gains"), _points(every), strict=True):
        share = POINTS if name == "precision_recall" else points[0]
        few = np.minimum(share, 1 - share) * worth < ENOUGH
        lower, upper = np.where(few, np.nan, np.quantile(points[1:], [tail, 1 - tail], axis=0))
        frame = pd.DataFrame({"curve": name, "x": POINTS, "y": points[0], "lower": lower, "upper": upper})
        yield frame.iloc[1:] if name == "precision_recall" else frame


def _points(every: NDArray[np.float64]) -> tuple[Array, Array, Array]:
    """(draws, points) of each curve from cumulated counts (draws, bins + 1, 2). Between two thresholds rows are taken at random, so that
    counts, not precisions, are interpolated (Davis and Goadrich 2006)."""
    shape = len(every), len(POINTS)
    roc, precision, gains = np.empty(shape), np.empty(shape), np.empty(shape)
    for i, (found, others) in enumerate((draw[:, 0], draw[:, 1]) for draw in every):
        roc[i] = np.interp(POINTS, others / others[-1], found / found[-1])
        last = int(np.searchsorted(found, found[-1])) + 1  # with all found, nobody has to be named any more
        taken = np.interp(POINTS * found[-1], found[:last], others[:last])
        precision[i] = np.divide(POINTS * found[-1], POINTS * found[-1] + taken, out=np.ones(len(POINTS)), where=POINTS > 0)
        looked = found + others
        gains[i] = np.interp(POINTS, looked / looked[-1], found / found[-1])
    return roc, precision, gains
