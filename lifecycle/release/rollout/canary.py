"""A share of the entities is answered by the candidate, the same ones as long as the trial lasts."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from lifecycle.release.rollout import modes

__all__ = ["canary"]


@modes.register("canary", trial=True, share=True, aside=False)
def canary(keys: Sequence[str], share: float, trial: int) -> NDArray[np.bool_]:
    """The rows whose key hashes below `share`. Stateless: the hash of key and trial alone decides, so that every process agrees,
    a larger share keeps all who were in the smaller one, and another trial draws anew.

    >>> canary(["ann", "bob", "ann", "eve"], 0.5, 7)
    array([ True,  True,  True, False])
    """
    salt = str(trial).encode()
    digests = b"".join(blake2b(key.encode(), digest_size=8, key=salt).digest() for key in keys)
    return np.asarray(np.frombuffer(digests, dtype="<u8") < share * 2.0**64, dtype=np.bool_)
