"""The candidate is asked about every row on the side; the champion answers everybody."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lifecycle.release.rollout import modes

__all__ = ["shadow"]


@modes.register("shadow", trial=True, share=0.0, aside=True)
def shadow(keys: Sequence[str], share: float, trial: int) -> NDArray[np.bool_]:
    """No row.

    >>> shadow(["ann", "bob"], 0.0, 7)
    array([False, False])
    """
    return np.zeros(len(keys), dtype=np.bool_)
