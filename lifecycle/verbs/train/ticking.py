"""One beat of the loop: monitor, evaluate triggers, run what fires, release by policy."""

from __future__ import annotations

from datetime import datetime

from lifecycle.engines.locks import exclusive
from lifecycle.records import Run
from lifecycle.verbs.context import Context
from lifecycle.verbs.label import gaining, labeling, resembling
from lifecycle.verbs.monitor import drifting, performing
from lifecycle.verbs.release import steering
from lifecycle.verbs.train import running, triggering

__all__ = ["tick"]

BUFFERED_ROWS = 20_000


def tick(context: Context, now: datetime | None = None) -> list[Run]:
    """What the worker does each minute; returns the runs that ended.

    With `now`, the project lives in that time from here on. Every part is tried even where one before it failed; the first
    failure is raised in the end, when the others have done their work.
    """
    if now is not None:
        context.clock.fixed = triggering.aware(now)
    ended: list[Run] = []
    failures: list[Exception] = []
    for part in (drifting.catch_up, performing.catch_up, _explain, _rank, _compact, _fire, running.execute_waiting, steering.steer):
        try:
            found = part(context)
        except Exception as error:
            failures.append(error)
        else:
            ended += found if isinstance(found, list) else []
    if failures:
        raise failures[0]
    return ended


def _explain(context: Context) -> None:
    """Find out why performance fell, so that Home has it at hand."""
    performing.health(context)


def _rank(context: Context) -> None:
    labeling.catch_up(context)
    resembling.stock_landmarks(context)
    gaining.measure_ahead(context)


def _compact(context: Context) -> None:
    sql = "SELECT stream, sum(rows) AS rows FROM buffer WHERE project = ? GROUP BY stream"
    for row in context.database.rows(sql, (context.name,)):
        if row["rows"] >= BUFFERED_ROWS:
            context.log(row["stream"]).compact()


def _fire(context: Context) -> None:
    if context.settings.triggers:
        with exclusive(context.root / "locks" / f"triggers-{context.name}.lock") as mine:
            if mine:
                triggering.fire(context)
