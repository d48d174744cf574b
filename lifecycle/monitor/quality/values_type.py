"""Whether values are of the type that the reference had, beyond what the door asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from lifecycle.monitor.quality.registration import SMALLEST, ColumnFacts, Findings, no_more_than, register
from lifecycle.monitor.summaries import Floats, Summary

__all__ = ["values_type"]

_EXACT = 2.0**53  # up to here a float holds every whole number, so that sums of them are whole


@register("type")
def values_type(facts: ColumnFacts) -> Findings | None:
    """Whole numbers that have become fractions (1 or 0), or the share of new categories that are no number or date where all known are.

    Whole numbers are told by their sums and extremes: the sum is whole, and so are that of the squares, the lowest and the highest.
    """
    if facts.bins.kind == "numeric":
        return _whole(facts)
    kind = None if facts.bins.hashed else _kind_of(facts.bins.levels)
    if kind is None:
        return None
    rows = facts.current.rows()
    odd = np.array([_odd(unseen, _KINDS[kind]) for unseen in facts.current.unseen], dtype=np.float64)
    most = no_more_than(0.0, float(facts.reference.counts[0].sum()), rows, facts.level)
    share = odd / np.maximum(rows, 1)
    return Findings(share, kind, (share > most) & (rows >= SMALLEST))


def _whole(facts: ColumnFacts) -> Findings | None:
    known = facts.current.counts[:, 1:].sum(axis=1)
    if not facts.reference.counts[0, 1:].sum() or not _is_whole(facts.reference)[0]:
        return None
    broken = ~_is_whole(facts.current) & (facts.current.squares < _EXACT) & (known >= SMALLEST)
    return Findings(broken.astype(np.float64), "whole numbers", np.asarray(broken))


def _is_whole(summary: Summary) -> NDArray[np.bool_]:
    def whole(sums: Floats) -> NDArray[np.bool_]:
        return np.asarray(np.isfinite(sums) & (np.abs(sums) < _EXACT) & (np.floor(sums) == sums))

    return whole(summary.total) & whole(summary.squares) & whole(summary.low) & whole(summary.high)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_date(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


_KINDS: dict[str, Callable[[str], bool]] = {"numbers": _is_number, "dates": _is_date}


def _kind_of(levels: Sequence[str]) -> str | None:
    """What all levels are, where they are alike; a single one says nothing.

    >>> _kind_of(["1", "2.5"]), _kind_of(["2024-01-01", "2024-02-01"]), _kind_of(["1", "a"])
    ('numbers', 'dates', None)
    """
    if len(levels) < 2:
        return None
    return next((name for name, holds in _KINDS.items() if all(map(holds, levels))), None)


def _odd(unseen: Mapping[str, int], holds: Callable[[str], bool]) -> int:
    return sum(rows for level, rows in unseen.items() if not holds(level))
