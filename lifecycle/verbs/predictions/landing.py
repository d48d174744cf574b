"""A checked frame becomes rows of the log: ids that were seen before, the model's answer, labels that came along."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lifecycle import schema as door
from lifecycle.errors import BadData
from lifecycle.records import Schema
from lifecycle.schema import Refusals, Rows
from lifecycle.stores import labels as label_store
from lifecycle.stores import versions
from lifecycle.stores.predictions import LARGE
from lifecycle.stores.segments import Segment
from lifecycle.verbs.context import Context, who
from lifecycle.verbs.predictions import answering
from lifecycle.verbs.predictions.frames import model_frame, plain_frame
from lifecycle.verbs.predictions.scoring import Said

__all__ = ["Arrived", "as_given", "land", "original", "original_types", "plain_values", "read", "settle"]

ANSWERED_AT_ONCE = 65_536
IMAGE_BYTES = 20 << 20
SECRET_IDS = 10_000  # rows; in larger calls, which are one caller's, ids differ by their number alone

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Settled:
    """Checked rows told apart: `new` are their places in the checked table, `known` the seq of each row that the log has."""

    new: Numbers
    known: Numbers
    repeated: Numbers
    upto: int


@dataclass(frozen=True, slots=True)
class Arrived:
    """What landed: the seq of each accepted row in the order of `Rows.table`, the new rows as stored, how many were there already."""

    seqs: Numbers
    table: pa.Table
    ignored: int
    labels: int


def read(context: Context, frame: pd.DataFrame, schema: Schema | None = None) -> Rows:
    """The frame checked against the schema, images read from their paths."""
    schema = schema or context.schema
    if isinstance(frame, pd.DataFrame):
        for column in schema.features:
            if column.kind == "image" and column.name in frame.columns:
                frame = frame.assign(**{column.name: pd.Series([_image(value) for value in frame[column.name]], index=frame.index, dtype=object)})
    return door.check(frame, schema, context.now())


def settle(context: Context, rows: Rows) -> Settled:
    """Tell apart the rows that are new, those that are there already with the same content, and refuse those that differ."""
    count = rows.table.num_rows
    known: Numbers = np.zeros(count, dtype=np.int64)
    nowhere: Numbers = np.full(count, -1, dtype=np.int64)
    if "id" not in rows.table.column_names or not count:
        return Settled(np.arange(count), known, nowhere, 0)
    log = context.log()
    upto = log.rows
    ids = rows.table["id"].to_numpy(zero_copy_only=False)
    codes, unique = pd.factorize(ids)
    firsts: Numbers = np.full(len(unique), -1, dtype=np.int64)
    firsts[codes[::-1]] = np.arange(count)[::-1]
    repeated = np.where(firsts[codes] == np.arange(count), -1, firsts[codes])
    _refuse_other_content(rows, np.flatnonzero(repeated >= 0), repeated, None, "stands in this frame twice with other values")
    known = log.locate(unique)[codes]
    met = np.flatnonzero((known > 0) & (repeated < 0))
    if len(met):
        _refuse_other_content(rows, met, np.arange(len(met)), log.take(known[met]), "is in the log already with other values")
    new = np.flatnonzero((known == 0) & (repeated < 0))
    return Settled(new, known, repeated, upto)


def _arrive(context: Context, rows: Rows, settled: Settled, by: str | None, event: tuple[str, str] | None) -> Arrived:
    """Append the new rows, with the model's answer where none was given; durable on return, all of it or nothing."""
    log, schema = context.log(), context.schema
    aside: list[Callable[[], None]] = []
    table = _complete(context, rows, settled, schema, aside)
    staged: pa.Table | Segment = log.stage(table) if table.num_rows >= LARGE else table
    try:
        with context.database.write():
            if "id" in rows.table.column_names and log.rows != settled.upto and (log.locate(table["id"].to_pylist(), after=settled.upto) > 0).any():
                raise _Overtaken
            first, last = log.append(staged)
            seqs = np.where(settled.known > 0, settled.known, 0)
            seqs[settled.new] = np.arange(first, last + 1)
            again = settled.repeated >= 0
            seqs[again] = seqs[settled.repeated[again]]
            if "id" in rows.table.column_names:
                label_store.match(context.database, context.name, table["id"].to_pylist(), range(first, last + 1))
            count = _labels(context, rows, seqs, table, schema, by)
            if event is not None and (table.num_rows or count):
                context.happened(by, event[0], event[1], {"rows": table.num_rows, "labels": count})
    except BaseException:
        if isinstance(staged, Segment):
            log.discard(staged)
        raise
    for work in aside:
        context.aside(work) if context.aside is not None else work()
    return Arrived(seqs, table, len(seqs) - len(settled.new), count)


class _Overtaken(Exception):
    """Another process logged one of these ids meanwhile; settle again."""


def land(context: Context, rows: Rows, on_bad: str, by: str | None, event: tuple[str, str] | None) -> tuple[Rows, Arrived]:
    """Settle, refuse and append, again if another process came in between; the rows that landed, and where.

    Raises
    ------
    BadData : rows were refused, unless `on_bad` is "skip".
    """
    while True:
        settled = settle(context, rows)
        if rows.refusals.mask.any():
            if on_bad != "skip":
                raise BadData(rows.refusals.sentence("log with on_bad='skip' to land the others"), rows.refusals.frame())
            keep = ~rows.refusals.mask[rows.positions]
            if not keep.all():  # refused while settling
                rows = _only(rows, np.flatnonzero(keep))
                continue
        try:
            return rows, _arrive(context, rows, settled, by, event)
        except _Overtaken:
            continue


def _only(rows: Rows, places: Numbers) -> Rows:
    chosen = pa.array(places)
    labels = None if rows.labels is None else rows.labels.take(chosen)
    return Rows(rows.table.take(chosen), rows.positions[places], labels, rows.timed, rows.predicted, rows.refusals, rows.notes)


def _complete(context: Context, rows: Rows, settled: Settled, schema: Schema, aside: list[Callable[[], None]]) -> pa.Table:
    """The new rows with id, version and prediction: a table as the log stores it. `aside` takes what is to be done once it is there."""
    whole = len(settled.new) == rows.table.num_rows
    table = rows.table if whole else rows.table.take(pa.array(settled.new))
    count = table.num_rows
    if "id" not in table.column_names:
        table = table.add_column(0, "id", pa.array(_fresh_ids(count), pa.string()))
    if rows.predicted or not count:
        champion = versions.champion(context.database, context.name)
        version = pa.array(np.full(count, champion.version if champion else 0, dtype=np.int32))
        return table.add_column(2, "version", version)
    answers = _answers(context, table, schema, aside)
    places = [*table.column_names[:2], *answers, *table.column_names[2:]]
    columns = dict(zip(table.column_names, table.columns, strict=True)) | answers
    return pa.table([columns[name] for name in places], names=places)


def _answers(context: Context, table: pa.Table, schema: Schema, aside: list[Callable[[], None]]) -> dict[str, pa.ChunkedArray]:
    """version, prediction and p_<class> as the serving versions say them, a bounded number of rows at a time."""
    parts: list[pa.Table] = []
    for start in range(0, table.num_rows, ANSWERED_AT_ONCE):
        piece = table.slice(start, ANSWERED_AT_ONCE)
        entity = piece["entity"].to_pylist() if piece["entity"].null_count < piece.num_rows else None
        found = answering.answer(context, schema, model_frame(schema, piece), piece["id"].to_pylist(), entity)
        if found.aside is not None:
            aside.append(found.aside)
        columns = {"version": pa.array(found.version), "prediction": _stored(found.said, schema)}
        if found.said.chances is not None:
            columns |= {name: pa.array(found.said.chances[:, place]) for place, name in enumerate(schema.probability_columns())}
        parts.append(pa.table(columns))
    whole = pa.concat_tables(parts, promote_options="default").unify_dictionaries() if len(parts) > 1 else parts[0]
    return {name: whole[name] for name in whole.column_names}


def _stored(said: Said, schema: Schema) -> pa.Array:
    """Predictions as the log stores them.

    Raises
    ------
    BadData : a model said a number that is none.
    """
    if schema.task == "classification":
        return pa.DictionaryArray.from_arrays(pa.array(said.values), pa.array([str(name) for name in schema.classes], pa.string()))
    if not np.isfinite(said.values).all():
        refusals = Refusals(len(said.values))
        refusals.add(np.isinf(said.values), "prediction", said.values, "is infinite")
        if refusals.mask.any():
            raise BadData(f"The model's answers cannot be stored. {refusals.sentence('look at the model')}", refusals.frame())
    return pa.array(said.values)


def original_types(table: pa.Table, schema: Schema) -> pd.DataFrame:
    """Log columns as a frame: text instead of dictionary codes, classes in their own type."""
    frame = plain_frame(table)
    if "prediction" in frame.columns:
        frame["prediction"] = original(table["prediction"], schema)
    return frame


def original(predictions: pa.ChunkedArray, schema: Schema) -> pd.Series:
    """The log's predictions as the model said them: classes in their own type, or numbers."""
    if schema.task != "classification":
        return pd.Series(predictions.to_numpy())
    return pd.Series(plain_values(predictions, schema), dtype=object).infer_objects()


def plain_values(predictions: pa.ChunkedArray, schema: Schema) -> list[Any]:
    """The same as a list."""
    if schema.task != "classification":
        return predictions.to_pylist()  # type: ignore[no-any-return]
    known = {str(value): value for value in schema.classes}
    return [known.get(text) for text in predictions.cast(pa.string()).to_pylist()]  # codes would be turned into text one by one


def _labels(context: Context, rows: Rows, seqs: Numbers, table: pa.Table, schema: Schema, by: str | None) -> int:
    """Record the ground truth that came along; returns how many labels."""
    if rows.labels is None or rows.labels.null_count == len(rows.labels):
        return 0
    if "id" in rows.table.column_names:
        ids = rows.table["id"].to_pylist()
    else:
        ids = table["id"].to_pylist()  # all are new where ids are made here
    classes = {str(value): value for value in schema.classes}
    values = rows.labels.to_pylist()
    entries = [
        label_store.Entry(id, classes[value] if classes else value, seq)
        for id, value, seq in zip(ids, values, seqs.tolist(), strict=True)
        if value is not None
    ]
    return label_store.add(context.database, context.name, entries, "ground_truth", context.now(), who(by)).added


def _fresh_ids(count: int) -> list[str]:
    """Ids that nobody has; those of one call sort in the order of its rows, so that indexes of them are written in order."""
    stem, digits = secrets.token_hex(8), len(str(count - 1))
    if count == 1:
        return [stem]
    if count > SECRET_IDS:
        return [f"{stem}-{number:0{digits}}" for number in range(count)]
    own = secrets.token_hex(8 * count)  # rows of several callers are answered together: knowing one's id tells nothing of another's
    return [f"{stem}-{number:0{digits}}-{own[16 * number : 16 * number + 16]}" for number in range(count)]


def _refuse_other_content(rows: Rows, places: Numbers, of: Numbers, stored: pa.Table | None, reason: str) -> None:
    """Refuse the rows at `places` whose content differs from row `of[place]` of the same table, or from the stored rows."""
    if not len(places):
        return
    names = [name for name in rows.table.column_names if name not in ("id", "entity") and (rows.timed or name != "time")]
    mine = rows.table.select(names).take(pa.array(places))
    other = rows.table.select(names).take(pa.array(of[places])) if stored is None else stored
    wrong = np.zeros(len(rows.refusals.mask), dtype=bool)
    for name in names:
        if name in other.column_names:
            differs = _differs(mine[name], other[name])
            wrong[rows.positions[places[differs]]] = True
    if wrong.any():
        ids = pd.Series(index=range(len(wrong)), dtype=object)
        ids.iloc[rows.positions] = rows.table["id"].to_numpy(zero_copy_only=False)
        rows.refusals.add(wrong, "id", ids, reason)


def _differs(one: pa.ChunkedArray, other: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    if pa.types.is_dictionary(one.type) or pa.types.is_dictionary(other.type):
        one, other = one.cast(pa.string()), other.cast(pa.string())
    if pa.types.is_nested(one.type):
        return np.array([a != b for a, b in zip(one.to_pylist(), other.to_pylist(), strict=True)], dtype=bool)
    if pa.types.is_floating(one.type):
        a, b = (values.to_numpy(zero_copy_only=False) for values in (one, other))
        return np.asarray(~((a == b) | (np.isnan(a) & np.isnan(b))))
    same = pc.or_kleene(pc.fill_null(pc.equal(one, other), False), pc.and_(pc.is_null(one), pc.is_null(other)))
    return np.asarray(~same.to_numpy(zero_copy_only=False))


def _image(value: Any) -> Any:
    """The bytes of an image that is given by its path; anything else as it is, for the door to judge."""
    if isinstance(value, str | Path) and (path := Path(value)).is_file() and path.stat().st_size <= IMAGE_BYTES:
        return path.read_bytes()
    return value


def as_given(context: Context, rows: Rows, arrived: Arrived, columns: Sequence[str]) -> pa.Table:
    """What the log holds of the accepted rows, in the order they were given; rows that just landed are not read again."""
    order = np.argsort(rows.positions, kind="stable")
    if arrived.ignored:
        return context.log().take(arrived.seqs[order], columns)
    have = set(arrived.table.column_names)
    there = arrived.table.select([name for name in columns if name in have])
    return there if not rows.timed else there.take(pa.array(order))  # without times of their own, rows keep their order
