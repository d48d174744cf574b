"""What a drift test is, and the collection that its files fill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lifecycle.errors import InvalidValue
from lifecycle.records import TestResult
from lifecycle.registry import Registry

__all__ = ["Cells", "Counts", "DriftTest", "Floats", "Verdicts", "is_numbers", "numbers", "register", "registry", "tabulate"]

Floats = NDArray[np.float64]
Counts = NDArray[Any]  # whole rows, or the fractions of rows that count where rows depend on one another


@dataclass(frozen=True, slots=True)
class Cells:
    """What the cells of a count mean: the first is 'missing'; the others are ordered bins with `positions`, or levels without.

    unseen : (windows, levels) the rows of each new level, for what the last cell of a categorical column holds together.
    """

    positions: Floats | None = None
    unseen: Counts | None = None
    scale: float = 1.0  # the reference's spread (standard deviation of the binned values), which makes distances unitless


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What a test says of several windows, each field (windows,). `threshold`: the statistic from which on a window has drifted."""

    statistic: Floats
    p_value: Floats
    effect: Floats
    threshold: Floats


class Counted(Protocol):
    """A test on counts: reference (cells,), current (windows, cells), against `level` (p-value) and `least` (effect)."""

    def __call__(self, reference: Counts, current: Counts, cells: Cells, level: float, least: float) -> Verdicts:
        """Judge each window."""


@dataclass(frozen=True, slots=True)
class DriftTest:
    """A drift test: `exact` on two arrays, `counted` on counts of many windows, `least` the effect that matters by default."""

    name: str
    exact: Callable[..., TestResult]
    counted: Counted
    kinds: tuple[str, ...]
    least: float

    def __call__(self, reference: Any, current: Any, **options: Any) -> TestResult:
        """The exact test of two samples.

        Raises
        ------
        InvalidValue : a sample holds no value, or numbers where the other, or this test, has categories.
        """
        for name, sample in (("reference", reference), ("current", current)):
            values = pd.Series(sample)
            if not len(values) or ("categorical" not in self.kinds and values.isna().all()):
                raise InvalidValue(f"The {name} sample of {self.name} holds no value; give at least one.")
            if "categorical" not in self.kinds and not is_numbers(values):
                known = ", ".join(other for other in registry if "categorical" in registry[other].kinds)
                raise InvalidValue(f"{self.name} compares numbers, and the {name} sample holds {values.dtype}; for categories: {known}.")
        if is_numbers(pd.Series(reference)) != is_numbers(pd.Series(current)):
            raise InvalidValue(f"{self.name} was given numbers in one sample and categories in the other; give the same kind in both.")
        return self.exact(reference, current, **options)


registry: Registry[DriftTest] = Registry("drift test")


def register(
    name: str, counted: Counted, kinds: tuple[str, ...] = ("numeric",), least: float = 0.1
) -> Callable[[Callable[..., TestResult]], DriftTest]:
    """A decorator: the exact function becomes the drift test `name`, with its form on counts."""

    def keep(exact: Callable[..., TestResult]) -> DriftTest:
        test = DriftTest(name, exact, counted, kinds, least)
        registry.register(name, kinds=kinds)(test)
        return test

    return keep


def is_numbers(values: pd.Series) -> bool:
    """Is a sample made of numbers; booleans are categories, and so is text."""
    if values.dtype == object:
        return pd.api.types.infer_dtype(values, skipna=True) in ("integer", "floating", "mixed-integer-float", "decimal", "empty")
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def numbers(values: Any) -> Floats:
    """A sample as floats without its missing values (n,).

    >>> numbers([1, None, 2.5])
    array([1. , 2.5])
    """
    array = np.asarray(pd.to_numeric(pd.Series(values)), dtype=np.float64)
    return array[~np.isnan(array)]


def tabulate(reference: Any, current: Any, groups: int = 10) -> tuple[Floats, Floats]:
    """Both samples as counts on the same cells: levels (missing is one of them), or for numbers the reference's quantile bins.

    >>> [counts.tolist() for counts in tabulate(["a", "b", "a"], ["a", "c", None])]
    [[2.0, 1.0, 0.0, 0.0], [1.0, 0.0, 1.0, 1.0]]
    """
    first, second = pd.Series(reference), pd.Series(current)
    if is_numbers(first):
        known, other = numbers(first), numbers(second)
        edges = np.unique(np.quantile(known, np.linspace(0, 1, groups + 1)[1:-1], method="inverted_cdf")) if len(known) else np.empty(0)
        cells = len(edges) + 1
        a = np.bincount(np.searchsorted(edges, known), minlength=cells)
        b = np.bincount(np.searchsorted(edges, other), minlength=cells)
        lost = np.array([len(first) - len(known), len(second) - len(other)])
        if lost.any():
            a, b = np.append(a, lost[0]), np.append(b, lost[1])
    else:
        both = pd.concat([first, second], ignore_index=True).astype("str").where(pd.concat([first, second], ignore_index=True).notna())
        codes, levels = pd.factorize(both, use_na_sentinel=False)
        a = np.bincount(codes[: len(first)], minlength=len(levels))
        b = np.bincount(codes[len(first) :], minlength=len(levels))
    used = (a + b) > 0
    return a[used].astype(np.float64), b[used].astype(np.float64)
