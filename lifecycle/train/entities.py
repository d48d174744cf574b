"""Entities on one side of the split: what a model remembers of a customer must not make it look good on that customer's other rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["POLICIES", "Sides", "apart"]

POLICIES = ("apart", "mixed")
FEWEST = 20  # rows that are held out

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Sides:
    """Masks (rows,) of what is learned from and what is held out, and what was done, in words; "" where no entity lay on both sides."""

    learned: Array
    held: Array
    note: str = ""


def apart(learned: Array, held: Array, entities: Array) -> Sides:
    """The two sides of a split without an entity that lies on both. `entities`: (rows,) names, None where a row has none.

    The rows of such entities are not learned from, where that leaves at least half of what was to be; else they are not held out, where that
    leaves at least half, and twenty. Where neither does, both sides stay as they are and the note says so.

    >>> sides = apart(np.array([1, 1, 1, 1, 0], bool), np.array([0, 0, 0, 0, 1], bool), np.array(["a", "b", "c", None, "b"], object))
    >>> sides.learned.tolist(), sides.note
    ([True, False, True, True, False], '1 rows of 1 entities that are held out were not learned from.')
    """
    known = np.array([entity is not None for entity in entities], dtype=bool)
    both = set(entities[learned & known]) & set(entities[held & known])
    if not both:
        return Sides(learned, held)
    shared = np.array([entity in both for entity in entities], dtype=bool)
    rest, left = learned & ~shared, held & ~shared
    if rest.sum() >= learned.sum() / 2:
        return Sides(rest, held, f"{(learned & shared).sum():,} rows of {len(both):,} entities that are held out were not learned from.")
    if left.sum() >= max(FEWEST, held.sum() / 2):
        return Sides(learned, left, f"{(held & shared).sum():,} rows of {len(both):,} entities that are learned from were not held out.")
    return Sides(learned, held, f"{len(both):,} entities lie on both sides: apart, too few rows would be left. The metrics may flatter the model.")
