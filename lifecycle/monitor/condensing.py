"""Thousands of windows as few enough to draw: of each run of windows the worst one is kept, so that nothing bad is averaged away."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["condense_drift", "ranked_columns", "strength", "worst_of_each"]

CAP = 3.0  # beyond three times the threshold, more of it says nothing more


def strength(frame: pd.DataFrame) -> NDArray[np.float64]:
    """How far each statistic is on its way to its threshold: 1 is the threshold, capped at three times that; NaN without one.

    >>> strength(pd.DataFrame({"statistic": [0.1, 0.5], "threshold": [0.2, 0.1]})).tolist()
    [0.5, 3.0]
    """
    limit = frame["threshold"].to_numpy(dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = frame["statistic"].to_numpy(dtype=np.float64) / np.where(limit > 0, limit, np.nan)
    return np.asarray(np.clip(ratio, 0, CAP))


def worst_of_each(series: NDArray[np.int64], place: NDArray[np.int64], windows: int, most: int, badness: NDArray[np.float64]) -> NDArray[np.int64]:
    """The row to keep of each series in each run of windows, at most `most` runs: the worst, of equals the newest.

    Parameters
    ----------
    series, place : (rows,) which line of a chart a row belongs to, and its window's place, 0 .. windows - 1.
    badness : (rows,) larger is worse; NaN is best.

    >>> worst_of_each(np.zeros(4, np.int64), np.arange(4), 4, 2, np.array([0.1, 0.9, 0.3, 0.2])).tolist()
    [1, 2]
    """
    bucket = bucket_of(place, windows, most)
    order = np.lexsort((place, np.nan_to_num(badness, nan=-np.inf), bucket, series))
    last = np.ones(len(order), dtype=bool)
    if len(order) > 1:
        last[:-1] = (np.diff(series[order]) != 0) | (np.diff(bucket[order]) != 0)
    return np.asarray(order[last])


def bucket_of(place: NDArray[np.int64], windows: int, most: int) -> NDArray[np.int64]:
    """The run that each window belongs to: itself where there are no more than `most`, else one of `most` about equal ones.

    >>> bucket_of(np.arange(5), 5, 2).tolist(), bucket_of(np.arange(3), 3, 9).tolist()
    ([0, 0, 0, 1, 1], [0, 1, 2])
    """
    return place if windows <= most else np.asarray(place * most // windows)


def ranked_columns(frame: pd.DataFrame) -> list[str]:
    """The columns of a drift report's frame, the worst first: by windows drifted, then by the strongest statistic, then by the mean."""
    codes, names = pd.factorize(frame["column"])
    if not len(names):
        return []
    reached = np.nan_to_num(strength(frame))
    drifted = np.bincount(codes, frame["drifted"].to_numpy(dtype=np.float64), minlength=len(names))
    total = np.bincount(codes, reached, minlength=len(names)) / np.maximum(np.bincount(codes, minlength=len(names)), 1)
    top = np.zeros(len(names))
    np.maximum.at(top, codes, reached)
    return [str(names[i]) for i in np.lexsort((-total, -top, -drifted))]


def condense_drift(frame: pd.DataFrame, windows: list[str], columns: list[str], most: int) -> pd.DataFrame:
    """The rows of a drift report to draw: those of `columns` (in this order) in `windows` (in order), the worst of each run of windows.

    Beside the report's columns: x (the run's place), y (the column's place), first and last (the run's windows), windows (how many
    they are), reached (`strength`), beyond (how many of them drifted).
    """
    place, down = _places(frame["window"], windows), _places(frame["column"], columns)
    held = np.flatnonzero((place >= 0) & (down >= 0))
    shown, place, down = frame.iloc[held], place[held], down[held]
    reached = strength(shown)
    drifted = shown["drifted"].to_numpy(dtype=bool)
    kept = worst_of_each(down, place, len(windows), most, np.nan_to_num(reached) + 10.0 * drifted)
    run = bucket_of(place, len(windows), most)
    runs = int(run.max(initial=-1)) + 1
    beyond = np.bincount(down * max(runs, 1) + run, drifted, minlength=len(columns) * max(runs, 1)).astype(np.int64)
    first, last = _ends(bucket_of(np.arange(len(windows)), len(windows), most), runs)
    x, y = run[kept], down[kept]
    names = np.array(windows, dtype=object)
    out = shown.iloc[kept].assign(x=x, y=y, first=names[first[x]], last=names[last[x]], windows=last[x] - first[x] + 1)
    return out.assign(reached=reached[kept], beyond=beyond[y * max(runs, 1) + x]).sort_values(["y", "x"], ignore_index=True)


def _ends(run: NDArray[np.int64], runs: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The places of the first and the last window of each run."""
    return np.searchsorted(run, np.arange(runs)), np.searchsorted(run, np.arange(runs), side="right") - 1


def _places(values: Any, names: list[str]) -> NDArray[np.int64]:
    """The place of each value among `names`, -1 of others."""
    codes, known = pd.factorize(values)
    place = pd.Index(names, dtype=object).get_indexer(pd.Index([str(name) for name in known], dtype=object))
    return np.asarray(place[codes], dtype=np.int64)
