"""Counting a long log on the cluster that LIFECYCLE_ENGINE names: the same steps as here, of sealed segments, each by whichever worker is free.

The steps begin and end where they do here, and are taken in in the log's order, so that sums of floats are added in the same order and
the results are the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from lifecycle.engines import spread
from lifecycle.monitor import windows
from lifecycle.records import Schema
from lifecycle.stores.sealed import SealedLog, sealed
from lifecycle.verbs.context import Context
from lifecycle.verbs.monitor.drift_columns import Monitored
from lifecycle.verbs.monitor.drift_counting import Step, count_part, count_rows, microseconds, room, rows_at_once

__all__ = ["steps"]

FEWEST = 2  # steps that are worth a connection


def steps(context: Context, columns: Monitored, position: int) -> Iterator[Step]:
    """What follows `position` in the log, counted: one step here, or on the cluster as many as the sealed segments hold."""
    waiting = context.log().rows - position
    if spread.address() is None or waiting < FEWEST * rows_at_once(context.schema):
        step = count_rows(context, columns, position)
        yield from () if step is None else (step,)
        return
    taken = False
    project = context.schema, context.config.window, columns
    for step in spread.mapped(_counted, _planned(context, columns, position), project):
        yield _wide(step)
        taken = True
    if not taken and (step := count_rows(context, columns, position)) is not None:
        yield step


def _planned(context: Context, columns: Monitored, position: int) -> Iterator[tuple[SealedLog, int, int, int]]:
    """The steps up to the first that is not all sealed: the segments, the rows after < seq <= until, and the log's newest row."""
    log, window = context.log(), context.config.window
    newest = log.rows
    while position < newest:
        until = min(newest, position + rows_at_once(context.schema))
        part = sealed(log, position, until)
        if part is None:
            return
        times = log.read(["time"], after=position, until=until)
        until = position + room(windows.window_keys(microseconds(times), times.column("seq").to_numpy(), window), columns)
        yield part, position, until, newest
        position = until


def _counted(project: tuple[Schema, str, Monitored], log: SealedLog, position: int, until: int, newest: int) -> Step:
    """A step as it is sent back: its counts in the fewest bytes that hold them."""
    step = count_part(project, log, position, until, newest)
    narrow = {
        name: replace(part, counts=part.counts.astype(np.min_scalar_type(int(part.counts.max(initial=0))))) for name, part in step.columns.items()
    }
    return replace(step, columns=narrow)


def _wide(step: Step) -> Step:
    return replace(step, columns={name: replace(part, counts=part.counts.astype(np.int64)) for name, part in step.columns.items()})
