"""Rollout modes, one file each: which rows the released version answers.

A mode is a pure function `(keys, share, trial) -> bool array`: `keys` names who asks each row (an entity, or the row's id),
`share` is the part of the keys to give to the version, `trial` the number of the release row. The same key gets the same
answer as long as the release lasts. Facts: `trial` (True: the champion goes on, False: the version becomes champion), `share`
(True: it must be given, 0 < share < 1; a number: what it always is), `aside` (True: the version is asked about every row on
the side, and nobody is told what it says).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from lifecycle.registry import Registry, import_siblings

__all__ = ["Mode", "modes"]

Mode = Callable[[Sequence[str], float, int], NDArray[np.bool_]]

modes: Registry[Mode] = Registry("rollout mode")

import_siblings(__name__, list(__path__))
