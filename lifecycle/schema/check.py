"""The door: a frame as rows of the log, and what cannot be one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from lifecycle.errors import BadData
from lifecycle.records import Schema
from lifecycle.schema.inference import RESERVED, named, time_column
from lifecycle.schema.refusals import Refusals
from lifecycle.schema.values import class_names, feature, finite_numbers, names, times

__all__ = ["Rows", "check"]

IGNORED = ("seq", "model_version", "label_source")
SUM_WITHIN = 0.01
ALLOW_OUTSIDE = 1e-6


@dataclass(frozen=True, slots=True)
class Rows:
    """A checked frame.

    Attributes
    ----------
    table : the accepted rows in order of time: [id,] time, [prediction, p_<class>...,] entity, features.
    positions : (accepted,) each row's place in the frame that was given.
    labels : the ground truth that came with them (str of the class, or a number), null where none did; None without a target column.
    timed, predicted : whether the frame brought times and predictions. refused, notes : what did not land, and what to know.
    """

    table: pa.Table
    positions: npt.NDArray[np.int64]
    labels: pa.Array | None
    timed: bool
    predicted: bool
    refusals: Refusals
    notes: tuple[str, ...]


def check(frame: pd.DataFrame, schema: Schema, now: datetime) -> Rows:
    """Read a frame against the schema, column by column.

    Raises
    ------
    BadData : the frame as a whole cannot land: it is empty, lacks a column, or has one that is not known.
    """
    frame = named(frame)
    _columns_fit(frame, schema)
    refusals = Refusals(len(frame))
    clock = time_column(schema, frame)
    notes = [f"Column {name!r} was not read; the log keeps its own." for name in IGNORED if name in frame.columns and name not in schema.names]
    columns: dict[str, pa.Array] = {}
    if "id" in frame.columns:
        columns["id"] = pa.array(names(frame["id"], "id", refusals), pa.string())
    timed = clock in frame.columns
    moment = np.datetime64(now.astimezone(UTC).replace(tzinfo=None), "us")
    arrived = times(frame[clock], clock, now, refusals).to_numpy(dtype="datetime64[us]") if timed else np.full(len(frame), moment)
    columns["time"] = pa.array(arrived, pa.timestamp("us", "UTC"))
    predicted = "prediction" in frame.columns
    if predicted:
        columns |= _predictions(frame, schema, refusals)
    columns["entity"] = _entities(frame)
    for column in schema.features:
        columns[column.name] = feature(frame[column.name], column, refusals)
    labels = _labels(frame, schema, refusals)
    table, positions = _in_order(pa.table(columns), refusals, timed)
    if timed and len(positions) > 1 and (np.diff(positions) < 0).any():
        notes.append("The rows were not in order of time; they were stored in that order.")
    if labels is not None:
        labels = labels.take(pa.array(positions))
    return Rows(table, positions, labels, timed, predicted, refusals, tuple(notes))


def _columns_fit(frame: pd.DataFrame, schema: Schema) -> None:
    if not len(frame):
        raise BadData("The frame has no rows; give at least one.")
    if missing := [name for name in schema.names if name not in frame.columns]:
        refused = _whole(missing, "is missing")
        raise BadData(f"Columns missing: {', '.join(missing)}. Nothing was stored; add them (empty values are legal).", refused)
    probabilities = set(schema.probability_columns())
    clock = time_column(schema, frame)
    known = {*schema.names, "id", "entity", clock, schema.target, "prediction", *probabilities, *IGNORED}
    if extra := [name for name in frame.columns if name not in known]:
        more = f", {', '.join(sorted(probabilities))}" if probabilities else ""
        raise BadData(
            f"Columns that this project does not have: {', '.join(extra)}. Nothing was stored; drop them. "
            f"Known: {', '.join(schema.names)}, and id, {clock}, entity, {schema.target}, prediction{more}.",
            _whole(extra, "is no column of this project"),
        )
    has = probabilities & set(frame.columns)
    if has and has != probabilities:
        lacking = ", ".join(sorted(probabilities - has))
        raise BadData(
            f"Some probability columns are missing: {lacking}. Give p_<class> for every class, or none.",
            _whole(sorted(probabilities - has), "is missing"),
        )
    if has and "prediction" not in frame.columns:
        raise BadData(
            "There are p_<class> columns but no column prediction; add it: the class that the model answered.", _whole(["prediction"], "is missing")
        )


def _whole(columns: list[str], reason: str) -> pd.DataFrame:
    """Refusals of whole columns, as rows numbered -1."""
    return pd.DataFrame({"row": -1, "column": columns, "value": pd.Series([None] * len(columns), dtype=object), "reason": reason})


def _predictions(frame: pd.DataFrame, schema: Schema, refusals: Refusals) -> dict[str, pa.Array]:
    if schema.task == "regression":
        numbers = finite_numbers(frame["prediction"], "prediction", refusals)
        refusals.add(np.isnan(numbers) & frame["prediction"].isna().to_numpy(), "prediction", frame["prediction"], "is missing")
        return {"prediction": pa.array(numbers)}
    columns = {"prediction": class_names(frame["prediction"], schema.classes, "prediction", refusals)}
    wanted = [name for name in schema.probability_columns() if name in frame.columns]
    total = np.zeros(len(frame))
    whole = np.ones(len(frame), dtype=bool)
    for name in wanted:
        numbers = finite_numbers(frame[name], name, refusals)
        missing = np.isnan(numbers)
        outside = (numbers < -ALLOW_OUTSIDE) | (numbers > 1 + ALLOW_OUTSIDE)
        refusals.add(missing & frame[name].isna().to_numpy(), name, frame[name], "is missing")
        refusals.add(outside & np.isfinite(numbers), name, frame[name], "is no probability: it must lie between 0 and 1")
        whole &= ~(missing | outside)
        total += np.where(missing, 0, numbers)
        columns[name] = pa.array(numbers)
    if wanted:
        refusals.add(whole & (np.abs(total - 1) > SUM_WITHIN), "p_", total, "is the sum of the row's probabilities; it must be 1")
    return columns


def _entities(frame: pd.DataFrame) -> pa.Array:
    if "entity" not in frame.columns:
        return pa.nulls(len(frame), pa.string())
    return pa.array([text or None for text in names(frame["entity"], "entity", Refusals(len(frame)))], pa.string())


def _labels(frame: pd.DataFrame, schema: Schema, refusals: Refusals) -> pa.Array | None:
    if schema.target not in frame.columns or schema.target in RESERVED:
        return None
    if schema.task == "classification":
        return class_names(frame[schema.target], schema.classes, schema.target, refusals, missing_ok=True)
    numbers = finite_numbers(frame[schema.target], schema.target, refusals)
    return pa.array(numbers, mask=np.isnan(numbers))


def _in_order(table: pa.Table, refusals: Refusals, timed: bool) -> tuple[pa.Table, npt.NDArray[np.int64]]:
    """The accepted rows sorted by time, copied only when that changes anything."""
    positions = np.flatnonzero(~refusals.mask)
    if timed:
        moments = table["time"].cast(pa.int64()).to_numpy(zero_copy_only=False)[positions]
        if (np.diff(moments) < 0).any():
            positions = positions[np.argsort(moments, kind="stable")]
    unchanged = len(positions) == table.num_rows and bool((np.diff(positions) == 1).all())
    return (table if unchanged else table.take(pa.array(positions))), positions
