"""Half of the entities are answered by the candidate: the share at which a difference shows soonest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lifecycle.release.rollout import modes
from lifecycle.release.rollout.canary import canary

__all__ = ["ab"]


@modes.register("ab", trial=True, share=0.5, aside=False)
def ab(keys: Sequence[str], share: float, trial: int) -> NDArray[np.bool_]:
    """The rows whose key hashes below a half.

    >>> ab(["ann", "bob", "ann", "eve"], 0.5, 7)
    array([ True,  True,  True, False])
    """
    return canary(keys, share, trial)
