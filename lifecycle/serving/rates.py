"""Token buckets: so many requests at once, so many a second after that."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["Buckets"]

MOST_KEPT = 10_000


class Buckets:
    """A bucket a caller. Full buckets are forgotten when there are many, so that addresses that come once do not fill the memory.

    >>> now = [0.0]
    >>> buckets = Buckets(lambda: now[0])
    >>> [buckets.wait("ann", rate=2, burst=2) for _ in range(3)]
    [0.0, 0.0, 0.5]
    >>> now[0] = 0.5
    >>> buckets.wait("ann", rate=2, burst=2)
    0.0
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._filled: dict[str, tuple[float, float]] = {}

    def wait(self, caller: str, rate: float, burst: float) -> float:
        """Take one; 0 where there was one, else in how many seconds there will be."""
        now = self._clock()
        level, at = self._filled.get(caller, (burst, now))
        level = min(burst, level + (now - at) * rate)
        if level < 1.0:
            self._filled[caller] = (level, now)
            return (1.0 - level) / rate
        if len(self._filled) >= MOST_KEPT and caller not in self._filled:
            self._filled = {name: held for name, held in self._filled.items() if held[0] + (now - held[1]) * rate < burst - 1}
        self._filled[caller] = (level - 1.0, now)
        return 0.0
