"""What a test of all columns together is, and the collection that its files fill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lifecycle.errors import InvalidValue
from lifecycle.monitor.drift.registration import is_numbers
from lifecycle.records import MultivariateResult
from lifecycle.registry import Registry

__all__ = ["FEWEST", "Floats", "MultivariateTest", "Sample", "encoded", "nothing", "register", "registry", "thinned"]

Floats = NDArray[np.float64]
FEWEST = 30  # rows on either side: fewer say nothing of columns together
RARE = 10  # rows of both samples together: a level of fewer is one of the rare
MOST = 2_000  # rows on either side that a method looks at


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows as numbers: values (rows, columns), NaN missing; a category is a code, 0, 1, .. from the most frequent level of the reference on.
    categorical (columns,): which columns hold codes."""

    values: Floats
    categorical: NDArray[np.bool_]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.values)

    def pick(self, rows: NDArray[np.int64]) -> Sample:
        """Some of the rows."""
        return replace(self, values=self.values[rows])


Method = Callable[[Sample, Sample, float, float, int], MultivariateResult]


@dataclass(frozen=True, slots=True)
class MultivariateTest:
    """A test of two samples of rows; `least`: the effect that matters by default."""

    name: str
    method: Method
    least: float

    def __call__(self, reference: Any, current: Any, level: float = 0.01, least: float | None = None, seed: int = 0) -> MultivariateResult:
        """Do these rows look like those: two frames of the same columns, or two arrays (rows, columns); or two encoded `Sample`s.

        Parameters
        ----------
        level : the p-value that `threshold` belongs to. least : the effect that matters, the test's own by default.
        seed : of draws and folds; the same seed gives the same result.

        Raises
        ------
        InvalidValue : the columns differ, there are fewer than two of them, or no row on a side.
        """
        first, second = (reference, current) if isinstance(reference, Sample) else encoded(reference, current)
        least = self.least if least is None else least
        if min(len(first), len(second)) < FEWEST:
            return nothing()
        first, second = _rare_merged(first, second)
        rng = np.random.default_rng(seed)
        return self.method(thinned(first, rng), thinned(second, rng), level, least, seed)


registry: Registry[MultivariateTest] = Registry("multivariate test")


def register(name: str, least: float) -> Callable[[Method], MultivariateTest]:
    """A decorator: the function becomes the multivariate test `name`."""

    def keep(method: Method) -> MultivariateTest:
        test = MultivariateTest(name, method, least)
        registry.register(name)(test)
        return test

    return keep


def nothing() -> MultivariateResult:
    """What can be said of too few rows."""
    nan = float("nan")
    return MultivariateResult(nan, nan, nan, nan, nan, nan, {})


def thinned(sample: Sample, rng: np.random.Generator, most: int = MOST) -> Sample:
    """At most `most` of the rows, drawn at random."""
    return sample if len(sample) <= most else sample.pick(np.sort(rng.choice(len(sample), most, replace=False)))


def encoded(reference: Any, current: Any) -> tuple[Sample, Sample]:
    """Two frames, or two arrays, as samples on the same codes; a level that the reference does not know has the code after the last.

    >>> first, second = encoded(pd.DataFrame({"a": ["x", "y", "x"], "b": [1, 2, 3]}), pd.DataFrame({"a": ["z", None], "b": [4, 5]}))
    >>> first.values[:, 0].tolist(), second.values[:, 0].tolist()
    ([0.0, 1.0, 0.0], [2.0, nan])
    """
    first, second = (_frame(side) for side in (reference, current))
    if first.columns.tolist() != second.columns.tolist():
        raise InvalidValue(
            f"The reference has the columns {first.columns.tolist()[:9]} and the current rows {second.columns.tolist()[:9]}; give the same."
        )
    if len(first.columns) < 2 or not len(first) or not len(second):
        raise InvalidValue(
            f"{len(first)} and {len(second)} rows of {len(first.columns)} columns; columns together need two columns and a row on each side."
        )
    parts, categorical = [], []
    for name in first.columns:
        numeric = is_numbers(first[name]) and is_numbers(second[name])
        categorical.append(not numeric)
        parts.append(_numbers(first[name], second[name]) if numeric else _codes(first[name], second[name]))
    names, flags = tuple(str(name) for name in first.columns), np.array(categorical)
    return tuple(Sample(np.column_stack([part[side] for part in parts]), flags, names) for side in (0, 1))  # type: ignore[return-value]


def _rare_merged(first: Sample, second: Sample) -> tuple[Sample, Sample]:
    """Levels that few rows of both samples hold, or none of the reference, as one: a rare level that only one side happens to hold would
    tell it from the other, drift or not."""
    values = np.concatenate([first.values, second.values])
    for j in np.flatnonzero(first.categorical):
        known = ~np.isnan(values[:, j])
        codes = values[known, j].astype(np.int64)
        held = np.bincount(codes[: int(known[: len(first)].sum())], minlength=int(codes.max(initial=0)) + 1) > 0
        kept = held & (np.bincount(codes, minlength=len(held)) >= RARE)
        values[known, j] = np.where(kept, np.cumsum(kept) - 1, kept.sum())[codes]
    return replace(first, values=values[: len(first)]), replace(second, values=values[len(first) :])


def _frame(rows: Any) -> pd.DataFrame:
    if isinstance(rows, pd.DataFrame):
        return rows
    array = np.asarray(rows)
    if array.ndim != 2:
        raise InvalidValue(f"Rows of shape {array.shape}; give a frame, or an array of (rows, columns).")
    return pd.DataFrame(array, columns=[f"column {place + 1}" for place in range(array.shape[1])])


def _numbers(first: pd.Series, second: pd.Series) -> tuple[Floats, Floats]:
    one, two = (np.asarray(pd.to_numeric(side), dtype=np.float64) for side in (first, second))
    return np.where(np.isinf(one), np.nan, one), np.where(np.isinf(two), np.nan, two)


def _codes(first: pd.Series, second: pd.Series) -> tuple[Floats, Floats]:
    known = first.dropna().astype("str").value_counts()
    place = {level: float(code) for code, level in enumerate(sorted(known.index, key=lambda level: (-known[level], level)))}
    codes = [
        np.array([np.nan if pd.isna(cell) else place.get(str(cell), float(len(place))) for cell in side], dtype=np.float64)
        for side in (first, second)
    ]
    return codes[0], codes[1]
