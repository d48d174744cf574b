"""Records as JSON brings them, read straight into the log's columns where nothing in them needs judging."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from operator import itemgetter
from types import NoneType
from typing import Any
from uuid import uuid4

import numpy as np
import pyarrow as pa

from lifecycle.records import Column, Schema
from lifecycle.schema.check import Rows
from lifecycle.schema.refusals import Refusals
from lifecycle.schema.values import CATEGORY

__all__ = ["quick"]

NUMBERS = {float, int, NoneType}
TEXTS = {str, NoneType}

Records = Sequence[Mapping[str, Any]]


def quick(records: Records, entities: Sequence[str | None], schema: Schema, now: datetime) -> Rows | None:
    """What `check` finds of a frame of these records, for one part of its time; None where a value has to be judged: then ask `check`.

    Taken here: numbers that are finite or null, categories and texts that are strings or null, a record's own `id` and `entity`.
    `entities`: who asks, a record each, where it does not say itself.

    >>> from datetime import UTC, datetime
    >>> schema = Schema((Column("age", "numeric"),), "y", None, "regression", "tabular")
    >>> quick([{"age": 41.0}, {"age": None}], [None, "ann"], schema, datetime(2026, 1, 1, tzinfo=UTC)).table.drop_columns("time").to_pylist()
    [{'entity': None, 'age': 41.0}, {'entity': 'ann', 'age': nan}]
    >>> quick([{"age": "old"}], [None], schema, datetime(2026, 1, 1, tzinfo=UTC))
    """
    if not schema.features or any(column.kind not in ("numeric", "categorical", "text") for column in schema.features):
        return None
    columns: dict[str, pa.Array] = {}
    if any(len(record) != len(schema.features) for record in records):  # more than the features, or fewer
        if not all(len(record) == len(schema.features) + ("id" in record) + ("entity" in record) for record in records):
            return None
        entities = [who if record.get("entity") is None else str(record["entity"]) for record, who in zip(records, entities, strict=True)]
        if any(record.get("id") is not None for record in records):  # else the log makes them, and need not look for them
            ids = [_id(record.get("id")) for record in records]
            if not all(ids):
                return None
            columns["id"] = pa.array(ids, pa.string())
    features = _features(records, schema)
    if features is None:
        return None
    moment = np.datetime64(now.astimezone(UTC).replace(tzinfo=None), "us")
    columns["time"] = pa.array(np.full(len(records), moment), pa.timestamp("us", "UTC"))
    columns["entity"] = pa.array([None if who is None else who.strip() or None for who in entities], pa.string())
    columns |= features
    table = pa.Table.from_arrays(list(columns.values()), names=list(columns))
    return Rows(table, np.arange(len(records)), None, False, False, Refusals(len(records)), ())


def _id(given: Any) -> str:
    if given is None:
        return uuid4().hex
    return given.strip() if type(given) is str else ""


def _features(records: Records, schema: Schema) -> dict[str, pa.Array] | None:
    names = schema.names
    try:
        rows = list(map(itemgetter(*names), records)) if len(names) > 1 else [(record[names[0]],) for record in records]
    except KeyError:
        return None
    try:
        if all(column.kind == "numeric" for column in schema.features):
            if not set(map(type, chain.from_iterable(rows))) <= NUMBERS:
                return None
            matrix = np.ascontiguousarray(np.array(rows, dtype="float64").T)
            return None if np.isinf(matrix).any() else dict(zip(names, map(pa.array, matrix), strict=True))
        found = {column.name: _column(values, column) for column, values in zip(schema.features, zip(*rows, strict=True), strict=True)}
    except (OverflowError, UnicodeEncodeError):  # a whole number beyond any float; half a character
        return None
    return None if any(values is None for values in found.values()) else found


def _column(values: tuple[Any, ...], column: Column) -> pa.Array | None:
    kinds = set(map(type, values))
    if column.kind == "numeric":
        numbers = np.array(values, dtype="float64") if kinds <= NUMBERS else np.array([np.inf])
        return None if np.isinf(numbers).any() else pa.array(numbers)
    if not kinds <= TEXTS:
        return None
    texts = pa.array(values, pa.string())
    return texts.dictionary_encode().cast(CATEGORY) if column.kind == "categorical" else texts
