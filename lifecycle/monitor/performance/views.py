"""Where a model errs and how well it knows it, from the summaries of some windows: confusion and calibration."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lifecycle.monitor.performance.intervals import wilson
from lifecycle.monitor.performance.layout import Floats, Layout
from lifecycle.monitor.performance.pooled import pool
from lifecycle.monitor.performance.row_model import RowModel
from lifecycle.monitor.performance.summary import Stack
from lifecycle.records import Scalar

__all__ = ["calibration_curve", "confusion_counts"]

POINTS = 10


def confusion_counts(stack: Stack, classes: Sequence[Scalar]) -> pd.DataFrame:
    """truth, prediction, count, a row a pair: how many of the windows' rows are so, each label standing for the rows that it speaks for.

    Where every row is labelled these are the counts themselves. A window without a usable label is not counted.
    """
    sample = pool(stack)
    counts = np.einsum("w,wtp->tp", stack["rows"], sample.confusion)
    k = len(classes)
    truth, prediction = np.repeat(np.arange(k), k), np.tile(np.arange(k), k)
    values = np.array([*classes, None], dtype=object)[:-1]
    return pd.DataFrame({"truth": values[truth], "prediction": values[prediction], "count": counts.ravel()})


def calibration_curve(layout: Layout, stack: Stack, model: RowModel) -> pd.DataFrame:
    """side ("current" or "reference"), bin, predicted, observed, lower, upper, rows: mean score against share of the class.

    Ten bins with about as many rows each. With two classes it is the second one's score; with more, every class's score is a case.
    """
    sample = pool(stack)
    weighted = np.einsum("w,wskb->skb", stack["rows"], sample.hits)
    squared = np.einsum("w,wskb->skb", stack["rows"] ** 2, sample.hits2)
    centres = model.middles
    frames = [_curve("current", weighted[:, 0], weighted[:, 1], squared.sum(axis=1), centres)]
    frames.append(_curve("reference", model.positive, model.negative, model.positive + model.negative, centres))
    return pd.concat(frames, ignore_index=True)


def _curve(side: str, positive: Floats, negative: Floats, squared: Floats, centres: Floats) -> pd.DataFrame:
    names = ["side", "bin", "predicted", "observed", "lower", "upper", "rows"]
    order = np.argsort(centres, axis=None, kind="stable")
    yes, rows, square, middle = (values.ravel()[order] for values in (positive, positive + negative, squared, centres))
    if not rows.sum():
        return pd.DataFrame({name: pd.Series(dtype=object if name == "side" else "float64") for name in names})
    place = np.minimum(((np.cumsum(rows) - rows / 2.0) / rows.sum() * POINTS).astype(int), POINTS - 1)
    total, hit, said, spread = (np.bincount(place, values, POINTS) for values in (rows, yes, rows * middle, square))
    there = total > 0
    total, hit, said, spread = total[there], hit[there], said[there], spread[there]
    lower, upper = wilson(hit / total, total**2 / np.maximum(spread, 1e-300))
    points = (np.flatnonzero(there) + 1, said / total, hit / total, lower, upper, total)
    return pd.DataFrame({"side": side, **dict(zip(names[1:], points, strict=True))})
