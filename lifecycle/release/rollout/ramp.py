"""A share of the entities that grows step by step while nothing goes wrong; who is in a small share stays in the larger ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lifecycle.release.rollout import modes
from lifecycle.release.rollout.canary import canary

__all__ = ["ramp"]


@modes.register("ramp", trial=True, share=True, aside=False)
def ramp(keys: Sequence[str], share: float, trial: int) -> NDArray[np.bool_]:
    """The rows whose key hashes below `share`; `trial` is the same at all steps.

    >>> ramp(["ann", "bob", "ann", "eve"], 0.5, 7)
    array([ True,  True,  True, False])
    """
    return canary(keys, share, trial)
