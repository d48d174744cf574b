"""What a quality check is, and the collection that its files fill."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from lifecycle.monitor.summaries import Bins, Counts, Floats, Summary
from lifecycle.registry import Registry

__all__ = ["ColumnFacts", "Findings", "QualityCheck", "WindowFacts", "no_more_than", "register", "registry"]

SMALLEST = 10  # rows: a smaller window is not checked


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column of several windows, `current`, and its `reference` (one window). `level`: the chance of a false finding a check may take."""

    bins: Bins
    reference: Summary
    current: Summary
    level: float


@dataclass(frozen=True, slots=True)
class WindowFacts:
    """Several windows as wholes, in order, each field (windows,). `earlier`: rows of the full windows before the first of them.

    repeated : the share of rows that repeat another row of their window; reference_repeated and reference_rows: of the reference.
    slots : (windows, slots) rows in equal slots of time, empty for windows by rows.
    """

    rows: Counts
    closed: NDArray[np.bool_]
    earlier: Counts
    repeated: Floats
    reference_repeated: float
    reference_rows: int
    slots: Counts
    level: float


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check found: value (windows,), what is expected in words, failed (windows,); NaN where it does not apply."""

    value: Floats
    expected: Sequence[str] | str
    failed: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class QualityCheck:
    """A check of a column or of a window as a whole; the function gives None where the check does not apply."""

    name: str
    scope: Literal["column", "window"]
    check: Callable[..., Findings | None]


registry: Registry[QualityCheck] = Registry("quality check")


def register(name: str, scope: Literal["column", "window"] = "column") -> Callable[[Callable[..., Findings | None]], QualityCheck]:
    """A decorator: the function becomes the quality check `name`."""

    def keep(check: Callable[..., Findings | None]) -> QualityCheck:
        made = QualityCheck(name, scope, check)
        registry.register(name, scope=scope)(made)
        return made

    return keep


def no_more_than(hits: float, of: float, rows: Counts, level: float, margin: float = 0.01) -> Floats:
    """The largest share that chance and a margin explain in windows of these sizes, where the reference had `hits` of `of` rows (windows,).

    The reference's share is taken at its upper confidence limit (Clopper-Pearson), the window's from the binomial.

    >>> no_more_than(0, 5_000, np.array([1_000]), 0.001).round(3).tolist()
    [0.01]
    """
    share = hits / of if of else 0.0
    limit = float(special.betaincinv(hits + 1, max(of - hits, 1e-9), 1 - level / 2)) if of else 1.0
    chance = stats.binom.ppf(1 - level / 2, rows, min(limit, 1.0)) / np.maximum(rows, 1)
    return np.asarray(np.minimum(np.maximum(chance, share + margin), 1.0))
