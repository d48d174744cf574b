"""Forecasting: past values as columns of the row, and what a recipe makes of them.

A model is asked about one row, so that the past that it needs must be in that row: `with_lags` puts it there, for training and for
asking alike. What is derived from it (means, spread, slope of the last so many) is derived inside the recipe, from the row alone,
and so cannot differ between training and serving.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import validate_data

from lifecycle.errors import InvalidValue

__all__ = ["Rolling", "lag_columns", "with_lags"]

LAG = re.compile(r"(.+)_lag_(\d+)$")


def with_lags(frame: pd.DataFrame, column: str, lags: int = 4, horizon: int = 1, by: str | None = None) -> pd.DataFrame:
    """The frame with `<column>_lag_1` ... `<column>_lag_<lags>`: the newest values that were known `horizon` rows before. Rows in order of time.

    The first rows have missing values. `by`: a column that tells several series apart.

    >>> with_lags(pd.DataFrame({"y": [1.0, 2.0, 3.0]}), "y", lags=2)["y_lag_1"].tolist()
    [nan, 1.0, 2.0]

    Raises
    ------
    InvalidValue : no such column, or lags or a horizon below 1.
    """
    if column not in frame.columns or (by is not None and by not in frame.columns):
        raise InvalidValue(
            f"There is no column {column if by is None or by in frame.columns else by!r}; given: {', '.join(map(str, frame.columns))}."
        )
    if lags < 1 or horizon < 1:
        raise InvalidValue(f"lags and horizon are whole numbers from 1 on; given: {lags} and {horizon}.")
    values = frame[column] if by is None else frame.groupby(by, sort=False)[column]
    return frame.assign(**{f"{column}_lag_{k}": values.shift(horizon + k - 1) for k in range(1, lags + 1)})


def lag_columns(names: Iterable[str]) -> dict[str, list[str]]:
    """By series, its lag columns in order, the newest first; series with fewer than two are left out.

    >>> lag_columns(["y_lag_2", "y_lag_1", "price"])
    {'y': ['y_lag_1', 'y_lag_2']}
    """
    found: dict[str, list[tuple[int, str]]] = {}
    for name in names:
        if match := LAG.match(name):
            found.setdefault(match[1], []).append((int(match[2]), name))
    return {series: [name for _, name in sorted(lags)] for series, lags in found.items() if len(lags) > 1}


class Rolling(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """The lags of ONE series (columns, the newest first) with the mean, the spread and the change of the last `windows` of them beside.

    >>> Rolling(windows=(2,)).fit_transform(np.array([[3.0, 1.0, 8.0]])).tolist()
    [[3.0, 1.0, 8.0, 2.0, 1.0, 2.0]]
    """

    def __init__(self, windows: Sequence[int] = (2, 4, 12)) -> None:
        self.windows = windows

    def fit(self, features: Any, y: Any = None) -> Rolling:
        """Nothing is learned but how many columns there are."""
        validate_data(self, features, ensure_all_finite="allow-nan")
        return self

    def transform(self, features: Any) -> np.ndarray[Any, Any]:
        """(rows, lags) to (rows, lags + 3 a window); a missing lag makes what is made of it missing."""
        lags = validate_data(self, features, reset=False, ensure_all_finite="allow-nan", dtype=np.float64)
        parts = [lags]
        for window in sorted({min(width, lags.shape[1]) for width in self.windows}):
            last = lags[:, :window]
            parts += [last.mean(axis=1, keepdims=True), last.std(axis=1, keepdims=True), last[:, :1] - last[:, -1:]]
        return np.hstack(parts)
