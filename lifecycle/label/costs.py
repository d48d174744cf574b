"""How long an answer takes, learned from how long answers took."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from lifecycle.label.uncertainty import Floats
from lifecycle.records import Column

__all__ = ["expected_seconds", "lengths"]

ENOUGH = 30  # timed answers below which reading speed is assumed
READING = 0.05  # seconds a character: about 240 words a minute
LOOKING = 2.0  # seconds any sample takes
CELL = 8  # a table's cell is read like so many characters


def lengths(frame: pd.DataFrame, columns: Sequence[Column]) -> Floats:
    """How much there is to read of each sample, in characters: its texts, and 8 for each other value that is there.

    >>> lengths(pd.DataFrame({"said": ["abcd", None], "age": [3.0, 4.0]}), [Column("said", "text"), Column("age", "numeric")]).tolist()
    [12.0, 8.0]
    """
    found = np.zeros(len(frame))
    for column in columns:
        values = frame[column.name]
        found += values.fillna("").astype(str).str.len().to_numpy(float) if column.kind == "text" else CELL * values.notna().to_numpy(float)
    return found


def expected_seconds(given: Floats, known: Floats, seconds: Floats) -> Floats:
    """Seconds that samples of these lengths are expected to take: a + b x length, both from 0 up, fitted to `seconds` of samples of
    `known` lengths (above the 95th percentile, somebody was away); by reading speed while fewer than 30 are known.

    >>> expected_seconds(np.array([100.0]), np.arange(40.0), 3 + 0.1 * np.arange(40.0)).round().tolist()
    [13.0]
    """
    right = np.isfinite(seconds) & (seconds > 0)
    if right.sum() < ENOUGH:
        return LOOKING + READING * given
    known, seconds = known[right], np.minimum(seconds[right], np.quantile(seconds[right], 0.95))
    scale = max(float(known.max()), 1.0)
    (base, slope), _ = nnls(np.column_stack([np.ones(len(known)), known / scale]), seconds)
    return np.asarray(np.maximum(base + slope * given / scale, 0.1))
