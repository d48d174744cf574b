"""Which rows a filter of the queue is about."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lifecycle.errors import InvalidValue, UnknownName
from lifecycle.label.uncertainty import Bools
from lifecycle.records import QueueFilter, Schema

__all__ = ["check", "matching", "needed"]


def check(where: QueueFilter, schema: Schema) -> None:
    """Refuse a filter that no row of such a project could answer.

    Raises
    ------
    UnknownName : no such column or class. InvalidValue : nothing is asked of the column, or what it cannot have.
    """
    known = {column.name: column.kind for column in schema.features} | {"prediction": _prediction_kind(schema), "entity": "text"}
    if where.column is None and (where.values or where.low is not None or where.high is not None):
        raise InvalidValue("A filter with values or bounds needs the name of their column.")
    if where.column is not None:
        if where.column not in known:
            raise UnknownName.among("column", where.column, known)
        ranged = where.low is not None or where.high is not None
        if not where.values and not ranged:
            raise InvalidValue(f"The filter names column {where.column!r} and asks nothing of it; give values, low or high.")
        if ranged and known[where.column] != "numeric":
            raise InvalidValue(f"Column {where.column!r} is {known[where.column]}, which has no range; give values.")
    classes = {str(value) for value in schema.classes}
    for value in where.predicted:
        if str(value) not in classes:
            raise UnknownName.among("class", value, map(str, schema.classes))
    if where.text and not _texts(schema):
        raise InvalidValue("This project has no column of words that could be searched; filter by a column's values instead.")


def needed(where: QueueFilter, schema: Schema) -> list[str]:
    """The columns of the log that say whether a row matches; the window is not among them."""
    names = [where.column] if where.column else []
    return list(dict.fromkeys([*names, *(["prediction"] if where.predicted else []), *(_texts(schema) if where.text else [])]))


def matching(table: pa.Table | pa.RecordBatch, where: QueueFilter, schema: Schema) -> Bools:
    """Whether each row of a table with the `needed` columns meets all that the filter asks; a missing value meets nothing.

    >>> table = pa.table({"age": [20.0, 70.0, None], "prediction": ["yes", "yes", "no"]})
    >>> from lifecycle.records import Column
    >>> schema = Schema((Column("age", "numeric"),), "label", None, "classification", "tabular", ("no", "yes"))
    >>> matching(table, QueueFilter(column="age", low=60, predicted=("yes",)), schema).tolist()
    [False, True, False]
    """
    kept = np.ones(table.num_rows, dtype=np.bool_)
    if where.column:
        kept &= _column(_plain(table[where.column]), where)
    if where.predicted:
        kept &= _true(pc.is_in(_plain(table["prediction"]), pa.array([str(value) for value in where.predicted])))
    if where.text:
        found = np.zeros(table.num_rows, dtype=np.bool_)
        for name in _texts(schema):
            found |= _true(pc.match_substring(_plain(table[name]).cast(pa.string()), where.text, ignore_case=True))
        kept &= found
    return kept


def _column(values: pa.Array, where: QueueFilter) -> Bools:
    kept = np.ones(len(values), dtype=np.bool_)
    if where.values:
        if pa.types.is_floating(values.type) or pa.types.is_integer(values.type):
            asked = pa.array(_numbers(where), pa.float64())
            kept &= _true(pc.is_in(values.cast(pa.float64()), asked))
        else:
            kept &= _true(pc.is_in(values.cast(pa.string()), pa.array([str(value) for value in where.values])))
    if where.low is not None:
        kept &= _true(pc.greater_equal(values, float(where.low)))
    if where.high is not None:
        kept &= _true(pc.less_equal(values, float(where.high)))
    return kept


def _numbers(where: QueueFilter) -> list[float]:
    try:
        return [float(value) for value in where.values]
    except (TypeError, ValueError):
        raise InvalidValue(f"Column {where.column!r} holds numbers; {', '.join(map(repr, where.values))} was given.") from None


def _plain(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return whole.dictionary_decode() if pa.types.is_dictionary(whole.type) else whole


def _true(answers: pa.Array | pa.ChunkedArray) -> Bools:
    filled = pc.fill_null(answers, False)
    return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _prediction_kind(schema: Schema) -> str:
    return "numeric" if schema.task == "regression" else "categorical"


def _texts(schema: Schema) -> Sequence[str]:
    return [column.name for column in schema.features if column.kind in ("text", "categorical")]
