"""What cannot land, row by row, gathered without a loop over rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lifecycle.errors import BadData

__all__ = ["Mask", "Refusals"]

Mask = npt.NDArray[np.bool_]

SHOWN = 3


class Refusals:
    """Rows refused so far, each with the column, the value and the reason; `mask` says which rows.

    >>> refusals = Refusals(3)
    >>> refusals.add(np.array([False, True, False]), "age", ["1", "old", "3"], "is not a number")
    >>> refusals.frame().to_dict("records")
    [{'row': 1, 'column': 'age', 'value': 'old', 'reason': 'is not a number'}]
    >>> print(refusals.sentence("log with on_bad='skip' to land the others"))
    1 of 3 rows refused, nothing was stored: row 1, column 'age': 'old' is not a number. Correct it, or log with on_bad='skip' to land the others.
    """

    def __init__(self, rows: int) -> None:
        self.mask: Mask = np.zeros(rows, dtype=bool)
        self._found: list[pd.DataFrame] = []

    def add(self, wrong: Mask, column: str, values: Any, reason: str | Sequence[str]) -> None:
        """Refuse the rows where `wrong`; `reason` is one for all, or one for each refused row."""
        at = np.flatnonzero(wrong)
        if not len(at):
            return
        given = values.iloc[at].tolist() if isinstance(values, pd.Series) else [values[i] for i in at.tolist()]
        self.mask |= wrong
        reasons = reason if isinstance(reason, str) else list(reason)
        self._found.append(pd.DataFrame({"row": at, "column": column, "value": pd.Series(given, dtype=object), "reason": reasons}))

    def frame(self) -> pd.DataFrame:
        """All of them, in the order of the rows: row, column, value, reason."""
        if not self._found:
            return BadData("").refused
        return pd.concat(self._found, ignore_index=True).sort_values("row", kind="stable", ignore_index=True)

    def sentence(self, otherwise: str) -> str:
        """How many, the first few, and what to do."""
        found = self.frame()
        shown = [f"row {r.row}, column {r.column!r}: {_short(r.value)} {r.reason}" for r in found.head(SHOWN).itertuples()]
        more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        them = "them" if self.mask.sum() > 1 else "it"
        return f"{self.mask.sum()} of {len(self.mask)} rows refused, nothing was stored: {'; '.join(shown)}{more}. Correct {them}, or {otherwise}."


def _short(value: object) -> str:
    text = repr(value.item() if isinstance(value, np.generic) else value)
    return text if len(text) <= 60 else f"{text[:57]}..."
