"""Fits that begin where the champion ended: warm, or with the new rows alone; recorded so that they can be repeated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lifecycle.errors import TrainingFailed
from lifecycle.records import ModelVersion
from lifecycle.train import starting
from lifecycle.verbs.context import Context
from lifecycle.verbs.train import fitting

__all__ = ["fit", "of"]

Start = dict[str, Any]


def of(kind: str, champion: ModelVersion | None) -> Start:
    """Where a fit is to begin: kind ("fresh", "warm", "partial"), and the files of the parent that it begins from."""
    if kind == "fresh" or champion is None or champion.model is None:
        return {"kind": "fresh", "note": "" if kind == "fresh" else "There is no champion's model here to begin from."}
    return {"kind": kind, "version": champion.version, "model": champion.model, "training": champion.training, "note": ""}


def fit(context: Context, recipe: str, rows: pa.Table, seed: int, start: Mapping[str, Any] | None) -> tuple[Any, list[str], Start]:
    """A stored recipe fitted as `start` says, the notes on it, and `start` as it was in the end.

    Raises
    ------
    TrainingFailed : as `fitting.fit`; or no row is new to a model that is to go on learning.
    """
    wanted: Start = dict(start or of("fresh", None))
    if wanted["kind"] == "fresh":
        estimator, noted = fitting.fit(context.models.load(recipe), rows, context.schema, seed)
        return estimator, noted + ([wanted["note"]] if wanted["note"] else []), wanted
    began, note = starting.begun(wanted["kind"], context.models.load(recipe), context.models.load(wanted["model"]))
    if note:
        estimator, noted = fitting.fit(began, rows, context.schema, seed)
        return estimator, [*noted, note], {"kind": "fresh", "note": note}
    if wanted["kind"] == "partial":
        rows = _unseen(context, rows, wanted)
    estimator, noted = fitting.fit(began, rows, context.schema, seed, partial=wanted["kind"] == "partial")
    return estimator, noted, {**wanted, "rows": rows.num_rows}


def _unseen(context: Context, rows: pa.Table, start: Mapping[str, Any]) -> pa.Table:
    if start["training"] is None:
        return rows
    seen = context.snapshots.load(start["training"])["id"].combine_chunks()
    fresh = rows.filter(pc.invert(pc.is_in(rows["id"], value_set=seen)))
    if not fresh.num_rows:
        raise TrainingFailed(f"No row is new since version {start['version']}, so there is nothing to go on learning from; label more.")
    return fresh
