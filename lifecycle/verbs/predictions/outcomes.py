"""What a verb that lands data tells."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

__all__ = ["Landed"]


class Landed(list[str]):
    """The ids in the order given, and what was not landed: `ignored` (ids seen before with equal content), `waiting`
    (labels whose prediction has not come yet), `refused` (frame row, column, value, reason), `notes` (sentences)."""

    def __init__(self, ids: Iterable[str], ignored: int, waiting: int, refused: pd.DataFrame, notes: tuple[str, ...]) -> None:
        super().__init__(ids)
        self.ignored = ignored
        self.waiting = waiting
        self.refused = refused
        self.notes = notes
