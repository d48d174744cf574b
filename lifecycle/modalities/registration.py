"""What a modality is, and the collection that its files fill."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from lifecycle.registry import Registry

__all__ = ["ColumnFacts", "Modality", "register", "registry"]


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """What is usual in a column's reference: the 1 to 99 % range and extremes of a numeric one, each level's share of a categorical one."""

    kind: str
    lower: float = float("nan")
    upper: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    shares: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Modality:
    """How one kind of sample is handled.

    Attributes
    ----------
    read : (cell) -> the cell as it is stored; BadData says what is wrong with it.
    fit : (frame, columns) -> state, JSON-able: what `features` needs to know of the reference.
    features : (frame, columns, state) -> frame of numeric columns with names that a person understands, a row a row.
    preview : (sample, columns, facts by column) -> plain dict that a page can draw; `kind` says how.
    """

    name: str
    read: Callable[[Any], Any]
    fit: Callable[[pd.DataFrame, Sequence[str]], dict[str, Any]]
    features: Callable[[pd.DataFrame, Sequence[str], Mapping[str, Any]], pd.DataFrame]
    preview: Callable[[Mapping[str, Any], Sequence[str], Mapping[str, ColumnFacts]], dict[str, Any]]


registry: Registry[Modality] = Registry("modality")


def register(name: str, **parts: Callable[..., Any]) -> Modality:
    """File a modality made of its four functions."""
    made = Modality(name, **parts)
    registry.register(name)(made)
    return made
