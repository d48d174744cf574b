"""Columns as they are stored, and the rows whose value cannot be: one function a kind, each vectorised."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from lifecycle.records import Column, Scalar
from lifecycle.schema.refusals import Refusals

__all__ = ["CATEGORY", "class_names", "feature", "finite_numbers", "is_categories", "names", "scalar", "times"]

CATEGORY = pa.dictionary(pa.int32(), pa.string())
AHEAD = timedelta(minutes=5)
Floats = npt.NDArray[np.float64]


def feature(values: pd.Series, column: Column, refusals: Refusals) -> pa.Array:
    """A feature column as it is stored."""
    return _KINDS[column.kind](values, column, refusals)


def finite_numbers(values: pd.Series, name: str, refusals: Refusals) -> Floats:
    """Numbers as float64, NaN where missing; what is no number, or is infinite, is refused.

    >>> finite_numbers(pd.Series(["1.5", None, "x"]), "a", Refusals(3)).tolist()
    [1.5, nan, nan]
    """
    if pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_complex_dtype(values.dtype):
        numbers = values.to_numpy(dtype="float64", na_value=np.nan)
    elif pd.api.types.is_datetime64_any_dtype(values.dtype) or pd.api.types.is_timedelta64_dtype(values.dtype):
        refusals.add(values.notna().to_numpy(), name, values, "is a time, not a number")
        return np.full(len(values), np.nan)
    else:
        objects = values.astype(object)
        missing = objects.isna().to_numpy() | np.array([isinstance(v, str) and v.strip().lower() in ("", "nan") for v in objects], dtype=bool)
        numbers = _parsed(objects)
        refusals.add(np.isnan(numbers) & ~missing, name, values, "is not a number")
    if not np.isfinite(numbers).all():
        refusals.add(np.isinf(numbers), name, values, "is infinite")
    return numbers


def names(values: pd.Series, name: str, refusals: Refusals) -> npt.NDArray[np.object_]:
    """Ids: strings as they are, whole numbers as their digits; a missing or empty one is refused."""
    if pd.api.types.is_integer_dtype(values.dtype) and not values.hasnans:
        return values.astype(str).to_numpy(dtype=object)
    found = np.array([_text(value) for value in values.tolist()], dtype=object)
    refusals.add(np.array([not text for text in found], dtype=bool), name, values, "is missing; every row needs one, or leave the column out")
    return found


def class_names(values: pd.Series, classes: Sequence[Scalar], name: str, refusals: Refusals, missing_ok: bool = False) -> pa.DictionaryArray:
    """Classes as their str; one that the project does not have is refused, and so is a missing one unless it is legal."""
    known = {str(value): place for place, value in enumerate(classes)}
    codes, unique = pd.factorize(values)
    places = np.array([_place(value, known, classes) for value in unique] + [-1], dtype=np.int32)  # the last is where the code -1 points
    found = places[codes]
    missing = codes < 0
    listed = ", ".join(map(str, classes[:20])) + (", ..." if len(classes) > 20 else "")
    refusals.add((found < 0) & ~missing, name, values, f"is none of the classes {listed}")
    if not missing_ok:
        refusals.add(missing, name, values, "is missing")
    return pa.DictionaryArray.from_arrays(pa.array(found, mask=found < 0), pa.array(list(known), pa.string()))


def times(values: pd.Series, name: str, now: datetime, refusals: Refusals) -> pd.Series:
    """Timestamps in UTC (naive ones are UTC); a missing or unparsable one, or one that is not yet, is refused."""
    if pd.api.types.is_numeric_dtype(values.dtype):
        refusals.add(np.ones(len(values), dtype=bool), name, values, "is a number, not a time; convert it with pandas.to_datetime(..., unit='s')")
        return pd.Series(pd.NaT, index=values.index, dtype="datetime64[us, UTC]")
    found = pd.to_datetime(values, utc=True, errors="coerce", format=None if pd.api.types.is_datetime64_any_dtype(values.dtype) else "ISO8601")
    unread = found.isna() & values.notna()
    if unread.any():
        found = found.where(~unread, pd.to_datetime(values.where(unread), utc=True, errors="coerce", format="mixed"))
    found = found.dt.as_unit("us")
    refusals.add(values.isna().to_numpy(), name, values, "is missing")
    refusals.add((found.isna() & values.notna()).to_numpy(), name, values, "is not a time; write it as 2026-01-31T12:00:00Z")
    late = (found > pd.Timestamp(now + AHEAD)).to_numpy()
    refusals.add(late, name, values, f"is in the future; now is {now.isoformat(timespec='seconds')}")
    return found


def scalar(value: Any) -> Scalar | None:
    """A class as a JSON scalar: whole floats become integers; None for what cannot be a class.

    >>> [scalar(v) for v in (np.int64(3), 2.0, True, "a", None)]
    [3, 2, True, 'a', None]
    """
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool | int | str) or (isinstance(value, float) and np.isfinite(value)):
        return value
    return None


def is_categories(values: pd.Series) -> bool:
    """Whether a column holds names rather than numbers."""
    return isinstance(values.dtype, pd.CategoricalDtype | pd.StringDtype) or values.dtype == object


def _place(value: Any, known: dict[str, int], classes: Sequence[Scalar]) -> int:
    plain = scalar(value)
    if str(plain) in known:
        return known[str(plain)]
    return next((place for place, wanted in enumerate(classes) if wanted == plain and not isinstance(plain, str)), -1)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    plain = scalar(value)
    return "" if plain is None or isinstance(value, list | dict | bytes) else str(plain)


def _parsed(values: pd.Series) -> Floats:
    try:
        return pd.to_numeric(values, errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
    except TypeError:  # lists and the like, which to_numeric does not coerce
        return np.array([_number(value) for value in values])


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def _numeric(values: pd.Series, column: Column, refusals: Refusals) -> pa.Array:
    return pa.array(finite_numbers(values, column.name, refusals), pa.float64())


def _categorical(values: pd.Series, column: Column, refusals: Refusals) -> pa.Array:
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes, unique = values.cat.codes.to_numpy(), values.cat.categories.tolist()
    elif isinstance(values.dtype, pd.StringDtype):
        return pa.array(values, from_pandas=True).cast(pa.string()).dictionary_encode().cast(CATEGORY)
    else:
        codes, unique = _factorized(values, column, refusals)
    numbers_ok = not column.levels or all(_looks_numeric(level) for level in column.levels)
    right = np.array([isinstance(v, str) or str(scalar(v)) in column.levels or (numbers_ok and scalar(v) is not None) for v in unique] + [True])
    refusals.add(~right[codes], column.name, values, "is no category of this column, which holds names")
    texts = [_text(value) if not isinstance(value, str) else value for value in unique]
    plain = list(dict.fromkeys(texts))  # 1 and '1' are one category
    places = np.array([plain.index(text) for text in texts] + [-1], dtype=np.int32)[codes]
    return pa.DictionaryArray.from_arrays(pa.array(places, mask=places < 0), pa.array(plain, pa.string()))


def _factorized(values: pd.Series, column: Column, refusals: Refusals) -> tuple[npt.NDArray[Any], list[Any]]:
    try:
        codes, unique = pd.factorize(values)
        return codes, list(unique)
    except TypeError:  # unhashable: lists, dictionaries, arrays
        wrong = np.array([isinstance(value, list | dict | set | np.ndarray) for value in values], dtype=bool)
        refusals.add(wrong, column.name, values, "is a collection, not a category")
        codes, unique = pd.factorize(values.where(~wrong))
        return codes, list(unique)


def _looks_numeric(text: str) -> bool:
    return not np.isnan(_number(text))


def _texts(values: pd.Series, column: Column, refusals: Refusals) -> pa.Array:
    if isinstance(values.dtype, pd.StringDtype):
        return pa.array(values, from_pandas=True).cast(pa.string())
    objects = values.astype(object)
    missing = objects.isna().to_numpy()
    right = np.array([isinstance(value, str) for value in objects], dtype=bool)
    refusals.add(~right & ~missing, column.name, values, "is not text")
    return pa.array([value if ok else None for value, ok in zip(objects, right, strict=True)], pa.string())


def _images(values: pd.Series, column: Column, refusals: Refusals) -> pa.Array:
    found = [bytes(value) if isinstance(value, bytes | bytearray | memoryview) else None for value in values]
    missing = np.array([value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)) for value in values], dtype=bool)
    right = np.array([value is not None and value.startswith((b"\x89PNG", b"\xff\xd8\xff")) for value in found], dtype=bool)
    refusals.add(~right & ~missing, column.name, values, "is not a PNG or JPEG image, nor the path of one")
    return pa.array([value if ok else None for value, ok in zip(found, right, strict=True)], pa.binary())


def _sequences(values: pd.Series, column: Column, refusals: Refusals) -> pa.Array:
    found = [_sequence(value) for value in values]
    missing = np.array([value is None or (isinstance(value, float) and np.isnan(value)) for value in values], dtype=bool)
    wrong = np.array([value is None for value in found], dtype=bool) & ~missing
    refusals.add(wrong, column.name, values, "is not a sequence of finite numbers")
    lengths = np.array([0 if value is None else len(value) for value in found])
    flat = np.concatenate([value for value in found if value is not None] or [np.empty(0)])
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32))
    return pa.ListArray.from_arrays(offsets, pa.array(flat, pa.float64()), mask=pa.array([value is None for value in found]))


def _sequence(value: Any) -> Floats | None:
    try:
        numbers = np.asarray(json.loads(value) if isinstance(value, str) else value, dtype="float64")
    except (TypeError, ValueError):
        return None
    return numbers if numbers.ndim == 1 and np.isfinite(numbers).all() else None


_KINDS: dict[str, Callable[[pd.Series, Column, Refusals], pa.Array]] = {
    "numeric": _numeric,
    "categorical": _categorical,
    "text": _texts,
    "image": _images,
    "series": _sequences,
    "embedding": _sequences,
}
