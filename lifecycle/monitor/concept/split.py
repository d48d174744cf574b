"""A change of performance in two: what the inputs explain, and what a changed concept does.

change = (estimated - level) + (measured - estimated). The estimate says what today's inputs would cost if they meant what they meant on
the reference; what the labels show beyond it, the inputs cannot explain. What both sides of a difference share is in doubt once: the
reference's own error cancels from the inputs' part as far as the scores are spread as they were.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from lifecycle.monitor.performance.layout import Floats

__all__ = ["Parts", "doubts", "split"]

Z95 = 1.959963984540054
LEAST = 0.05  # of one row's spread: a smaller change of concept does not matter


@dataclass(frozen=True, slots=True)
class Parts:
    """Of W windows, each (W,): the three differences with the reach of their 95 % intervals, and whether the concept changed."""

    change: Floats
    change_half: Floats
    inputs: Floats
    inputs_half: Floats
    concept: Floats
    concept_half: Floats
    changed: NDArray[np.bool_]


def split(
    level: tuple[Floats, Floats], estimated: tuple[Floats, Floats], measured: tuple[Floats, Floats], doubt: Floats, row: Floats, rate: float
) -> Parts:
    """Split the change of a metric.

    Parameters
    ----------
    level, measured : (W,) values and the reach of their intervals, NaN where not known. estimated : values, and the reach for the
        difference to the level. doubt : (W,) reach of what the reference leaves in doubt about the estimate. row : (W,) standard deviation of one
        row on the reference. rate : the share of windows without a change that may be called changed.

    >>> one = np.array([1.0])
    >>> parts = split((0.9 * one, 0.0 * one), (0.85 * one, 0.01 * one), (0.7 * one, 0.02 * one), 0.01 * one, 0.3 * one, 0.01)
    >>> [round(float(part[0]), 3) for part in (parts.change, parts.inputs, parts.concept)], bool(parts.changed[0])
    ([-0.2, -0.05, -0.15], True)
    """
    inputs, concept = estimated[0] - level[0], measured[0] - estimated[0]
    half = np.hypot(measured[1], doubt)
    known = np.isfinite(measured[0])
    whole = np.where(known, measured[0] - level[0], inputs)
    reach = np.where(known, np.hypot(measured[1], level[1]), estimated[1])
    z = float(special.ndtri(1.0 - rate / 2.0)) / Z95
    with np.errstate(invalid="ignore"):
        changed = (np.abs(concept) > z * half) & (np.abs(concept) > LEAST * np.nan_to_num(row))
    return Parts(whole, reach, inputs, estimated[1], concept, half, changed)


def doubts(strata: Floats, reference: Floats, doubt: Floats, drawn: Floats, guess2: tuple[Floats, Floats], slope: Floats) -> tuple[Floats, Floats]:
    """The reach of what is in doubt about a window's estimate, and about its difference to the level, both (W,).

    Parameters
    ----------
    strata, reference : (W, D), (D,) shares of the window's and the reference's rows by stratum of the guess. doubt : (D, C, C) covariance
        of the guess's mean error in each. drawn : (W, C, C) of the draw of the rows whose features were read. guess2 : (W, C, C) covariances
        of the mean guess over the window's rows and over the reference's. slope : (C,) of the metric by channel mean.
    """
    by_stratum = np.einsum("c,dce,e->d", slope, np.nan_to_num(doubt), slope)
    own = np.einsum("c,wce,e->w", slope, drawn, slope)
    alone = strata**2 @ by_stratum + own
    sampled = sum(np.einsum("c,wce,e->w", slope, part, slope) for part in guess2)
    moved = (strata - reference) ** 2 @ by_stratum + own + sampled
    return Z95 * np.sqrt(np.maximum(alone, 0.0)), Z95 * np.sqrt(np.maximum(moved, 0.0))
