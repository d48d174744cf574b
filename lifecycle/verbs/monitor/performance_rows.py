"""Stored rows as performance reads them, and the row model of each version, kept in memory by its reference."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lifecycle.monitor.performance.channels import Rows
from lifecycle.monitor.performance.layout import Layout, layout_of
from lifecycle.monitor.performance.row_model import RowModel, blind_model, fit_row_model, project_edges
from lifecycle.stores import versions
from lifecycle.verbs.context import Context

__all__ = ["Floats", "Ints", "columns_of", "models_of", "proba", "rows_of", "truth_of", "truth_of_json"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_KEPT: OrderedDict[tuple[str, ...], RowModel] = OrderedDict()
_MOST = 32


def columns_of(context: Context, layout: Layout, features: bool = True) -> list[str]:
    """The columns of the log that performance reads; without the features where they would not be used."""
    used = features or layout.task == "regression"
    features_read = [column.name for column in layout.features] if used else []
    return ["time", "version", "prediction", *context.schema.probability_columns(), *features_read]


def rows_of(table: pa.Table | pa.RecordBatch, layout: Layout, probability_columns: Sequence[str]) -> Rows:
    """The rows of a table of the log or of a reference."""
    names = set(table.schema.names)
    if layout.task == "regression":
        return Rows(_numbers(table["prediction"]), None, _features(table, layout))
    predicted = _codes(table["prediction"], layout.classes)
    if not set(probability_columns) <= names:
        return Rows(predicted)
    scores = np.column_stack([_numbers(table[name]) for name in probability_columns])
    missing: Bools = np.asarray(np.isnan(scores).any(axis=1))
    if missing.all():
        return Rows(predicted)
    said = (predicted[:, None] == np.arange(scores.shape[1])).astype(np.float64)
    matrix = _features(table, layout) if any(column.name in names for column in layout.features) else None
    return Rows(predicted, np.where(missing[:, None], said, scores) if missing.any() else scores, matrix)


def _features(table: pa.Table | pa.RecordBatch, layout: Layout) -> Floats | None:
    """Numbers, and categories as their level's place; a column that is not there is missing."""
    names, blank = set(table.schema.names), np.full(table.num_rows, np.nan)
    columns = [_feature(table[column.name], column.kind, column.levels) if column.name in names else blank for column in layout.features]
    return np.column_stack(columns) if columns else None


def truth_of(values: pa.ChunkedArray, layout: Layout) -> Ints | Floats:
    """Truth as `Rows.predicted` is coded: classes' places (-1 for an unknown one), or numbers."""
    return _numbers(values) if layout.task == "regression" else _codes(values, layout.classes)


def truth_of_json(values: pd.Series, layout: Layout) -> Ints | Floats:
    """The same from JSON scalars, as labels are stored; NaN for what is no number."""
    if layout.task == "regression":
        return np.asarray(pd.to_numeric(values, errors="coerce"), dtype=np.float64)
    place = {name: i for i, name in enumerate(layout.classes)}
    codes, texts = pd.factorize(values)
    places = np.array([place.get(str(json.loads(text)), -1) for text in texts], dtype=np.int64)
    return places[codes] if len(places) else np.empty(0, dtype=np.int64)


def models_of(context: Context, wanted: Sequence[int]) -> dict[int, RowModel]:
    """The row model of each version; the score bins are those of the first version that has a reference."""
    known = {version.version: version.reference for version in versions.versions(context.database, context.name)}
    first = next((sha for _, sha in sorted(known.items()) if sha), None)
    return {number: _model(context, known.get(number), first) for number in wanted}


def proba(context: Context, models: dict[int, RowModel]) -> bool:
    """Do any of these versions give probabilities."""
    return any(model.chances is not None for model in models.values())


def _model(context: Context, reference: str | None, first: str | None) -> RowModel:
    layout = layout_of(context.schema, context.settings.costs)
    key = (str(context.root), context.name, json.dumps([layout.classes, layout.costs, context.settings.estimator]), reference or "", first or "")
    if key not in _KEPT:
        _KEPT[key] = _learned(context, layout, reference, first)
        while len(_KEPT) > _MOST:
            _KEPT.popitem(last=False)
    _KEPT.move_to_end(key)
    return _KEPT[key]


def _learned(context: Context, layout: Layout, reference: str | None, first: str | None) -> RowModel:
    names = context.schema.probability_columns()
    opening = context.reference(first)
    edges = project_edges(layout, None if opening is None else rows_of(opening, layout, names).probabilities)
    table = opening if reference == first else context.reference(reference)
    if table is None or "prediction" not in table.column_names:
        return blind_model(layout, edges)
    rows, truth = rows_of(table, layout, names), truth_of(table[context.schema.target], layout)
    keep = truth >= 0 if layout.task == "classification" else np.isfinite(truth) & np.isfinite(np.asarray(rows.predicted, dtype=np.float64))
    return fit_row_model(layout, edges, rows.pick(keep), truth[keep], context.settings.seed, context.settings.estimator)


def _codes(column: pa.Array | pa.ChunkedArray, classes: Sequence[str]) -> Ints:
    """The place of each value among the classes, -1 for none of them."""
    if pa.types.is_dictionary(column.type):
        chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
        parts = []
        for chunk in chunks:
            place = np.append(_codes(chunk.dictionary, classes), -1)
            parts.append(place[np.asarray(pc.fill_null(chunk.indices, len(chunk.dictionary)), dtype=np.int64)])
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
    found = pc.index_in(column.cast(pa.string()), value_set=pa.array(classes, pa.string()))
    return np.asarray(pc.fill_null(found, -1), dtype=np.int64)


def _numbers(column: pa.Array | pa.ChunkedArray) -> Floats:
    if pa.types.is_null(column.type):
        return np.full(len(column), np.nan)
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def _feature(column: pa.Array | pa.ChunkedArray, kind: str, levels: Sequence[str]) -> Floats:
    if kind == "numeric":
        return _numbers(column)
    codes = _codes(column, levels).astype(np.float64)
    return np.where(codes < 0, np.nan, codes)
