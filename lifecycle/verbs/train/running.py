"""Runs: asked for, executed in a child process, watched, cancelled, tried again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lifecycle import errors
from lifecycle.engines.durable import Keeper
from lifecycle.engines.locks import exclusive
from lifecycle.errors import Conflict, LifecycleError, NotReady, TrainingFailed
from lifecycle.records import Run
from lifecycle.stores import runs as stored
from lifecycle.train import pipeline
from lifecycle.verbs.context import Context, who
from lifecycle.verbs.train import jobs

__all__ = [
    "cancel",
    "execute",
    "execute_waiting",
    "handed_over",
    "progress",
    "queue",
    "request_retrain",
    "retrain",
    "retry",
    "run",
    "run_log",
    "runs",
]

Offer = Callable[[str, str], None]

_offers: list[Offer] = []  # where what waits is handed to, in a worker that shares it with others
MOST_DEATHS = 3  # a step that takes its worker down so often is not tried again


def retrain(context: Context, reason: str, by: str | None) -> Run:
    """Retrain here and now; returns the run when it has ended, however it ended.

    Raises
    ------
    NotReady : no recipe. Conflict : another run of this project is under way.
    """
    with _lock(context) as free:
        if not free:
            raise Conflict(f"A run of {context.name!r} is under way; wait for it, or cancel it.")
    id, _ = queue(context, reason, by)
    dead = stored.under_way(context.database, context.name)
    if dead is not None and dead != id:
        execute(context, dead)
    return execute(context, id)


def request_retrain(context: Context, reason: str, by: str | None) -> Run:
    """Queue a run for the worker; one that waits with the same reason is joined.

    Raises
    ------
    NotReady : no recipe.
    """
    return run(context, queue(context, reason, by)[0])


def queue(context: Context, reason: str, by: str | None, trigger: Mapping[str, Any] | None = None) -> tuple[str, bool]:
    """Queue a run, or join the one that waits with the same reason; returns its id and whether it is new."""
    if context.settings.recipe is None:
        raise NotReady(f"{context.name!r} has no recipe to train; set one with project.set_recipe(estimator).")
    text = reason.strip() or "manual"
    with context.database.write():
        id, new = stored.add(context.database, context.name, context.now(), who(by), text, tuple(pipeline.STEPS), trigger)
        if new:
            context.happened(by, "request_retrain", f"run {id}", {"reason": text})
    return id, new


@contextmanager
def handed_over(offer: Offer) -> Iterator[None]:
    """In the block, what waits is not executed by `execute_waiting` but offered, by project and run, to workers that share it."""
    _offers.append(offer)
    try:
        yield
    finally:
        _offers.remove(offer)


def execute_waiting(context: Context) -> list[Run]:
    """Execute what was interrupted and what is queued, one after the other; none while another process is at it."""
    if _offers:
        for id in [stored.under_way(context.database, context.name), *stored.waiting(context.database, context.name)][:2]:
            if id is not None:
                _offers[-1](context.name, id)
                break
        return []
    ended: list[Run] = []
    while True:
        dead = stored.under_way(context.database, context.name)
        waiting = [dead] if dead is not None else stored.waiting(context.database, context.name)
        if not waiting:
            return ended
        found = execute(context, waiting[0])
        if found.status in ("queued", "running"):
            return ended
        ended.append(found)


def execute(context: Context, id: str, keeper: Keeper | None = None) -> Run:
    """Run the steps of a run that are left, in a child process (one a step with a `keeper`); returns it as it ended. A run that
    somebody else executes is left alone."""
    with _lock(context) as mine:
        attempt = stored.claim(context.database, context.name, id) if mine else None
        if attempt is None:
            return run(context, id)
        found, began = run(context, id), time.perf_counter()
        with context.database.write():
            verb = "run_started" if attempt == 1 else "run_resumed"
            context.happened(found.requested_by, verb, f"run {id}", {"reason": found.reason, "attempt": attempt})
        try:
            _refuse_deadly(context, id)
            answer = _whole(context, id) if keeper is None else _stepwise(context, id, keeper)
        except LifecycleError as error:
            _end(context, found, "failed", began, error=str(error))
        except KeyboardInterrupt:
            _end(context, found, "cancelled", began, error="interrupted from the keyboard")
            raise
        except SystemExit:
            stored.interrupt(context.database, id)
            raise
        else:
            if answer is None:
                _end(context, found, "cancelled", began, error=f"cancelled by {stored.stopping(context.database, id)}")
            else:
                _end(context, found, "done", began, answer=answer)
        return run(context, id)


def cancel(context: Context, id: str, by: str | None) -> Run:
    """Stop a run: one that waits at once, one under way within a second.

    Raises
    ------
    UnknownName : there is no such run. Conflict : it has ended.
    """
    with context.database.write():
        found = run(context, id)
        if found.status not in ("queued", "running"):
            raise Conflict(f"Run {id} is {found.status}; only a run that waits or is under way can be cancelled.")
        stored.ask_to_stop(context.database, id, who(by))
        if found.status == "queued":
            stored.end(context.database, id, "cancelled", context.now(), 0.0, f"cancelled by {who(by)}")
        context.happened(by, "cancel", f"run {id}", {"was": found.status})
    return run(context, id)


def retry(context: Context, id: str, by: str | None) -> Run:
    """Queue a run that failed or was cancelled again; it starts over with today's data, recipe and settings.

    Raises
    ------
    UnknownName : there is no such run. Conflict : it did not fail, or one with its reason waits already.
    """
    with context.database.write():
        found = run(context, id)
        if found.status not in ("failed", "cancelled"):
            raise Conflict(f"Run {id} is {found.status}; only one that failed or was cancelled can be tried again.")
        if any(run(context, other).reason == found.reason for other in stored.waiting(context.database, context.name)):
            raise Conflict(f"A run with the reason {found.reason!r} waits already.")
        stored.requeue(context.database, id)
        context.happened(by, "retry", f"run {id}", {"reason": found.reason})
    return run(context, id)


def runs(context: Context) -> list[Run]:
    """All runs, the newest first."""
    return stored.runs(context.database, context.name)


def run(context: Context, id: str) -> Run:
    """One run with its steps."""
    return stored.get(context.database, context.name, id)


def progress(context: Context, id: str) -> float:
    """How far a run is, 0 to 1."""
    return pipeline.progress(run(context, id).steps)


def run_log(context: Context, id: str) -> str:
    """The last of what a run has printed."""
    return stored.log_tail(context.root, context.name, run(context, id).id)


def _whole(context: Context, id: str) -> Any:
    log = stored.log_path(context.root, context.name, id)
    return jobs.ask(context, "run", log, lambda: stored.stopping(context.database, id) is not None, id=id)


def _stepwise(context: Context, id: str, keeper: Keeper) -> Any:
    """The same, each step of it kept; what ended a step is a value, too, so that the keeper need not know our errors."""
    log, found = stored.log_path(context.root, context.name, id), {}

    def work(step: str) -> dict[str, Any]:
        try:
            answer = jobs.ask(context, "run", log, lambda: keeper.stopping() or stored.stopping(context.database, id) is not None, id=id, until=step)
        except LifecycleError as error:
            return {"error": type(error).__name__, "message": str(error)}
        if answer is None and stored.stopping(context.database, id) is None:
            raise SystemExit(0)  # this process ends; the step is no failure, and is tried again elsewhere
        return {"found": answer}

    for step in pipeline.STEPS:
        kept = keeper.keep(step, lambda step=step: work(step))  # type: ignore[misc]
        if "error" in kept:
            raise getattr(errors, kept["error"], TrainingFailed)(kept["message"])
        if kept["found"] is None:
            return None
        found[step] = kept["found"]
    return {**found["register"], **found["policy"]}


def _end(context: Context, found: Run, status: str, began: float, error: str | None = None, answer: Mapping[str, Any] | None = None) -> None:
    candidate = answer["version"] if answer is not None else _registered(context, found.id)
    verb = {"done": "run_finished", "failed": "run_failed", "cancelled": "run_cancelled"}[status]
    with context.database.write():
        if status != "done":
            stored.fail_step(context.database, found.id, context.now())
        seconds = time.perf_counter() - began
        stored.end(context.database, found.id, status, context.now(), seconds, error, candidate)
        told = {"reason": found.reason, "candidate": candidate, "error": error, "outcome": (answer or {}).get("outcome")}
        context.happened(found.requested_by, verb, f"run {found.id}", {name: value for name, value in told.items() if value is not None})


def _registered(context: Context, id: str) -> int | None:
    found = context.database.value("SELECT version FROM versions WHERE project = ? AND run = ?", (context.name, id))
    return None if found is None else int(found)


def _refuse_deadly(context: Context, id: str) -> None:
    sql = "SELECT name FROM run_steps WHERE run = ? AND status = 'running' AND attempts >= ?"
    step = context.database.value(sql, (id, MOST_DEATHS))
    if step is not None:
        raise Conflict(f"The worker died {MOST_DEATHS} times at the step {step!r}, so it is not tried again; see its log, then retry by hand.")


def _lock(context: Context) -> Any:
    path: Path = context.root / "locks" / f"run-{context.name}.lock"
    return exclusive(path)
