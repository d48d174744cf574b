"""The rows of a frame, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

__all__ = ["each"]


def each(frame: pd.DataFrame) -> Iterator[Any]:
    """Each row with its columns as attributes; what type a cell has is the frame's affair.

    >>> [row.a for row in each(pd.DataFrame({"a": [1, 2]}))]
    [1, 2]
    """
    yield from frame.itertuples()
