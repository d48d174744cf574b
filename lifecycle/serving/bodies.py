"""What the API takes and gives, and records turned into frames with an account of every bad one."""

from __future__ import annotations

import base64
import binascii
import math
from typing import Annotated, Any
from uuid import uuid4

import numpy as np
import pandas as pd
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from lifecycle.errors import BadData
from lifecycle.records import Scalar, Schema
from lifecycle.verbs.predictions.landing import plain_values

__all__ = [
    *("MOST_RECORDS", "REFUSED", "Answer", "Answers", "Feedback", "Labels", "LandedLabels", "Refusal", "Request", "Trouble"),
    *("answered", "frame_of"),
]

MOST_RECORDS = 10_000

Text = Annotated[str, Field(min_length=1, max_length=512)]


class Request(BaseModel):
    """Rows to answer. `entity`: who asks, so that a canary always gives them the same version; a record may carry its own."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"records": [{"id": "r-1", "age": 41.0}], "entity": "customer-7"}]})

    records: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MOST_RECORDS)]
    entity: Text | None = None


class Answer(BaseModel):
    """One row's answer. `probabilities`: a number a class, where the model gives them. `model_version`: who answered."""

    model_config = ConfigDict(protected_namespaces=())

    id: str
    prediction: Scalar
    probabilities: dict[str, float] | None = None
    model_version: int


class Answers(BaseModel):
    """The answers, in the order of the records; each is in the log when this arrives."""

    predictions: list[Answer]


class OneLabel(BaseModel):
    """What was true of a prediction. `probability`: the row's chance to have been labelled, where it is known."""

    model_config = ConfigDict(extra="forbid")

    id: Text
    label: Scalar
    probability: Annotated[float, Field(gt=0, le=1)] | None = None


class Labels(BaseModel):
    """Ground truth by prediction id, however late."""

    model_config = ConfigDict(extra="forbid")

    labels: Annotated[list[OneLabel], Field(min_length=1, max_length=MOST_RECORDS)]


class Feedback(BaseModel):
    """A user's correction of one prediction; it counts once somebody has reviewed it."""

    model_config = ConfigDict(extra="forbid")

    id: Text
    label: Scalar
    by: Text | None = None


class LandedLabels(BaseModel):
    """What became of labels: `landed` in all, of which `waiting` for a prediction that has not come yet; `ignored`: known already."""

    landed: int
    waiting: int
    ignored: int
    notes: list[str] = []


class Refusal(BaseModel):
    """One bad value: the record's place from 0, the column, what was given, and why it cannot land."""

    row: int
    column: str
    value: Any = None
    reason: str


class Trouble(BaseModel):
    """Why a request was refused; nothing of it has landed."""

    detail: str
    refused: list[Refusal] = []


REFUSED = {code: {"model": Trouble} for code in (404, 409, 422, 503)}


def frame_of(records: list[dict[str, Any]], schema: Schema, entity: str | None) -> pd.DataFrame:
    """The records as a frame: id, entity and timestamp where any record has one, and the schema's features.

    >>> from lifecycle.records import Column
    >>> schema = Schema((Column("age", "numeric"),), "y", None, "regression", "tabular")
    >>> frame_of([{"age": 41.0}, {"years": 7}], schema, None)
    Traceback (most recent call last):
    ...
    lifecycle.errors.BadData: 1 of 2 records cannot be answered; record 1: 'age' is missing (null says that it is not known).

    Raises
    ------
    BadData : a record lacks a feature or has a field that nobody knows; `.refused` lists them.
    """
    time = schema.timestamp or "timestamp"
    optional = {"id", "entity", time}
    names, images = set(schema.names), [column.name for column in schema.features if column.kind == "image"]
    refused: list[tuple[int, str, Any, str]] = []
    for row, record in enumerate(records):
        given = set(record)
        refused += [(row, name, None, "is missing (null says that it is not known)") for name in schema.names if name not in given]
        refused += [(row, name, record[name], "is no column of this project") for name in sorted(given - names - optional)]
    if refused:
        raise _refusal(refused, len(records))
    columns: dict[str, list[Any]] = {}
    if any(record.get("id") is not None for record in records):  # else the log makes them, and need not look for them
        columns["id"] = [uuid4().hex if record.get("id") is None else record["id"] for record in records]
    if entity is not None or any(record.get("entity") is not None for record in records):
        columns["entity"] = [entity if record.get("entity") is None else str(record["entity"]) for record in records]
    if any(time in record for record in records):
        columns[time] = [record.get(time) for record in records]
    for name in schema.names:
        columns[name] = [record[name] for record in records]
    for name in images:
        columns[name] = _images(name, columns[name])
    return pd.DataFrame(columns)


def answered(found: pa.Table, schema: Schema) -> list[dict[str, Any]]:
    """Answers as JSON knows them: id, prediction, probabilities (null where the model gives none), model_version."""
    names = [name for name in schema.probability_columns() if name in found.column_names]
    classes = [str(value) for value in schema.classes] if names else []
    chances = np.stack([found[name].to_numpy() for name in names], axis=1).tolist() if names else [()] * found.num_rows
    columns = found["id"].to_pylist(), plain_values(found["prediction"], schema), chances, found["version"].to_pylist()
    return [
        {
            "id": id,
            "prediction": prediction,
            "probabilities": dict(zip(classes, row, strict=True)) if classes and math.isfinite(row[0]) else None,
            "model_version": version,
        }
        for id, prediction, row, version in zip(*columns, strict=True)
    ]


def _images(name: str, values: list[Any]) -> list[bytes | None]:
    """Images come as base64, never as paths: a path would read the server's own files."""
    found: list[bytes | None] = []
    refused: list[tuple[int, str, Any, str]] = []
    for row, value in enumerate(values):
        try:
            found.append(None if value is None else base64.b64decode(value, validate=True))
        except (binascii.Error, TypeError, ValueError):
            refused.append((row, name, str(value)[:40], "is not an image in base64"))
    if refused:
        raise _refusal(refused, len(values))
    return found


def _refusal(refused: list[tuple[int, str, Any, str]], count: int) -> BadData:
    bad, (row, column, _, reason) = len({entry[0] for entry in refused}), refused[0]
    sentence = f"{bad} of {count} records cannot be answered; record {row}: {column!r} {reason}."
    return BadData(sentence, pd.DataFrame(refused, columns=["row", "column", "value", "reason"]))
