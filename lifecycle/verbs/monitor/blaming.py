"""Why did performance change: each column's part in it, from counts and some rows, looked at once a window and kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from lifecycle.errors import UnknownName
from lifecycle.monitor import windows
from lifecycle.monitor.health import because
from lifecycle.monitor.performance.channels import observed
from lifecycle.monitor.performance.intervals import gradient
from lifecycle.monitor.performance.layout import Floats, Means
from lifecycle.monitor.performance.metrics import metric_facts, metric_names, metrics
from lifecycle.monitor.performance.row_model import RowModel
from lifecycle.monitor.root_cause import Blame, Grouping, blame, group_cells, most_moved, novel_part
from lifecycle.monitor.summaries import cells_of, decode
from lifecycle.records import Health
from lifecycle.stores import kept, versions
from lifecycle.stores import summaries as store
from lifecycle.verbs.context import Context
from lifecycle.verbs.label.samples import rows_at
from lifecycle.verbs.monitor import drifting, performing
from lifecycle.verbs.monitor.blame_words import as_frame
from lifecycle.verbs.monitor.drift_columns import ANSWERS, Monitored, apart, monitored, reference_counts, sources, values
from lifecycle.verbs.monitor.drift_judging import served
from lifecycle.verbs.monitor.multivariate import reference_version
from lifecycle.verbs.monitor.performance_following import label_rows
from lifecycle.verbs.monitor.performance_rows import models_of, rows_of, truth_of, truth_of_json
from lifecycle.verbs.monitor.window_rows import picked, window_rows, window_seqs
from lifecycle.verbs.remembering import Remembered

__all__ = ["explained", "guessed_reference", "root_cause", "slope_of"]

REFERENCE_ROWS, WINDOW_ROWS, LABELS = 6_000, 4_000, 4_000
WHAT = "root_cause"
NOVEL = 0.005  # of a window's rows: below it, values that the reference never held are not looked at


@dataclass(frozen=True, slots=True)
class _Looked:
    """Rows looked at: the cells of each column by name (n,), and the channels to expect of each row (n, C)."""

    cells: Mapping[str, np.ndarray]
    channels: Floats


_references: Remembered[_Looked] = Remembered(4)
_guesses: Remembered[tuple[Floats, NDArray[np.int64]]] = Remembered(4)


def root_cause(context: Context, window: str | None = None, metric: str | None = None) -> pd.DataFrame:
    """The columns by what their move did to a metric, the most harmful first: window, metric, column, kind, contribution, lower, upper,
    share (of the whole change, NaN where that is within chance), drifted, sentence.

    Raises
    ------
    UnknownName : no such window or metric.
    """
    performing.catch_up(context)
    drifting.catch_up(context)
    wanted = metric or performing.headline(context)
    if wanted not in metric_names(context.schema.task):
        raise UnknownName.among(f"{context.schema.task} metric", wanted, metric_names(context.schema.task))
    if metric_facts(wanted)["kind"] != "means":  # a ranking is no mean over rows
        wanted = "accuracy"
    columns, row = monitored(context), _window(context, window)
    result = _judged(context, row, wanted)
    if columns is None or row is None or result is None:
        return as_frame([], {}, context.config.window)
    rows, labels = ((result[name] if row["closed"] else kept.grown(result[name])) for name in ("rows", "labels"))
    state = [rows, kept.grown(labels), served(row), row["closed"], context.settings.false_alarm_rate, context.settings.seed]
    found = kept.kept(context.database, context.name, f"{WHAT}:{wanted}", state, row["window"])
    if found is None:
        found = _found(context, columns, row, wanted, result)
        kept.keep(context.database, context.name, f"{WHAT}:{wanted}", state, found, row["window"])
    return as_frame(found, result | {"key": row["window"]}, context.config.window)


def explained(context: Context, health: Health) -> Health:
    """What is wrong with performance, with what it mostly goes back to."""
    if health.status != "critical":
        return health
    causes = root_cause(context)
    sentence, column = because(causes)
    if not sentence:
        return health
    first, *others = health.reasons
    return Health(health.status, (first, sentence, *others), column, str(causes["window"].iloc[0]))


def _window(context: Context, window: str | None) -> dict[str, Any] | None:
    """The stored row of a window: the one named, else the newest in which performance alarms, else the newest."""
    rows = store.windows(context.database, context.name)
    by = context.config.window
    if window is not None:
        named = {windows.name(row["window"], by): row for row in rows}
        if window not in named:
            raise UnknownName.among("window", window, list(named)[-10:])
        return named[window]
    frame = performing.judged(context)
    alarming = set(frame[frame["alarm"]]["window"])
    return next((row for row in reversed(rows) if windows.name(row["window"], by) in alarming), rows[-1] if rows else None)


def _judged(context: Context, row: Mapping[str, Any] | None, metric: str) -> dict[str, Any] | None:
    """What is known of the metric in this window."""
    sql = "SELECT * FROM performance_results WHERE project = ? AND window = ? AND metric = ?"
    return None if row is None else context.database.one(sql, (context.name, row["window"], metric))


def _found(context: Context, columns: Monitored, row: Mapping[str, Any], metric: str, result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Contribution and error by column, and whether it drifted."""
    version = reference_version(context, columns, row)
    model = models_of(context, [version])[version]
    if not model.rows:
        return []
    groupings = _groupings(context, columns, row, version)
    names = most_moved(groupings)
    slope = slope_of(model, metric)
    reference = _reference(context, columns, version, model)
    table = window_rows(context, row["window"], row["rows"], [*sources(context.schema), "version"], WINDOW_ROWS)
    current = _looked(context, columns, table, model)
    sides = [reference, current] if model.guesses else [reference]
    cells = np.concatenate([np.column_stack([side.cells[name] for name in names]) for side in sides])
    chosen = [groupings[name] for name in names]
    parts = [blame(chosen, cells, np.concatenate([side.channels for side in sides]) @ slope, (model.rows, row["rows"]))]
    if model.guesses and result["labels"] and any(found.current[found.novel].sum() > NOVEL for found in chosen):
        parts.append(_novel(context, columns, row, names, chosen, model, slope, int(result["labels"])))
    sql = "SELECT column, drifted FROM drift_results WHERE project = ? AND window = ?"
    drifted = {found["column"]: bool(found["drifted"]) for found in context.database.rows(sql, (context.name, row["window"]))}
    total = Blame(sum(part.contribution for part in parts), np.sqrt(sum(part.error**2 for part in parts)))  # type: ignore[arg-type]
    first = parts[0].contribution
    return [
        {
            "column": name,
            "contribution": float(total.contribution[j]),
            "error": float(total.error[j]),
            "expected": float(first[j]),
            "drifted": drifted.get(name, False),
        }
        for j, name in enumerate(names)
    ]


def _groupings(context: Context, columns: Monitored, row: Mapping[str, Any], version: int) -> dict[str, Grouping]:
    references = reference_counts(context, columns, version)
    found = {}
    for name, bins in columns.bins.items():
        stored = store.summaries(context.database, context.name, name, [row["window"]]) if name not in ANSWERS else []
        if stored and name in references:
            found[name] = group_cells(bins, decode(references[name]["counts"]), decode(stored[0]["counts"]))
    return found


def slope_of(model: RowModel, metric: str) -> Floats:
    """How the metric changes with each channel's mean, at the reference: what makes a mean over rows of any metric of means."""

    layout = model.layout

    def on(vector: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(metrics[metric](Means(layout, vector)), dtype=np.float64)

    scale = np.abs(model.level) if layout.task == "regression" else np.zeros_like(model.level)
    slope = gradient(on, model.level[None], (1e-9 + 1e-6 * scale)[None])[0]
    return np.nan_to_num(np.asarray(slope, dtype=np.float64))


def _reference(context: Context, columns: Monitored, version: int, model: RowModel) -> _Looked:
    sha = versions.get(context.database, context.name, version).reference

    def look() -> _Looked:
        table = context.reference(sha)
        assert table is not None
        table = apart(table, columns, version)
        table = table.take(np.flatnonzero(picked(np.arange(table.num_rows), REFERENCE_ROWS / max(table.num_rows, 1))))
        looked = _looked(context, columns, table, model)
        if model.guesses:
            return looked
        rows = rows_of(table, model.layout, context.schema.probability_columns())
        return replace(looked, channels=observed(model.layout, rows, truth_of(table[context.schema.target], model.layout)))

    return _references.get((str(context.root), context.name, sha, columns.version), look)


def guessed_reference(context: Context, version: int, model: RowModel) -> tuple[Floats, NDArray[np.int64]]:
    """The channels to expect of some of the reference's rows (n, C), and the stratum of each."""
    sha = versions.get(context.database, context.name, version).reference

    def look() -> tuple[Floats, NDArray[np.int64]]:
        table = context.reference(sha)
        assert table is not None
        table = table.take(np.flatnonzero(picked(np.arange(table.num_rows), REFERENCE_ROWS / max(table.num_rows, 1))))
        guess = model.guess(rows_of(table, model.layout, context.schema.probability_columns()))
        return guess.channels, guess.stratum

    return _guesses.get((str(context.root), context.name, sha), look)


def _looked(context: Context, columns: Monitored, table: pa.Table, model: RowModel) -> _Looked:
    cells = {
        name: cells_of(array, columns.bins[name], columns.lookups.get(name))
        for name, _, array in values(table, context.schema, columns.fitted)
        if name in columns.bins and name not in ANSWERS
    }
    rows = rows_of(table, model.layout, context.schema.probability_columns())
    if not model.guesses:
        return _Looked(cells, np.zeros((table.num_rows, len(model.layout.channels))))
    guess = model.guess(rows).channels
    if model.conditional is not None and rows.features is not None and rows.probabilities is not None and len(rows):
        guess = guess + model.sharper(rows)
    return _Looked(cells, guess)


def _novel(
    context: Context,
    columns: Monitored,
    row: Mapping[str, Any],
    names: list[str],
    groupings: list[Grouping],
    model: RowModel,
    slope: Floats,
    labels: int,
) -> Blame:
    """What the labels say of values that the reference never held."""
    seqs = window_seqs(context, row["window"], min(1.0, LABELS / labels))
    if labels > LABELS:
        known = label_rows(context, "c.seq IN (SELECT value FROM json_each(?))", (json.dumps(seqs.tolist()),))
    else:
        known = label_rows(context, "c.seq BETWEEN ? AND ?", (int(seqs.min(initial=0)), int(seqs.max(initial=0))))
    known = known[(known["part"] >= 0) & np.isin(known["seq"].to_numpy(dtype=np.int64), seqs)]
    truth = truth_of_json(known["value"], model.layout)
    usable = np.asarray(truth >= 0 if model.layout.task == "classification" else np.isfinite(truth))
    known, truth = known[usable], truth[usable]
    if not len(known):
        return Blame(np.zeros(len(names)), np.zeros(len(names)))
    table = rows_at(context, known["seq"].to_numpy(dtype=np.int64), [*sources(context.schema), "version"])
    looked = _looked(context, columns, table, model)
    seen = observed(model.layout, rows_of(table, model.layout, context.schema.probability_columns()), truth)
    cells = np.column_stack([looked.cells[name] for name in names])
    return novel_part(groupings, cells, (seen - looked.channels) @ slope, known["weight"].to_numpy(dtype=np.float64))
