"""Rolling origins: where the past is cut, and how wide intervals are that learn from the errors made so far."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

__all__ = ["cuts", "widths"]

FEWEST = 8  # rows to fit on at the first origin
Array = np.ndarray[Any, Any]


def cuts(rows: int, origins: int) -> list[tuple[int, int]]:
    """(begin, end) of what each origin foretells, of rows in order of time: the second half in equal parts. Empty where there are too few rows.

    >>> cuts(20, 2), cuts(6, 2)
    ([(10, 15), (15, 20)], [])
    """
    begin = max(FEWEST, rows // 2)
    if rows - begin < origins:
        return []
    edges = np.linspace(begin, rows, origins + 1).round().astype(int).tolist()
    return list(pairwise(edges))


def widths(origin: Array, missed: Array, level: float) -> Array:
    """(rows,) half the width of each row's interval: the split-conformal quantile of the absolute errors of earlier origins.

    That is the ceil((n + 1) level)-th smallest of n errors (Vovk et al., 2005), the largest where n is too small for it; NaN at the first origin.

    >>> widths(np.array([1, 1, 2]), np.array([1.0, 3.0, 9.0]), 0.9).tolist()
    [nan, nan, 3.0]
    """
    found = np.full(len(origin), np.nan)
    for number in np.unique(origin)[1:]:
        before = np.sort(missed[origin < number])
        place = min(int(np.ceil((len(before) + 1) * level)), len(before)) - 1
        found[origin == number] = before[place]
    return found
