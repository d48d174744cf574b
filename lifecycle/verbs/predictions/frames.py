"""Rows as a model is given them, made of frames or of the log's columns."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lifecycle.errors import BadData
from lifecycle.records import Schema

__all__ = ["feature_frame", "model_frame", "plain_frame"]


def feature_frame(schema: Schema, frame: pd.DataFrame) -> pd.DataFrame:
    """What a model is given: the schema's features in order; numbers as float64, all else as objects with NaN for missing (imputers overlook None).

    Raises
    ------
    BadData : a feature column is missing, or a numeric one holds what is no number.
    """
    absent = [name for name in schema.names if name not in frame.columns]
    if absent:
        raise BadData(f"The model needs the column {', '.join(map(repr, absent))}; given: {', '.join(map(str, frame.columns))}.")
    numeric = all(column.kind == "numeric" for column in schema.features)
    if numeric and tuple(frame.columns) == tuple(schema.names) and (frame.dtypes == np.float64).all():
        return pd.DataFrame(frame.to_numpy(copy=True), columns=frame.columns)
    columns: dict[str, Any] = {}
    for column in schema.features:
        values = frame[column.name]
        if column.kind == "numeric":
            columns[column.name] = _numbers(column.name, values)
        else:
            objects = values.astype(object)
            columns[column.name] = (objects.where(objects.notna(), np.nan) if objects.hasnans else objects).to_numpy()
    if numeric:  # one block, which a model takes apart faster than columns
        return pd.DataFrame(np.vstack(list(columns.values())).T, index=pd.RangeIndex(len(frame)), columns=list(columns), copy=False)
    return pd.DataFrame(columns, index=pd.RangeIndex(len(frame)), copy=False)


def model_frame(schema: Schema, table: pa.Table) -> pd.DataFrame:
    """The same of log columns: `feature_frame(schema, plain_frame(table))`, without the way through pandas where that is dear for few rows."""
    names = schema.names
    if any(column.kind not in ("numeric", "categorical", "text") for column in schema.features):
        return feature_frame(schema, plain_frame(table.select(names)))
    if all(column.kind == "numeric" for column in schema.features):
        matrix = np.empty((table.num_rows, len(names)))
        for place, name in enumerate(names):
            matrix[:, place] = table[name].to_numpy()
        return pd.DataFrame(matrix, columns=_index(names), copy=False)
    columns = {column.name: table[column.name].to_numpy() if column.kind == "numeric" else _texts(table[column.name]) for column in schema.features}
    return pd.DataFrame(columns, copy=False)


def plain_frame(table: pa.Table) -> pd.DataFrame:
    """Log columns as a frame: text instead of dictionary codes, so that it equals what was given."""
    texts = [(place, field.name) for place, field in enumerate(table.schema) if pa.types.is_dictionary(field.type)]
    for place, name in texts:
        table = table.set_column(place, name, table[name].cast(pa.string()))
    frame: pd.DataFrame = table.to_pandas(use_threads=table.num_rows > 10_000)  # few rows do not pay for waking threads
    return frame


@lru_cache(maxsize=64)
def _index(names: tuple[str, ...]) -> pd.Index:
    return pd.Index(list(names))


def _texts(values: pa.ChunkedArray) -> np.ndarray[Any, Any]:
    """Text as objects, NaN where it is missing."""
    texts = values.cast(pa.string()) if pa.types.is_dictionary(values.type) else values
    found: np.ndarray[Any, Any] = texts.to_numpy()
    if texts.null_count:
        found[[value is None for value in found]] = np.nan
    return found


def _numbers(name: str, values: pd.Series) -> np.ndarray[Any, Any]:
    if values.dtype == np.float64:
        return np.asarray(values.to_numpy())
    try:
        return np.asarray(pd.to_numeric(values).to_numpy(dtype="float64", na_value=np.nan))
    except (TypeError, ValueError) as error:
        raise BadData(f"Column {name!r} holds something that is no number ({error}); give numbers, or leave the value empty.") from error
