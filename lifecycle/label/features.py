"""A sample as numbers, for distances between samples. Not what the model is given: quick, dense and of bounded width."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from lifecycle.label.uncertainty import Floats
from lifecycle.records import Column

__all__ = ["as_numbers"]

LEVELS = 16  # of a categorical column; rarer levels share one
WORDS = 128  # buckets that a text's words are hashed into
PIXELS = 12  # an image is seen as 12 x 12 greys
POINTS = 16  # a series is seen as 16 means


def as_numbers(frame: pd.DataFrame, columns: Sequence[Column]) -> Floats:
    """A row a sample: numbers as they are (NaN where missing), categories as indicators, the rest as short vectors.

    >>> as_numbers(pd.DataFrame({"age": [31.0], "plan": ["b"]}), [Column("age", "numeric"), Column("plan", "categorical", ("a", "b"))]).tolist()
    [[31.0, 0.0, 1.0, 0.0]]
    """
    parts = [_READ[column.kind](frame[column.name], column) for column in columns]
    return np.concatenate(parts, axis=1) if parts else np.zeros((len(frame), 1))


def _number(values: pd.Series, column: Column) -> Floats:
    return np.asarray(pd.to_numeric(values, errors="coerce"), dtype=np.float64)[:, None]


def _indicators(values: pd.Series, column: Column) -> Floats:
    levels = list(column.levels[:LEVELS])
    codes = pd.Categorical(values.astype(object).map(str, na_action="ignore"), categories=levels).codes
    return np.asarray(np.eye(len(levels) + 1)[codes])  # code -1, an unknown or missing level, is the last indicator


def _words(values: pd.Series, column: Column) -> Floats:
    found = np.zeros((len(values), WORDS))
    for i, text in enumerate(values.fillna("").astype(str)):
        for word in text.lower().split():
            found[i, zlib.crc32(word.encode()) % WORDS] += 1.0
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1.0))


def _greys(values: pd.Series, column: Column) -> Floats:
    from PIL import Image, UnidentifiedImageError

    found = np.zeros((len(values), PIXELS * PIXELS))
    for i, data in enumerate(values):
        if isinstance(data, bytes):
            try:
                grey = Image.open(io.BytesIO(data)).convert("L").resize((PIXELS, PIXELS))
            except (UnidentifiedImageError, OSError):
                continue  # one that cannot be read is far from none
            found[i] = np.asarray(grey, dtype=np.float64).ravel() / 255.0
    return found


def _means(values: pd.Series, column: Column) -> Floats:
    return np.array([_resampled(row) for row in values]).reshape(len(values), POINTS)


def _resampled(row: Iterable[float] | None) -> Floats:
    points = np.asarray(list(row) if row is not None else [], dtype=np.float64)
    points = points[np.isfinite(points)]
    if not len(points):
        return np.zeros(POINTS)
    return np.interp(np.linspace(0, len(points) - 1, POINTS), np.arange(len(points)), points)


def _vectors(values: pd.Series, column: Column) -> Floats:
    width = max((len(row) for row in values if row is not None), default=1)
    return np.array([row if row is not None and len(row) == width else np.zeros(width) for row in values], dtype=np.float64).reshape(
        len(values), width
    )


_READ = {"numeric": _number, "categorical": _indicators, "text": _words, "image": _greys, "series": _means, "embedding": _vectors}
