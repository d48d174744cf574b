"""How many answers a sample is to get: a share of all, drawn once and for all, gets several."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lifecycle.label.audit import permanent_numbers

__all__ = ["answers_wanted", "shared"]

SALT = 0x0E71A9  # another draw than the audit's


def shared(seqs: NDArray[np.int64], share: float, seed: int) -> NDArray[np.bool_]:
    """Which rows of the log several people are to answer; a larger share keeps those of a smaller one.

    >>> shared(np.arange(1, 6), 0.5, 0).tolist()
    [True, False, True, True, False]
    """
    return permanent_numbers(seqs, seed + SALT) < share


def answers_wanted(seqs: NDArray[np.int64], overlap: int, share: float, seed: int) -> NDArray[np.int64]:
    """`overlap` for the rows that are shared, 1 for the others.

    >>> answers_wanted(np.arange(1, 6), 3, 1.0, 0).tolist()
    [3, 3, 3, 3, 3]
    """
    return np.where(shared(seqs, share, seed), max(1, overlap), 1)
