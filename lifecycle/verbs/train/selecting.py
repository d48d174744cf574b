"""The training set: gathered, chosen by the policy, parted into what is learned from and what is held out. Runs and their preview share it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lifecycle.errors import TrainingFailed
from lifecycle.stores import versions
from lifecycle.train import dataset, entities, leakage, weighting
from lifecycle.verbs import configuring
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor import drifting
from lifecycle.verbs.predictions import recording

__all__ = ["FEWEST_LABELS", "Parts", "TrainingSet", "checked", "chosen", "gathered", "parts", "preview_training"]

FEWEST_LABELS = 2


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """What a retraining would learn from now. `sources`: label source ("training": the first training set) to rows; `classes`: class to rows
    (none for numbers); `weights`: how much of the whole weight each source has. `excluded`: rows left out by name, `outside`: by the policy.
    `suspects`: features that give the target away. `problem`: why it could not be trained, else ""."""

    rows: int
    held_out: int
    sources: Mapping[str, int]
    classes: Mapping[str, int]
    weights: Mapping[str, float]
    oldest: datetime | None
    newest: datetime | None
    excluded: int
    outside: int
    suspects: tuple[str, ...]
    problem: str
    sentence: str


def gathered(context: Context) -> tuple[pa.Table, pd.DataFrame]:
    """All there is to learn from in order of time, and the labelled predictions among it."""
    known = versions.versions(context.database, context.name)
    first = next((version.training for version in known if version.training is not None), None)
    base = context.snapshots.load(first) if first is not None else None
    labelled = recording.labelled(context, features=True)
    named = context.log().take(labelled["seq"].to_numpy(dtype="int64"), ["entity"])["entity"]
    if named.null_count < len(named):
        labelled = labelled.assign(entity=named.cast(pa.string()).to_pandas().astype(object))
    return dataset.gathered(base, labelled, context.schema), labelled


def chosen(context: Context, table: pa.Table) -> tuple[pa.Table, datetime | None, int]:
    """The rows that settings want, since when where that is since the drift, and how many were excluded by name.

    Raises
    ------
    TrainingFailed : too few labelled rows are left.
    """
    text = context.settings.training_rows
    wanted = dataset.policy(text)
    start = _drift_start(context) if wanted.since_drift else None
    kept = _without(table, context.settings.training_exclude)
    excluded = table.num_rows - kept.num_rows
    times = kept["time"].to_numpy() if "time" in kept.column_names else np.full(kept.num_rows, np.datetime64("NaT"))
    kept = kept.filter(pa.array(dataset.chosen(times.astype("datetime64[us]"), wanted, context.now(), start)))
    labelled = int(pc.sum(pc.equal(kept["origin"], "labelled")).as_py() or 0)
    if labelled < FEWEST_LABELS:
        raise TrainingFailed(
            f"The policy {text!r} leaves {labelled} labelled rows of {table.num_rows}; widen it with project.configure(training_rows='all')."
        )
    return kept, start, excluded


@dataclass(frozen=True, slots=True)
class Parts:
    """Masks (rows,) of what is learned from, what is held out and what was picked by the queue; the weights of what is learned from, None
    where all count the same; and how entities were kept apart, in words."""

    learned: np.ndarray[Any, Any]
    held: np.ndarray[Any, Any]
    picked: np.ndarray[Any, Any]
    weights: np.ndarray[Any, Any] | None
    entities: str


def parts(context: Context, table: pa.Table) -> Parts:
    """The two sides of the split as the settings want them."""
    picked = pc.fill_null(pc.equal(table["purpose"], "query"), False).to_numpy(zero_copy_only=False)
    learned, held = dataset.parted(pc.equal(table["origin"], "labelled").to_numpy(zero_copy_only=False), picked)
    sides = entities.Sides(learned, held)
    if "entity" in table.column_names and context.settings.training_entities == "apart":
        sides = entities.apart(learned, held, table["entity"].to_numpy(zero_copy_only=False))
    weights = weighting.weighed(table.filter(pa.array(sides.learned)), context.schema, context.settings.training_weights, context.now())
    return Parts(sides.learned, sides.held, picked, weights, sides.note)


def checked(context: Context, table: pa.Table, labelled: int) -> tuple[dict[str, int], list[str]]:
    """Rows a class, and the checks that the rows fail, a sentence each.

    Raises
    ------
    TrainingFailed : there is too little to learn from.
    """
    schema = context.schema
    if labelled < FEWEST_LABELS:
        raise TrainingFailed(
            f"Only {labelled} predictions have a label that counts; label at least {FEWEST_LABELS} (better a few dozen), then retrain."
        )
    counts = _classes(table, context)
    if schema.task == "classification" and len(counts) < 2:
        raise TrainingFailed(f"All {table.num_rows} rows are of the class {next(iter(counts))}; label samples of other classes, then retrain.")
    failed = [f"{name} is empty in every row" for name in schema.names if table[name].null_count + _nans(table[name]) == table.num_rows]
    return counts, failed + [f"{name} gives {schema.target} away: it is nearly its copy" for name in leakage.copies(table, schema)]


def preview_training(context: Context, changes: Mapping[str, Any]) -> TrainingSet:
    """What a retraining would learn from now, under the settings or with `changes` to them; nothing is stored.

    Raises
    ------
    UnknownName, InvalidValue : no such setting, or a value outside what is allowed.
    """
    if changes:
        context.draft_settings = configuring.changed(context, changes)
    try:
        table, labelled = gathered(context)
        problem, apart, start, excluded = "", "", None, 0
        try:
            checked(context, table, len(labelled))
            kept, start, excluded = chosen(context, table)
            found = parts(context, kept)
            learned, held, weights, apart = found.learned, found.held, found.weights, found.entities
        except TrainingFailed as error:
            problem, kept, weights = str(error), table.slice(0, 0), None
            learned = held = np.zeros(0, dtype=bool)
        rows = kept.filter(pa.array(learned, pa.bool_()))
        told = _told(context, rows, int(held.sum()), weights, excluded, table.num_rows - excluded - kept.num_rows, problem, start)
        return replace(told, sentence=f"{told.sentence} {apart}".strip())
    finally:
        if changes:
            context.draft_settings = None


def _told(
    context: Context, rows: pa.Table, held: int, weights: Any, excluded: int, outside: int, problem: str, start: datetime | None
) -> TrainingSet:
    names = [value or "training" for value in rows["source"].to_pylist()] if "source" in rows.column_names else ["training"] * rows.num_rows
    sources = {str(name): int(count) for name, count in pd.Series(names, dtype=object).value_counts().items()}
    shares = pd.Series(np.ones(rows.num_rows) if weights is None else weights).groupby(pd.Series(names, dtype=object)).sum()
    times = pc.min_max(rows["time"]).as_py() if "time" in rows.column_names and rows.num_rows else {"min": None, "max": None}
    listed = ", ".join(f"{count:,} {'from the first training set' if name == 'training' else name}" for name, count in sources.items())
    sentence = problem or f"Would train on {rows.num_rows:,} rows ({listed.replace('_', ' ')}) and hold out {held:,}."
    if not problem and start is not None:
        sentence += f" The drift began {start:%Y-%m-%d %H:%M} UTC."
    return TrainingSet(
        rows=rows.num_rows,
        held_out=held,
        sources=sources,
        classes=_classes(rows, context),
        weights={str(name): float(value / shares.sum()) for name, value in shares.items()},
        oldest=times["min"],
        newest=times["max"],
        excluded=excluded,
        outside=outside,
        suspects=tuple(leakage.copies(rows, context.schema)),
        problem=problem,
        sentence=sentence,
    )


def _classes(table: pa.Table, context: Context) -> dict[str, int]:
    if context.schema.task != "classification":
        return {}
    return {str(item["values"]): item["counts"] for item in pc.value_counts(table[context.schema.target]).to_pylist()}


def _drift_start(context: Context) -> datetime | None:
    """When the stretch of alarms that is newest began."""
    alarms = drifting.drift(context).alarms
    fired = np.flatnonzero(alarms["alarm"].to_numpy(dtype=bool)) if len(alarms) else np.empty(0, dtype=int)
    if not len(fired):
        return None
    last = int(fired[-1])
    while last - 1 in fired:
        last -= 1
    return pd.Timestamp(alarms["start"].iloc[last]).to_pydatetime()


def _without(table: pa.Table, excluded: Sequence[str]) -> pa.Table:
    """The rows whose label's source and whose id are not excluded."""
    names = pa.array(list(excluded), pa.string())
    out = pc.or_kleene(pc.is_in(table["source"], value_set=names), pc.is_in(table["id"], value_set=names))
    return table.filter(pc.invert(out)) if excluded else table


def _nans(column: pa.ChunkedArray) -> int:
    return int(pc.sum(pc.is_nan(column)).as_py() or 0) if pa.types.is_floating(column.type) else 0
