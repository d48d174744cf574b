"""What a project's rows look like, read from its first frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from lifecycle.errors import BadData, InvalidValue
from lifecycle.records import Column, ColumnKind, Modality, Scalar, Schema, TaskKind
from lifecycle.schema.refusals import Refusals
from lifecycle.schema.values import finite_numbers, is_categories, scalar

__all__ = ["RESERVED", "infer", "time_column"]

RESERVED = ("id", "timestamp", "entity", "prediction", "seq", "model_version", "label_source")
MANY_CLASSES = 1_000
IMAGE_FILES = (".png", ".jpg", ".jpeg")


def infer(
    frames: Sequence[pd.DataFrame | None],
    task: TaskKind,
    modality: Modality,
    target: str,
    classes: Sequence[Any] | None = None,
    timestamp: str | None = None,
) -> Schema:
    """The schema of these frames (training, reference); without any frame a schema that has no features yet.

    Raises
    ------
    BadData : no rows, no features, mixed types, one class alone. InvalidValue : the target or timestamp is no column of theirs.
    """
    given = [named(frame) for frame in frames if frame is not None]
    for frame in given:
        if frame.empty:
            raise BadData("The frame has no rows; give at least a few dozen.")
        if target not in frame.columns and "prediction" not in frame.columns:
            raise InvalidValue(f"No column named {target!r}, the target; the columns are: {', '.join(frame.columns)}.")
    if timestamp is not None and given and not any(timestamp in frame.columns for frame in given):
        raise InvalidValue(f"No column named {timestamp!r}, the timestamp; the columns are: {', '.join(given[0].columns)}.")
    if timestamp is None and any("timestamp" in frame.columns for frame in given) and target != "timestamp":
        timestamp = "timestamp"
    known = _classes(given, target, classes) if task == "classification" else ()
    if task == "regression":
        _require_numbers(given, target)
    apart = {target, timestamp, *RESERVED, *(f"p_{value}" for value in known)}
    names = [name for name in (given[0].columns if given else ()) if name not in apart]
    if given and not names:
        raise BadData(f"No feature columns are left beside {', '.join(given[0].columns)}; add the columns that the model sees.")
    for frame in given[1:]:
        if missing := [name for name in names if name not in frame.columns]:
            raise BadData(f"Columns missing in the reference: {', '.join(missing)}. It needs the same features as the training data.")
    columns = tuple(_column(name, pd.concat([frame[name] for frame in given], ignore_index=True), modality) for name in names)
    return Schema(_one_text(columns, given, modality), target, timestamp, task, modality, known)


def named(frame: pd.DataFrame) -> pd.DataFrame:
    """The same frame with its columns' names as text.

    Raises
    ------
    BadData : it is no DataFrame, or two columns have one name.
    """
    if not isinstance(frame, pd.DataFrame):
        raise BadData(f"A {type(frame).__name__} was given; give a pandas DataFrame.")
    if not all(isinstance(name, str) for name in frame.columns):
        frame = frame.set_axis([str(name) for name in frame.columns], axis=1)
    if not frame.columns.is_unique:
        twice = sorted(set(frame.columns[frame.columns.duplicated()]))
        raise BadData(f"Columns that are there twice: {', '.join(twice)}; rename or drop one of each.")
    return frame


def time_column(schema: Schema, frame: pd.DataFrame) -> str:
    """The column that brings a row's time, when a frame has it: the project's own, else `timestamp`."""
    return schema.timestamp if schema.timestamp is not None and schema.timestamp in frame.columns else "timestamp"


def _column(name: str, values: pd.Series, modality: Modality) -> Column:
    kind = _kind(name, values, modality)
    if kind != "categorical":
        return Column(name, kind)
    counts = values.value_counts(sort=True, dropna=True)
    return Column(name, kind, tuple(str(scalar(level)) for level, count in counts.items() if count))


def _kind(name: str, values: pd.Series, modality: Modality) -> ColumnKind:
    present = values.dropna()
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        raise BadData(f"Column {name!r} holds times; name it as the timestamp, drop it, or turn it into a number that the model can use.")
    if not is_categories(values) or present.empty:
        return "numeric"
    first = present.iloc[0]
    if isinstance(first, bytes | bytearray):
        return "image"
    if isinstance(first, list | tuple | np.ndarray) or (isinstance(first, str) and first.startswith("[") and modality == "series"):
        return "embedding" if name == "embedding" else "series"
    if isinstance(values.dtype, pd.CategoricalDtype):
        return "categorical"
    texts = np.array([isinstance(value, str) for value in present], dtype=bool)
    if not texts.any():
        finite_numbers(present, name, refusals := Refusals(len(present)))
        if not refusals.mask.any():
            return "numeric"
        raise BadData(f"Column {name!r} holds values that are neither numbers nor text, such as {first!r}; convert or drop it.", refusals.frame())
    if not texts.all():
        _refuse_mixed(name, values)
    if modality == "image" and str(first).lower().endswith(IMAGE_FILES):
        return "image"
    words = np.mean([len(text.split()) for text in present])
    return "text" if words >= 4 and present.nunique() > len(present) / 2 else "categorical"


def _refuse_mixed(name: str, values: pd.Series) -> None:
    texts = np.array([isinstance(value, str) for value in values], dtype=bool)
    missing = values.isna().to_numpy()
    rare = texts if texts.sum() <= (~texts & ~missing).sum() else ~texts & ~missing
    refusals = Refusals(len(values))
    refusals.add(rare, name, values, "is of another type than the rest of the column")
    raise BadData(f"Column {name!r} mixes text and numbers; make it one or the other. {refusals.sentence('drop these rows')}", refusals.frame())


def _one_text(columns: tuple[Column, ...], frames: Sequence[pd.DataFrame], modality: Modality) -> tuple[Column, ...]:
    """In a text project without a column that reads as text, the one with the longest values is."""
    words = [column for column in columns if column.kind == "categorical"]
    if modality != "text" or not words or any(column.kind == "text" for column in columns):
        return columns
    longest = max(words, key=lambda column: float(frames[0][column.name].astype(str).str.len().mean()))
    return tuple(Column(column.name, "text") if column is longest else column for column in columns)


def _classes(frames: Sequence[pd.DataFrame], target: str, given: Sequence[Any] | None) -> tuple[Scalar, ...]:
    columns = [frame[name] for frame in frames for name in (target, "prediction") if name in frame.columns]
    seen = {value for column in columns for value in _scalars(column.dropna().unique().tolist(), target)}
    seen |= _named_by_probabilities(frames, seen)
    if given is not None:
        known = _scalars(list(given), target)
        if len({str(value) for value in known}) != len(known) or len(known) < 2:
            raise InvalidValue(f"The classes given are {', '.join(map(str, known)) or 'none'}; give at least two, all different.")
        if unknown := {str(value) for value in seen} - {str(value) for value in known}:
            raise BadData(f"The target {target!r} holds {', '.join(sorted(unknown))}, none of the classes given: {', '.join(map(str, known))}.")
        return tuple(known)
    if columns and len(seen) < 2:
        only = "".join(map(str, seen)) or "no value"
        raise BadData(
            f"The target {target!r} holds {only} alone; a classifier needs at least two classes. Add rows of the others, or name `classes`."
        )
    if len(seen) > MANY_CLASSES:
        raise BadData(f"The target {target!r} holds {len(seen)} different values; for numbers choose task='regression', else name fewer classes.")
    return tuple(sorted(seen, key=lambda value: (isinstance(value, str), value)))


def _named_by_probabilities(frames: Sequence[pd.DataFrame], seen: set[Scalar]) -> set[Scalar]:
    """Classes that only a column p_<class> tells of, where predictions came along."""
    found = {name[2:] for frame in frames if "prediction" in frame.columns for name in frame.columns if name.startswith("p_")}
    if not {str(value) for value in seen} <= found:
        return set()  # these columns are features that happen to be named so
    whole = all(isinstance(value, int) and not isinstance(value, bool) for value in seen)
    return {int(text) if whole and text.lstrip("-").isdigit() else text for text in found - {str(value) for value in seen}}


def _scalars(values: Sequence[Any], target: str) -> list[Scalar]:
    found = [scalar(value) for value in values]
    if None in found:
        wrong = values[found.index(None)]
        raise BadData(f"The target {target!r} holds {wrong!r}, which cannot be a class; use text, whole numbers or true/false.")
    return [value for value in found if value is not None]


def _require_numbers(frames: Sequence[pd.DataFrame], target: str) -> None:
    for frame in frames:
        if target not in frame.columns:
            continue
        finite_numbers(frame[target], target, refusals := Refusals(len(frame)))
        if refusals.mask.any():
            raise BadData(f"The target of a regression holds numbers. {refusals.sentence('choose task=classification')}", refusals.frame())
