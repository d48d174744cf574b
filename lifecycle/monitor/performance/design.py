"""A table of rows as a linear model reads it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lifecycle.monitor.performance.layout import Floats
from lifecycle.records import Column

__all__ = ["Design", "learned_design"]

LEVELS = 12  # of a category that have an indicator
REACH = 6.0  # standard deviations that a value can lie from the middle, so that one outlier tells no story of its own


@dataclass(frozen=True)
class Design:
    """Numbers standardised as on the reference, missing ones in the middle; categories as indicators.

    columns : the last of the table's, those before them are numbers. mean, scale : (T,).
    """

    columns: tuple[Column, ...]
    mean: Floats
    scale: Floats

    def of(self, table: Floats) -> Floats:
        """The design matrix (n, P) of a table (n, T)."""
        standard = np.clip(np.nan_to_num((table - self.mean) / self.scale), -REACH, REACH)
        first = table.shape[1] - len(self.columns)
        parts = [standard[:, :first]]
        for place, column in enumerate(self.columns, start=first):
            if column.kind == "categorical":
                parts.append(0.5 * (table[:, [place]] == np.arange(min(len(column.levels), LEVELS))))
            else:
                parts.append(standard[:, [place]])
        return np.hstack(parts)


def learned_design(columns: tuple[Column, ...], table: Floats) -> Design:
    """From the table that the model is learned from.

    >>> table = np.array([[0.0, 1.0], [2.0, np.nan]])
    >>> learned_design((), table).of(table).tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    known = np.isfinite(table)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, table, 0.0).sum(axis=0) / count
    scale = np.sqrt(np.where(known, (table - mean) ** 2, 0.0).sum(axis=0) / count)
    return Design(columns, mean, np.where(scale > 1e-12, scale, 1.0))
