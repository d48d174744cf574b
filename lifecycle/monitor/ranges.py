"""Two stretches of windows compared: their merged counts on the same frozen cells, judged as one window against its reference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lifecycle.monitor.alarms import ColumnVerdicts
from lifecycle.monitor.summaries import Bins, Counts, quantile

__all__ = ["RANGES", "Stretch", "described", "joined", "ordered"]

RANGES = (
    *("column", "kind", "test", "rows_a", "rows_b", "statistic", "p_value", "effect", "threshold", "drifted"),
    *("median_a", "median_b", "missing_a", "missing_b"),
)
_NAMED = 300


@dataclass(frozen=True, slots=True)
class Stretch:
    """A column over several windows together: counts (cells,) and rows by level that the reference does not know."""

    counts: Counts
    unseen: Mapping[str, int]


def joined(counts: Iterable[Counts], unseen: Iterable[Mapping[str, int]], cells: int) -> Stretch:
    """Windows as one stretch: the sum of their counts.

    >>> joined([np.array([0, 2]), np.array([1, 3])], [{}, {"x": 1}], 2)
    Stretch(counts=array([1, 5]), unseen={'x': 1})
    """
    total = np.zeros(cells, dtype=np.int64)
    for part in counts:
        total += part
    both: dict[str, int] = {}
    for levels in unseen:
        for level, rows in levels.items():
            both[level] = both.get(level, 0) + rows
    kept = sorted(both, key=lambda level: (-both[level], level))[:_NAMED]
    return Stretch(total, {level: both[level] for level in kept})


def described(name: str, bins: Bins, a: Stretch, b: Stretch, found: ColumnVerdicts) -> dict[str, object]:
    """What differs between two stretches of one column, judged already: a row of `RANGES`. Shares missing are 0 to 1."""
    rows_a, rows_b = int(a.counts.sum()), int(b.counts.sum())
    numeric = bins.kind == "numeric"
    return {
        "column": name,
        "kind": bins.kind,
        "test": found.test,
        "rows_a": rows_a,
        "rows_b": rows_b,
        **{part: float(getattr(found, part)[0]) for part in ("statistic", "p_value", "effect", "threshold")},
        "drifted": bool(found.drifted[0]),
        "median_a": quantile(bins, a.counts, 0.5) if numeric else float("nan"),
        "median_b": quantile(bins, b.counts, 0.5) if numeric else float("nan"),
        "missing_a": a.counts[0] / max(rows_a, 1),
        "missing_b": b.counts[0] / max(rows_b, 1),
    }


def ordered(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """The columns that differ most first: by how far each statistic is on its way to its threshold."""
    frame = pd.DataFrame(list(rows), columns=list(RANGES))
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = frame["statistic"].astype("float64") / frame["threshold"].astype("float64")
    ranked = frame.assign(reach=reach.fillna(-1.0)).sort_values(["drifted", "reach"], ascending=False, kind="stable", ignore_index=True)
    return ranked.drop(columns="reach")
