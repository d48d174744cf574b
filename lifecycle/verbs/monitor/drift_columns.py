"""Which columns of a project are monitored, on which frozen cells, and how they are taken from the log's rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lifecycle.modalities import modality
from lifecycle.monitor.binning import Lookup
from lifecycle.monitor.components import fit_plane, matrix
from lifecycle.monitor.sketch import add_column, repeated, row_sketch
from lifecycle.monitor.summaries import Bins, Summary, cells_of, encode, freeze_levels, freeze_numbers, summarise
from lifecycle.records import ModelVersion, Schema
from lifecycle.stores import summaries as store
from lifecycle.stores import versions
from lifecycle.verbs.context import Context

__all__ = ["ANSWERS", "Monitored", "apart", "monitored", "reference_counts", "sources", "values"]


HALVED = 100  # rows of a reference from which on half of them are kept for what the derived features were not fitted to
ANSWERS = frozenset({"prediction", "confidence"})  # what the model said, beside what it was told


@dataclass(frozen=True, slots=True)
class Monitored:
    """A project's monitored columns: frozen cells by name in page order, the version that froze them, and the derived features' state."""

    version: int
    bins: Mapping[str, Bins]
    lookups: Mapping[str, Lookup]
    fitted: Mapping[str, Any]


def monitored(context: Context) -> Monitored | None:
    """The frozen columns, frozen now from the first version that has a reference; None while there is none."""
    found = store.state(context.database, context.name)
    if found is None:
        base = next((v for v in versions.versions(context.database, context.name) if v.reference), None)
        if base is None:
            return None
        _freeze(context, base)
        found = store.state(context.database, context.name)
        assert found is not None
    cells = store.columns(context.database, context.name)
    bins = {name: Bins(kind, edges, levels, hashed) for name, kind, edges, levels, hashed in cells}
    lookups = {name: Lookup(b.edges) for name, b in bins.items() if b.kind == "numeric"}
    return Monitored(int(found["version"]), bins, lookups, found["fitted"])


def sources(schema: Schema) -> list[str]:
    """The log's columns that the monitored ones are made of."""
    return [*schema.names, "prediction", *schema.probability_columns()]


def values(table: pa.Table, schema: Schema, fitted: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Each monitored column of a table: (name, kind, values): floats, or an Arrow array of levels. One at a time, in page order."""
    absent = pa.nulls(table.num_rows)
    derived = {column for group in fitted["groups"] for column in group["columns"]}
    for column in schema.features:
        if column.name not in derived:
            array = table.column(column.name) if column.name in table.column_names else absent
            yield column.name, "numeric" if column.kind == "numeric" else "categorical", _array(array, column.kind == "numeric")
    for group in fitted["groups"]:
        frame = table.select(group["columns"]).to_pandas()
        features = modality(group["modality"]).features(frame, group["columns"], group["state"])
        for name in features:
            yield group["prefix"] + name, "numeric", features[name].to_numpy(np.float64)
    if "prediction" in table.column_names:
        numeric = schema.task == "regression"
        yield "prediction", "numeric" if numeric else "categorical", _array(table.column("prediction"), numeric)
    if schema.task == "classification" and fitted["confidence"]:
        yield "confidence", "numeric", _confidence(table, schema)


def reference_counts(context: Context, columns: Monitored, version: int) -> dict[str, dict[str, Any]]:
    """The reference of a version on the frozen cells by column (counts blob, sums), made on first use; the base version's where it has none."""
    found = store.references(context.database, context.name, version)
    if found:
        return found
    reference = versions.get(context.database, context.name, version).reference if version else None
    table = context.reference(reference)
    if table is None:
        return reference_counts(context, columns, columns.version) if version != columns.version else {}
    _keep_reference(context, columns, version, apart(table, columns, version))
    return store.references(context.database, context.name, version)


def apart(table: pa.Table, columns: Monitored, version: int) -> pa.Table:
    """A version's reference without the rows that the derived features were fitted to: on those they look better than on any others."""
    return table.take(np.arange(1, table.num_rows, 2)) if columns.fitted.get("halved") and version == columns.version else table


def groups(schema: Schema) -> list[tuple[str, list[str]]]:
    """The columns that are not readable as they are: (modality, columns) each."""
    if schema.modality == "image":
        pixels = [c.name for c in schema.features if c.kind == "numeric"]
        found = [("image", pixels)] if pixels else []
    else:
        found = []
    for column in schema.features:
        if column.kind in ("text", "image", "series", "embedding"):
            found.append((column.kind, [column.name]))
    return found


def _freeze(context: Context, base: ModelVersion) -> None:
    schema, table = context.schema, context.reference(base.reference)
    assert table is not None
    found = [group for group in groups(schema) if set(group[1]) <= set(table.column_names)]
    fitted: dict[str, Any] = {"groups": [], "confidence": all(name in table.column_names for name in schema.probability_columns())}
    some = table.take(np.arange(0, table.num_rows, 2)) if found and table.num_rows >= HALVED else table
    for name, columns in found:
        state = modality(name).fit(some.select(columns).to_pandas(), columns)
        fitted["groups"].append({"modality": name, "columns": columns, "prefix": "" if len(found) == 1 else f"{columns[0]}: ", "state": state})
    fitted["halved"] = some.num_rows < table.num_rows and any(group["state"] for group in fitted["groups"])
    table = apart(table, Monitored(base.version, {}, {}, fitted), base.version)
    known = {column.name: column.levels for column in schema.features}
    bins: dict[str, Bins] = {}
    shares: dict[str, list[float]] = {}
    contents: dict[str, Any] = {}
    hashes, one = np.zeros(table.num_rows, dtype=np.uint64), np.zeros(table.num_rows, dtype=np.int64)
    for name, kind, array in values(table, schema, fitted):
        bins[name] = freeze_numbers(array) if kind == "numeric" else freeze_levels(array, known.get(name, ()))
        if name not in ANSWERS:
            contents[name] = array if kind == "numeric" else cells_of(array, bins[name])
            add_column(hashes, contents[name])
            if kind == "categorical":
                held = np.bincount(contents[name], minlength=bins[name].cells)
                shares[name] = np.round(held / max(table.num_rows, 1), 6).tolist()
    names = list(contents)
    fitted["together"] = {"names": names, "shares": shares, "plane": fit_plane(matrix(contents, shares, names))}
    fitted["repeated"] = repeated(row_sketch(hashes, one, one - 1, 1)[0])
    fitted["rows"] = table.num_rows
    with context.database.write():
        if store.state(context.database, context.name) is None:
            store.freeze(context.database, context.name, base.version, fitted, [(n, b.kind, b.edges, b.levels, b.hashed) for n, b in bins.items()])


def _keep_reference(context: Context, columns: Monitored, version: int, table: pa.Table) -> None:
    one = np.zeros(table.num_rows, dtype=np.int64)
    rows = []
    for name, _, array in values(table, context.schema, columns.fitted):
        if name in columns.bins:
            summary = summarise(array, columns.bins[name], one, 1, lookup=columns.lookups.get(name))
            rows.append((name, *_stored(summary, 0)))
    store.keep_references(context.database, context.name, version, rows)


def _stored(summary: Summary, at: int) -> tuple[Any, ...]:
    return encode(summary.counts[at]), float(summary.low[at]), float(summary.high[at]), float(summary.total[at]), float(summary.squares[at])


def _array(array: pa.Array | pa.ChunkedArray, numeric: bool) -> Any:
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if numeric:
        return np.asarray(array.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
    if pa.types.is_dictionary(array.type) or pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        return array
    return pa.array(pd.Series(array.to_pandas()).astype("str").where(array.to_pandas().notna()), pa.string(), from_pandas=True)


def _confidence(table: pa.Table, schema: Schema) -> np.ndarray:
    best = np.full(table.num_rows, np.nan)
    for name in schema.probability_columns():
        if name in table.column_names:
            best = np.fmax(best, _array(table.column(name), True))
    return best
