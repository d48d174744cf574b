"""One schema for parts that were written at different times: new columns are null in old parts, strings share a form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa

from lifecycle.errors import StoreError

__all__ = ["CATEGORY", "conform", "unify"]

CATEGORY = pa.dictionary(pa.int32(), pa.string())


def unify(schemas: Iterable[pa.Schema], columns: Sequence[str] | None = None) -> pa.Schema:
    """The schema that holds every part: all columns, or those asked for; one that no part has is null.

    >>> unify([pa.schema({"a": pa.null()}), pa.schema({"a": pa.float64(), "b": pa.string()})]).types
    [DataType(double), DataType(string)]
    """
    found: dict[str, pa.DataType] = {}
    for schema in schemas:
        for field in schema:
            found[field.name] = _wider(field.name, found.get(field.name, pa.null()), field.type)
    names = list(found) if columns is None else columns
    return pa.schema([(name, found.get(name, pa.float64() if name.startswith("p_") else pa.null())) for name in names])


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """A table's columns in a schema's order and types; a column that it lacks is null.

    >>> conform(pa.table({"a": ["x"]}), pa.schema([("a", CATEGORY), ("p_x", pa.float64())])).to_pylist()
    [{'a': 'x', 'p_x': None}]
    """
    if table.schema.equals(schema):
        return table
    have = set(table.column_names)
    arrays = [_cast(table[field.name], field.type) if field.name in have else pa.nulls(table.num_rows, field.type) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _wider(name: str, one: pa.DataType, other: pa.DataType) -> pa.DataType:
    if one.equals(other) or pa.types.is_null(other):
        return one
    if pa.types.is_null(one):
        return other
    if _is_text(one) and _is_text(other):
        return CATEGORY
    if (pa.types.is_floating(one) or pa.types.is_integer(one)) and (pa.types.is_floating(other) or pa.types.is_integer(other)):
        return pa.float64()
    raise StoreError(f"Column {name!r} was stored as {one} and as {other}; a column's type cannot change within a project. Give it another name.")


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind))


def _cast(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if column.type.equals(kind):
        return column
    if pa.types.is_dictionary(kind) and not pa.types.is_dictionary(column.type):
        return column.cast(kind.value_type).dictionary_encode().cast(kind)
    return column.cast(kind)
