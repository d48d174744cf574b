"""A shadow: the candidate is asked about every row that was answered, and what it says is kept aside.

The shadow's log is derived from the log of what was answered. A process that dies between the two leaves rows that the shadow lacks; whoever
serves the trial next asks the candidate about them, once, and so no row is ever paired twice or not at all.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from lifecycle.records import ModelVersion, Rollout, Schema
from lifecycle.release.rollout import modes
from lifecycle.stores import cursors, trials
from lifecycle.verbs.context import Context, Route
from lifecycle.verbs.predictions.scoring import Said, model_frame, tell
from lifecycle.verbs.release import measuring

__all__ = ["ask", "make_up", "timed"]


def ask(context: Context, schema: Schema, features: pd.DataFrame, ids: Sequence[str], who: Route) -> None:
    """Keep what the candidate would have answered; whatever happens here, the request has its answer."""
    assert who.candidate is not None
    assert who.trial is not None
    try:
        said = timed(context, schema, who.trial, who.candidate, features, "new")
    except Exception:
        measuring.failed(context, who.trial, len(features))
        return
    with contextlib.suppress(Exception):
        _keep(context, schema, who, ids, said)


def make_up(context: Context, who: Route, stopping: Callable[[], bool] = lambda: False) -> int:
    """Ask the candidate about the rows since the trial's start that its log lacks; how many there were. Those that it fails on stay out.

    `stopping` is asked before each batch of rows; when it says so, the rest is left to the next process that serves.
    """
    if who.candidate is None or who.trial is None or not modes.facts(who.trial.mode)["aside"]:
        return 0
    schema, cursor = context.schema, f"shadow-whole-{who.trial.id}"
    after = max(cursors.position(context.database, context.name, cursor), trials.counters(context.database, who.trial.id).get("after", 0))
    for log in (context.log(), context.log(f"shadow-{who.candidate.version}")):
        log.tidy()  # processes that died early leave an entry a request, which would be looked through one by one
    made = 0
    for batch in context.log().batches(["id", *schema.names], after=after):
        if stopping():
            break
        table = pa.Table.from_batches([batch])
        lacking = np.flatnonzero(_absent(context, who, table["id"].to_pylist()))
        if len(lacking):
            rows = table.take(pa.array(lacking))
            with contextlib.suppress(Exception):
                said = tell(context, who.candidate, model_frame(schema, rows), schema)
                made += _keep(context, schema, who, rows["id"].to_pylist(), said)
        with context.database.write():
            cursors.move(context.database, context.name, cursor, int(table["seq"][-1].as_py()))
    if made:  # labels that came before are paired now
        cursors.reset(context.database, context.name, trials.label_cursor(who.trial.id))
    return made


def timed(context: Context, schema: Schema, trial: Rollout, version: ModelVersion, features: pd.DataFrame, side: str) -> Said:
    """What a version says, and how long it took, for the trial's guardrails."""
    start = time.perf_counter()
    said = tell(context, version, features, schema)
    measuring.called(context, trial, side, time.perf_counter() - start, len(features), bool(modes.facts(trial.mode)["aside"]))
    return said


def _keep(context: Context, schema: Schema, who: Route, ids: Sequence[str], said: Said) -> int:
    """Append to the candidate's log what is not there yet; how many rows."""
    assert who.candidate is not None
    columns = {"id": pa.array(list(ids), pa.string()), "time": pa.array([context.now()] * len(ids), pa.timestamp("us", tz="UTC"))}
    columns["version"] = pa.array(np.full(len(ids), who.candidate.version, dtype=np.int32))
    number = schema.task == "regression"
    columns["prediction"] = pa.array(said.values if number else [str(schema.classes[place]) for place in said.values.tolist()])
    if said.chances is not None:
        columns |= {name: pa.array(said.chances[:, place]) for place, name in enumerate(schema.probability_columns())}
    with context.database.write():
        fresh = _absent(context, who, ids)
        if fresh.any():
            context.log(f"shadow-{who.candidate.version}").append(pa.table(columns).filter(pa.array(fresh)))
    return int(fresh.sum())


def _absent(context: Context, who: Route, ids: Sequence[str]) -> NDArray[np.bool_]:
    """Which of these rows the candidate's log lacks."""
    assert who.candidate is not None
    assert who.trial is not None
    since = trials.counters(context.database, who.trial.id).get("shadow_after", 0)
    return np.asarray(context.log(f"shadow-{who.candidate.version}").locate(ids, after=since) == 0)
