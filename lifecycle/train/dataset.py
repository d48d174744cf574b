"""What a model is fitted on: which rows, in which order, and which of them are held out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lifecycle.errors import InvalidValue
from lifecycle.records import Schema

__all__ = [
    "Policy",
    "chosen",
    "gathered",
    "held_out",
    "in_time",
    "newest",
    "parted",
    "policy",
    "seeded",
    "slices",
    "target_values",
    "typed",
]

HELD_OUT = 0.2
ROLES = ("id", "time", "seq", "origin", "weight")
Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Policy:
    """Which rows to learn from: `rows` the newest so many, `span` those so recent, `since_drift` those since the drift began."""

    rows: int | None = None
    span: pd.Timedelta | None = None
    since_drift: bool = False


def policy(text: str) -> Policy:
    """Read Settings.training_rows.

    >>> policy("last 10000 rows").rows, policy("last 365D").span, policy("since drift").since_drift
    (10000, Timedelta('365 days 00:00:00'), True)
    >>> policy("some")
    Traceback (most recent call last):
    ...
    lifecycle.errors.InvalidValue: training_rows is 'some'; allowed: 'all', 'last 10000 rows', 'last 365D', 'since drift'.
    """
    said = str(text).strip().lower()
    if said in ("all", "since drift"):
        return Policy(since_drift=said != "all")
    if (found := re.fullmatch(r"last\s+(\d+)\s+rows", said)) and int(found[1]) > 0:
        return Policy(rows=int(found[1]))
    if found := re.fullmatch(r"last\s+(\d+\s*[a-z]+)", said):
        try:
            span = pd.Timedelta(found[1].upper() if found[1].endswith("d") else found[1])
        except ValueError:
            span = pd.Timedelta(0)
        if span > pd.Timedelta(0):
            return Policy(span=span)
    raise InvalidValue(f"training_rows is {text!r}; allowed: 'all', 'last 10000 rows', 'last 365D', 'since drift'.")


def chosen(times: Array, wanted: Policy, now: datetime, drift_start: datetime | None) -> Array:
    """A mask (rows,) of the rows that a policy wants; `times` as datetime64[us], NaT where a row has none. Rows are in order of time.

    Rows without a time are kept only where the policy asks for no time. Without a drift, 'since drift' is all rows.
    """
    mask = np.ones(len(times), dtype=bool)
    if wanted.rows is not None:
        mask[: max(0, len(times) - wanted.rows)] = False
    start = pd.Timestamp(now) - wanted.span if wanted.span is not None else drift_start if wanted.since_drift else None
    if start is not None:
        mask &= times >= pd.Timestamp(start).tz_convert("UTC").tz_localize(None).to_datetime64()
    return mask


def gathered(base: pa.Table | None, labelled: pd.DataFrame, schema: Schema) -> pa.Table:
    """The first training set and the labelled predictions as one table, in order of time, no id twice: id, time, seq, origin,
    target, the features, and what was answered. A row of the first set that was predicted later counts as predicted."""
    answers = [name for name in ("entity", "prediction", *schema.probability_columns()) if name in labelled.columns]
    frame = labelled.rename(columns={"label": schema.target})[
        ["id", "time", "seq", schema.target, *schema.names, *answers, "version", "purpose", "source"]
    ]
    tables = [typed(frame.assign(origin="labelled"), schema)]
    if base is not None:
        known = pc.is_in(base["id"], value_set=tables[0]["id"].combine_chunks())
        first = base.filter(pc.invert(known)).select([n for n in ("id", "time", "entity", schema.target, *schema.names) if n in base.column_names])
        tables.insert(0, first.append_column("origin", pa.array(["training"] * first.num_rows, pa.string())))
    return in_time(pa.concat_tables(tables, promote_options="permissive"))


def in_time(table: pa.Table) -> pa.Table:
    """The rows in order of time, then of arrival; rows without a time first. A stable order, as bits depend on it."""
    keys = [pc.fill_null(table[name].cast(pa.int64()), -(2**62)).to_numpy() for name in ("seq", "time") if name in table.column_names]
    return table.take(pa.array(np.lexsort(keys))) if keys else table  # the last key is the first that counts


def typed(frame: pd.DataFrame, schema: Schema) -> pa.Table:
    """A frame as the Arrow table that is stored: one type a column, whatever the rows are; classes as str, NaN stays NaN in numbers."""
    kinds: dict[str, str] = {column.name: column.kind for column in schema.features}
    arrays = {}
    for name in map(str, frame.columns):
        kind, values = _arrow(name, kinds, schema), frame[name]
        if kind == pa.string() and values.dtype != object:
            values = values.astype(object).where(values.notna(), None)
        if kind == pa.string():
            values = pd.Series([None if v is None or v is pd.NA or v != v else str(v) for v in values], dtype=object)
        arrays[name] = pa.array(values, type=kind, from_pandas=kind != pa.float64())
    return pa.table(arrays)


def target_values(values: pd.Series, schema: Schema) -> Array:
    """The stored target as an estimator takes it: classes in their own type, or float64."""
    if schema.task == "regression":
        return values.to_numpy(dtype="float64")
    known = {str(value): value for value in schema.classes}
    found = [known[value] for value in values]
    return np.array(found) if len({type(value) for value in found}) <= 1 else np.array(found, dtype=object)


def held_out(rows: int, times: Array | None, classes: Array | None, seed: int, share: float = HELD_OUT) -> Array:
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


def newest(labelled: int) -> int:
    """How many of the newest labelled rows to hold out: a fifth, at least five where there are ten, always leaving half to learn from.

    >>> [newest(n) for n in (0, 1, 2, 8, 10, 40, 1000)]
    [0, 0, 1, 4, 5, 8, 200]
    """
    return min(max(round(labelled * HELD_OUT), 5), labelled // 2)


def parted(labelled: Array, picked: Array) -> tuple[Array, Array]:
    """Masks (rows,) of what is learned from and what is held out, of rows in order of time: the newest `newest` labelled rows.

    Rows that were picked for being uncertain (`picked`) would make a model look worse than it is: where at least half of the newest ones,
    and twenty, were not, only those are held out, and the picked ones among them wait for the next run.

    >>> learned, held = parted(np.ones(200, dtype=bool), np.arange(200) % 4 == 0)
    >>> int(learned.sum()), int(held.sum())
    (160, 30)
    """
    places = np.flatnonzero(labelled)
    stretch = places[len(places) - newest(len(places)) :]
    fair = stretch[~picked[stretch]]
    kept = fair if len(fair) >= max(20, len(stretch) / 2) else stretch
    learned, held = np.ones(len(labelled), dtype=bool), np.zeros(len(labelled), dtype=bool)
    learned[stretch], held[kept] = False, True
    return learned, held


def slices(table: pa.Table, schema: Schema, most: int = 12) -> dict[str, Array]:
    """By column, the slice each row lies in: a category's value (its `most` frequent ones), or a number's quarter.

    >>> from lifecycle.records import Column
    >>> schema = Schema((Column("age", "numeric"),), "y", None, "regression", "tabular")
    >>> slices(pa.table({"age": [1.0, 2.0, 3.0, 4.0]}), schema)["age"].tolist()
    ['1 to 1.75', '1.75 to 2.5', '2.5 to 3.25', '3.25 to 4']
    """
    found: dict[str, Array] = {}
    for column in schema.features:
        if column.kind == "categorical":
            values = table[column.name].cast(pa.string()).to_pandas().astype(object)
            kept = set(values.value_counts().index[:most])
            found[column.name] = np.array([v if v in kept else "missing" if v is None or v != v else "other" for v in values], dtype=object)
        elif column.kind == "numeric" and (names := _quarters(table[column.name].to_numpy())) is not None:
            found[column.name] = names
    return found


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


def _quarters(values: Array) -> Array | None:
    present = values[np.isfinite(values)]
    edges = np.unique(np.quantile(present, [0, 0.25, 0.5, 0.75, 1.0])) if len(present) else np.empty(0)
    if len(edges) < 3:
        return None
    names = np.array([f"{low:.4g} to {high:.4g}" for low, high in pairwise(edges)] + ["missing"], dtype=object)
    places = np.clip(np.searchsorted(edges, values, side="left") - 1, 0, len(edges) - 2)
    return np.asarray(names[np.where(np.isfinite(values), places, len(edges) - 1)])


def _arrow(name: str, kinds: dict[str, str], schema: Schema) -> pa.DataType:
    if name in kinds:
        other = pa.list_(pa.float64()) if kinds[name] in ("series", "embedding") else pa.string()
        return {"numeric": pa.float64(), "image": pa.binary()}.get(kinds[name], other)
    if name in (schema.target, "prediction"):
        return pa.float64() if schema.task == "regression" else pa.string()
    roles = {"time": pa.timestamp("us", tz="UTC"), "seq": pa.int64(), "version": pa.int32(), "weight": pa.float64()}
    return roles.get(name, pa.float64() if name.startswith("p_") else pa.string())
