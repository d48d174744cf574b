"""What a model is fitted on: features as an estimator takes them, the target, and which rows are held out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lifecycle.errors import BadData
from lifecycle.records import Column, Scalar, Schema

__all__ = ["held_out", "seeded", "snapshot_table", "target_values", "tidy"]

HELD_OUT = 0.2


def tidy(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """The columns of a training or reference frame that count, each as it is stored: id, time, features, target, and predictions.

    Numeric features become float64, text and categories str with None where missing, sequences lists of float64.

    Raises
    ------
    BadData : no rows, a column is missing, or holds values of another type; `.refused` lists them.
    """
    if frame.empty:
        raise BadData("There are no rows to train on; give at least a few dozen rows with their target.")
    wanted = [*schema.names, schema.target]
    if missing := [name for name in wanted if name not in frame.columns]:
        raise BadData(f"Columns missing: {', '.join(missing)}. Needed: {', '.join(wanted)}.")
    kept: dict[str, Any] = {}
    if "id" in frame.columns and "id" not in wanted:
        kept["id"] = frame["id"].astype(str).to_numpy(dtype=object)
    if schema.timestamp and schema.timestamp in frame.columns:
        kept["time"] = _times(frame[schema.timestamp], schema.timestamp)
    kept |= {column.name: _stored(frame[column.name], column) for column in schema.features}
    kept[schema.target] = _stored_target(frame[schema.target], schema)
    return pd.DataFrame(kept).reset_index(drop=True)


def target_values(values: pd.Series, schema: Schema) -> np.ndarray:
    """The target as an estimator takes it: classes in their own type, or float64.

    Raises
    ------
    BadData : a class that the project does not have, or a number that is missing or not finite.
    """
    if schema.task == "regression":
        return values.to_numpy(dtype="float64")
    known = {str(value): value for value in schema.classes}
    return _array([known[str(value)] for value in values])


def held_out(rows: int, times: np.ndarray | None, classes: np.ndarray | None, seed: int, share: float = HELD_OUT) -> np.ndarray:
    """A mask (rows,) of the rows to hold out: the newest `share` where there are times, else a seeded random share of each class.

    >>> held_out(5, np.array([3, 1, 5, 2, 4]), None, seed=0).tolist()
    [False, False, True, False, False]
    """
    mask = np.zeros(rows, dtype=bool)
    count = min(max(1, round(rows * share)), rows - 1) if rows > 1 else 0
    if times is not None:
        mask[np.argsort(times, kind="stable")[rows - count :]] = True
        return mask
    rng = np.random.default_rng(seed)
    groups = np.zeros(rows, dtype=int) if classes is None else np.unique(classes.astype(str), return_inverse=True)[1]
    for group in np.unique(groups):
        members = rng.permutation(np.flatnonzero(groups == group))
        mask[members[: round(len(members) * share)]] = True
    if not mask.any() and count:
        mask[rng.integers(rows)] = True
    return mask


def seeded(recipe: Any, seed: int) -> Any:
    """The same estimator with every `random_state` that was None set to `seed`, nested ones too.

    >>> from sklearn.ensemble import RandomForestClassifier
    >>> seeded(RandomForestClassifier(), 7).random_state
    7
    """
    if not hasattr(recipe, "get_params"):
        return recipe
    parameters = recipe.get_params(deep=True)
    fresh = {name: seed for name, value in parameters.items() if name.rpartition("__")[2] == "random_state" and value is None}
    return recipe.set_params(**fresh) if fresh else recipe


def snapshot_table(frame: pd.DataFrame, schema: Schema) -> pa.Table:
    """A tidy frame as the Arrow table that is stored: one type a column, whatever the rows are."""
    kinds = {column.name: column.kind for column in schema.features}
    arrays = {}
    for name in map(str, frame.columns):
        kind = _arrow(name, kinds, schema)
        arrays[name] = pa.array(frame[name], type=kind, from_pandas=kind != pa.float64())  # NaN stays NaN among numbers, and is null elsewhere
    return pa.table(arrays)


def _arrow(name: str, kinds: dict[str, str], schema: Schema) -> pa.DataType:
    if name == "time":
        return pa.timestamp("us", tz="UTC")
    if name == "seq":
        return pa.int64()
    if name in kinds:
        other = pa.list_(pa.float64()) if kinds[name] in ("series", "embedding") else pa.string()
        return {"numeric": pa.float64(), "image": pa.binary()}.get(kinds[name], other)
    if name in (schema.target, "prediction"):
        return pa.float64() if schema.task == "regression" else pa.string()
    return pa.float64() if name.startswith("p_") or name == "weight" else pa.string()


def _stored(values: pd.Series, column: Column) -> Any:
    if column.kind == "numeric":
        return _numbers(values, column.name)
    if column.kind in ("series", "embedding"):
        return pd.Series([None if v is None else np.asarray(v, dtype="float64").tolist() for v in values], dtype=object)
    if column.kind == "image":
        return pd.Series([None if v is None else v for v in values.astype(object)], dtype=object)
    missing = values.isna().to_numpy()
    return pd.Series([None if gone else str(value) for value, gone in zip(values, missing, strict=True)], dtype=object)


def _numbers(values: pd.Series, name: str) -> np.ndarray:
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
    wrong = (np.isnan(numbers) & values.notna().to_numpy()) | np.isinf(numbers)
    if wrong.any():
        raise BadData(
            f"Column {name} holds {int(wrong.sum())} values that are not finite numbers, such as {values[wrong].iloc[0]!s}; "
            "correct them or leave them empty.",
            _refused(values, wrong, "not a finite number"),
        )
    return numbers


def _stored_target(values: pd.Series, schema: Schema) -> Any:
    missing = values.isna().to_numpy()
    if missing.any():
        raise BadData(
            f"The target {schema.target} is missing in {int(missing.sum())} rows; leave those rows out.", _refused(values, missing, "missing")
        )
    if schema.task == "regression":
        return _numbers(values, schema.target)
    known = {value: str(value) for value in schema.classes} | {str(value): str(value) for value in schema.classes}
    found = [known.get(value) for value in values.tolist()]
    unknown = np.array([value is None for value in found])
    if unknown.any():
        raise BadData(
            f"The target {schema.target} holds {values[unknown].iloc[0]!s}, which is none of the classes {', '.join(map(str, schema.classes))}.",
            _refused(values, unknown, "unknown class"),
        )
    return pd.Series(found, dtype=object)


def _times(values: pd.Series, name: str) -> pd.Series:
    try:
        return pd.to_datetime(values, utc=True).dt.as_unit("us").reset_index(drop=True)
    except (ValueError, TypeError) as error:
        raise BadData(f"The timestamp column {name} holds values that are not times ({error}).") from error


def _refused(values: pd.Series, wrong: np.ndarray, reason: str) -> pd.DataFrame:
    rows = np.flatnonzero(wrong)
    return pd.DataFrame({"row": rows, "column": values.name, "value": values.to_numpy(dtype=object)[rows], "reason": reason})


def _array(values: list[Scalar]) -> np.ndarray:
    array = np.array(values)
    return array if len({type(value) for value in values}) <= 1 else np.array(values, dtype=object)
