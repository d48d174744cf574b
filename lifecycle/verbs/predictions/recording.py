"""Predictions and labels land."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lifecycle import schema as door
from lifecycle.errors import BadData, InvalidValue, NotReady
from lifecycle.records import Schema
from lifecycle.schema import Rows
from lifecycle.stores.database import dumps
from lifecycle.verbs.configuring import configure
from lifecycle.verbs.context import Context
from lifecycle.verbs.predictions import landing
from lifecycle.verbs.predictions.frames import plain_frame
from lifecycle.verbs.predictions.outcomes import Landed
from lifecycle.verbs.predictions.truth import add_labels, feedback, labelled, record_labels, review_feedback, withdraw_labels

__all__ = [
    "Checked",
    "Landed",
    "add_labels",
    "answer_rows",
    "check",
    "configure",
    "feedback",
    "labelled",
    "log",
    "predict",
    "predictions",
    "record_labels",
    "review_feedback",
    "withdraw_labels",
]


@dataclass(frozen=True, slots=True)
class Checked:
    """What landing would do: `accepted` rows as they would be stored, `refused` (row, column, value, reason), `notes`."""

    accepted: pd.DataFrame
    refused: pd.DataFrame
    notes: tuple[str, ...]


def log(context: Context, frame: pd.DataFrame, by: str | None = None, on_bad: str = "raise") -> Landed:
    """Log predictions, with the champion's answer where the frame brings none; durable on return.

    Raises
    ------
    BadData : rows or columns cannot land; nothing of the frame did. NotReady : no prediction given and nobody to make one.
    """
    if on_bad not in ("raise", "skip"):
        raise InvalidValue(f"on_bad={on_bad!r} is not known; choose 'raise' (nothing lands) or 'skip' (the good rows land).")
    file = frame.attrs.get("file") if isinstance(frame, pd.DataFrame) else None
    _adopt_schema(context, frame)
    rows = landing.read(context, frame)
    event = ("log_file", str(file)) if file else ("log", f"{len(frame)} rows")
    rows, arrived = landing.land(context, rows, on_bad, by, event)
    ids, notes = landing.as_given(context, rows, arrived, ["id"])["id"].to_pylist(), list(rows.notes)
    if arrived.ignored:
        notes.append(f"{arrived.ignored} rows were in the log already with the same content and were ignored.")
    return Landed(ids, arrived.ignored, 0, rows.refusals.frame(), tuple(notes))


def check(context: Context, frame: pd.DataFrame) -> Checked:
    """What `log` would do with this frame, without doing it."""
    try:
        schema = _schema_for(context, frame)
        rows = landing.read(context, frame, schema)
    except BadData as error:
        return Checked(pd.DataFrame(), error.refused, (str(error),))
    settled = landing.settle(context, rows)
    keep = ~rows.refusals.mask[rows.positions]
    accepted = plain_frame(rows.table.filter(pa.array(keep)))
    known = int(((settled.known > 0) | (settled.repeated >= 0))[keep].sum())
    notes = [*rows.notes, *([f"{known} rows are in the log already with the same content and will be ignored."] if known else [])]
    return Checked(accepted, rows.refusals.frame(), tuple(notes))


def predict(context: Context, frame: pd.DataFrame, entity: Sequence[str] | None = None) -> pd.DataFrame:
    """Answer and log: id, prediction, p_<class>..., model_version, in the order given. All rows or none."""
    if entity is not None:
        if len(entity) != len(frame):
            raise InvalidValue(f"{len(entity)} entities were given for {len(frame)} rows; give one a row.")
        frame = frame.assign(entity=list(entity))
    if not context.schema.features:
        raise NotReady(f"Project {context.name!r} has no model and no rows yet; log rows with their predictions, or train it first.")
    found = answer_rows(context, landing.read(context, frame))
    schema = context.schema
    chances = {name: found[name].to_numpy() for name in schema.probability_columns() if name in found.column_names}
    columns = {"id": found["id"].to_pylist(), "prediction": landing.original(found["prediction"], schema)}  # to_pandas takes long for few rows
    columns |= {name: values for name, values in chances.items() if not np.isnan(values).all()}
    return pd.DataFrame({**columns, "model_version": found["version"].to_numpy()})


def answer_rows(context: Context, rows: Rows) -> pa.Table:
    """Answer and log checked rows; what the log holds of them in the order given: id, prediction, p_<class>..., version. All rows or none."""
    rows, arrived = landing.land(context, rows, "raise", None, None)
    return landing.as_given(context, rows, arrived, ["id", "prediction", *context.schema.probability_columns(), "version"])


def predictions(context: Context, start: datetime | None = None, end: datetime | None = None, limit: int | None = None) -> pd.DataFrame:
    """What was logged in [start, end), in order of arrival (with `limit` the newest rows of it), labels where known."""
    schema, log = context.schema, context.log()
    columns = ["id", "time", *schema.names, "prediction", *schema.probability_columns(), "version", "seq"]
    if limit is not None and start is None and end is None:
        table = log.read(columns, after=max(0, log.rows - limit))
    elif limit is not None:
        table = log.take(log.read(["time"], start=start, end=end)["seq"].to_numpy()[-limit:] if limit else [], columns)
    else:
        table = log.read(columns, start=start, end=end)
    frame = landing.original_types(table, schema)
    absent = [name for name in schema.probability_columns() if table[name].null_count == table.num_rows]
    frame = frame.drop(columns=absent) if len(frame) else frame
    seqs = frame.pop("seq")
    known = _labels_between(context, int(seqs.min()), int(seqs.max())) if len(frame) else {}
    pairs = [known.get(seq, (None, None)) for seq in seqs]
    frame = frame.rename(columns={"time": "timestamp", "version": "model_version"})
    frame["label"] = pd.Series([pair[0] for pair in pairs], dtype="float64" if schema.task == "regression" else object)
    frame["label_source"] = pd.Series([pair[1] for pair in pairs], dtype=object)
    return frame


def _labels_between(context: Context, first: int, last: int) -> dict[int, tuple[Any, str]]:
    sql = """SELECT c.seq, l.value, l.source FROM current_labels c JOIN labels l ON l.no = c.no
             WHERE c.project = ? AND c.seq BETWEEN ? AND ?"""
    rows = context.database.connection.execute(sql, (context.name, first, last)).fetchall()
    values = {text: json.loads(text) for text in {row[1] for row in rows}}
    return {row[0]: (values[row[1]], row[2]) for row in rows}


def _schema_for(context: Context, frame: pd.DataFrame) -> Schema:
    """The project's schema; in a project that has seen no rows yet, what this frame says it is."""
    schema = context.schema
    if schema.features:
        return schema
    if "prediction" not in frame.columns:
        raise NotReady(f"Project {context.name!r} has no model and no reference yet; its first rows need a column prediction.")
    return door.infer([frame], schema.task, schema.modality, schema.target, schema.classes or None, schema.timestamp)


def _adopt_schema(context: Context, frame: pd.DataFrame) -> None:
    """A project made without any data takes its columns from the first rows that are logged."""
    if context.schema.features or not isinstance(frame, pd.DataFrame):
        return
    schema = _schema_for(context, frame)
    if landing.read(context, frame, schema).refusals.mask.any():
        return  # the caller refuses these rows; better ones will say what the columns are
    config = replace(context.config, schema=schema)
    with context.database.write() as connection:
        connection.execute("UPDATE projects SET config = ? WHERE name = ?", (dumps(config), context.name))
