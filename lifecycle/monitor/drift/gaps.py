"""Distances that add up the gap between two cumulative shares: Wasserstein and energy, and what chance makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lifecycle.monitor.drift.bridges import of_gaps, of_paths
from lifecycle.monitor.drift.nulls import moments, shares, verdicts
from lifecycle.monitor.drift.registration import Cells, Counts, Floats, Verdicts

__all__ = ["Gaps", "judge_gaps"]

_GROUPS = 100


@dataclass(frozen=True, slots=True)
class Gaps:
    """The sum of |F - G| (`order` 1), or the root of twice that of (F - G)^2 (2), over steps between ordered cells; the first is missing.

    >>> Gaps((1.0,), 1)(np.array([0, 1, 1]), np.array([0, 0, 4])).item()
    0.5
    """

    steps: tuple[float, ...]
    order: int

    def __call__(self, first: Any, second: Any) -> Floats:
        """Of counts (..., cells)."""
        gap = np.cumsum(shares(first[..., 1:]), axis=-1) - np.cumsum(shares(second[..., 1:]), axis=-1)
        steps = np.asarray(self.steps)
        return np.asarray(np.abs(gap[..., :-1]) @ steps if self.order == 1 else np.sqrt(2 * (gap[..., :-1] ** 2 @ steps)))


def judge_gaps(reference: Counts, current: Counts, cells: Cells, level: float, least: float, order: int) -> Verdicts:
    """Judge windows by the distance on the fine cells; chance is drawn on about 100 groups of cells, within which the gap hardly varies.

    The power of the distance whose tail is nearest to a shifted gamma's is 1.5 for the first order, as a million bridges show; 2 for the second.
    """
    assert cells.positions is not None
    steps = np.diff(cells.positions) / cells.scale
    statistic = Gaps(tuple(steps.tolist()), order)(reference[None, :], current)
    counts, wide = _coarse(reference, steps, order)
    power = 1.5 if order == 1 else 2.0
    limit = of_gaps(reference, 2 * steps) if order == 2 else of_paths(counts, np.asarray(wide), power)
    known = current.sum(axis=1) - current[:, 0]
    return verdicts(statistic, moments(Gaps(wide, order), counts, known, power, limit), level, least, power)


def _coarse(reference: Counts, steps: Floats, order: int) -> tuple[Counts, tuple[float, ...]]:
    """The known counts (after missing: none) between about 100 places, and what the gap at each of them weighs.

    Steps are grouped so that each group adds about the same to the distance; the place is a group's middle, and its weight makes it
    add on average what the group does.
    """
    known = reference[1:]
    none = np.zeros(1, known.dtype)
    below = np.cumsum(known / max(known.sum(), 1))[:-1]
    spread = np.sqrt(np.maximum(below * (1 - below), 0.0)) ** order
    weights = spread * steps
    total = float(weights.sum())
    if not total > 0 or len(steps) <= _GROUPS:
        return np.concatenate((none, known)), tuple(steps.tolist())
    middles = (np.arange(_GROUPS) + 0.5) / _GROUPS * total
    places = np.unique(np.searchsorted(np.cumsum(weights), middles))
    nearest = np.searchsorted((places[1:] + places[:-1]) / 2, np.arange(len(steps)))
    held = np.bincount(np.searchsorted(places, np.arange(len(known))), known, minlength=len(places) + 1).astype(known.dtype)
    return np.concatenate((none, held)), tuple((np.bincount(nearest, weights) / spread[places]).tolist())
