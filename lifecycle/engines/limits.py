"""What one job may use, from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass

from lifecycle.errors import InvalidValue

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """`memory`: bytes that a job may hold; `seconds`: how long it may take; `threads`: of its numeric libraries, 0 for as many as they like."""

    memory: int
    seconds: float
    threads: int = 0

    @classmethod
    def here(cls) -> Limits:
        """LIFECYCLE_JOB_MEMORY (MiB; default nine tenths of the machine's) and LIFECYCLE_JOB_SECONDS (default six hours),
        LIFECYCLE_JOB_THREADS (default no limit: a manifest takes the number of threads for a part of the environment).

        Raises
        ------
        InvalidValue : one of them is no positive number.
        """
        mebibytes = _number("LIFECYCLE_JOB_MEMORY", 0.9 * os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**20)
        return cls(int(mebibytes * 2**20), _number("LIFECYCLE_JOB_SECONDS", 6 * 3600.0), int(_number("LIFECYCLE_JOB_THREADS", 0.0)))


def _number(name: str, default: float) -> float:
    text = os.environ.get(name, "").strip()
    try:
        value = float(text) if text else default
    except ValueError:
        value = -1.0
    if text and not value > 0:
        raise InvalidValue(f"{name} is {text!r}; give a positive number, or leave it unset for {default:.0f}.")
    return value
