"""Everybody is answered by the released version, which becomes champion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lifecycle.release.rollout import modes

__all__ = ["full"]


@modes.register("full", trial=False, share=1.0, aside=False)
def full(keys: Sequence[str], share: float, trial: int) -> NDArray[np.bool_]:
    """All rows.

    >>> full(["ann", "bob"], 1.0, 7)
    array([ True,  True])
    """
    return np.ones(len(keys), dtype=np.bool_)
