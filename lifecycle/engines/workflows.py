"""Runs as workflows of DBOS, for several workers that share what waits and take over what a dead one left.

`LIFECYCLE_DURABLE_URL=postgresql://user@host/database` (or `sqlite:///file`) chooses it. The rows of a run stay the truth: a row that
waits is offered as a workflow with an id of its own, so that it is enqueued once however many workers see it; each step of a run is a
step of the workflow. Values are stored as JSON, never as pickles. Needs the packages `dbos` and, for PostgreSQL, `psycopg`.
"""

from __future__ import annotations

import importlib
import logging
import os
import time
from collections.abc import Callable
from typing import Any

from lifecycle.errors import InvalidValue, StoreError

__all__ = ["Workflows", "url"]

LOOK_SECONDS = 0.5  # how soon what is enqueued is taken
VERSION = "1"  # of the steps' order: workflows of another one are left to workers of that release
PATIENCE_SECONDS = 30.0
LIVE = ["PENDING", "ENQUEUED"]
ADVICE = "check LIFECYCLE_DURABLE_URL and that its server runs."


def url() -> str | None:
    """Where workflows are kept, None where runs are rows of the workspace alone.

    Raises
    ------
    InvalidValue : LIFECYCLE_DURABLE_URL names neither PostgreSQL nor SQLite.
    """
    wanted = os.environ.get("LIFECYCLE_DURABLE_URL", "").strip()
    if wanted and wanted.partition("://")[0] not in ("postgresql", "sqlite"):
        scheme = wanted.partition("://")[0][:20]
        raise InvalidValue(f"LIFECYCLE_DURABLE_URL begins with {scheme!r}; give postgresql://user@host/database, or leave it unset.")
    return wanted or None


class Workflows:
    """This process's part in executing what waits. One a process.

    Parameters
    ----------
    url : of the database that the workers share. workspace : a token of it, which keeps workspaces apart in one database.
    seat : who this is; stable, so that the next one in the same seat goes on where this one died.
    perform : (project, run, keeper) -> how the run stands; called in a thread of its own, one run at a time.
    stopping : says whether this process is about to end.

    Raises
    ------
    StoreError : the packages are missing, or the database does not answer.
    """

    def __init__(self, url: str, workspace: str, seat: str, perform: Callable[[str, str, Workflows], str], stopping: Callable[[], bool]) -> None:
        try:
            self._dbos: Any = importlib.import_module("dbos")
        except ImportError as error:
            raise StoreError("LIFECYCLE_DURABLE_URL asks for DBOS, which is not installed; pip install 'lifecycle[durable]'.") from error
        self._perform = perform
        self._stopping = stopping
        self._queue = f"runs-{workspace}"
        logging.getLogger("dbos").setLevel(logging.CRITICAL)  # what fails here is told as this product's own errors
        config = {
            "name": f"lifecycle-{workspace}",
            "system_database_url": url,
            "dbos_system_schema": f"lifecycle_{workspace}",
            "executor_id": seat,
            "application_version": VERSION,
            "serializer": self._dbos.DBOSPortableJSONSerializer(),
            "log_level": "CRITICAL",
        }
        with StoreError.told("The workflows' database could not be opened", ADVICE):
            self._dbos.DBOS(config=config)
            self._workflow = self._dbos.DBOS.workflow(name="run")(lambda project, run: self._run(project, run))
            self._dbos.DBOS.launch()
            self._dbos.DBOS.register_queue(self._queue, worker_concurrency=1, polling_interval_sec=LOOK_SECONDS, on_conflict="always_update")

    def offer(self, project: str, run: str) -> None:
        """Enqueue a run unless it is; several workers may offer the same one at once.

        Raises
        ------
        StoreError : the database does not answer.
        """
        with StoreError.told(f"Run {run} could not be handed to the workers", ADVICE):
            known = self._dbos.DBOS.list_workflows(workflow_id_prefix=f"{run}-", load_input=False, load_output=False)
            if any(workflow.status in LIVE for workflow in known):
                return
            with self._dbos.SetWorkflowID(f"{run}-{len(known) + 1}"):
                self._dbos.DBOS.enqueue_workflow(self._queue, self._workflow, project, run)

    def take_over(self, gone: Callable[[str], bool]) -> list[str]:
        """Let others go on with the workflows of workers that are `gone` (asked by seat); returns the workflows' ids.

        Raises
        ------
        StoreError : the database does not answer.
        """
        with StoreError.told("What dead workers left could not be looked up", ADVICE):
            pending = self._dbos.DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
            left = [workflow.workflow_id for workflow in pending if gone(workflow.executor_id)]
            for id in left:
                self._dbos.DBOS.resume_workflow(id, queue_name=self._queue)
        return left

    def keep(self, step: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What `work` returns, or what it returned before this workflow was interrupted."""
        found: dict[str, Any] = self._dbos.DBOS.run_step({"name": step}, work)
        return found

    def stopping(self) -> bool:
        """Whether this process is about to end, so that what it executes has to be left to another."""
        return self._stopping()

    def close(self, seconds: float = 5.0) -> None:
        """Wait so long for what is executed here, which was told to stop, and let go of it; it goes on elsewhere where it stopped."""
        self._dbos.DBOS.destroy(workflow_completion_timeout_sec=int(seconds))

    def _run(self, project: str, run: str) -> str:
        until = time.monotonic() + PATIENCE_SECONDS
        while (status := self._perform(project, run, self)) in ("queued", "running") and time.monotonic() < until:
            if self._stopping():
                raise SystemExit(0)  # no failure: the workflow stays pending
            time.sleep(LOOK_SECONDS)  # another process is at this project
        return status  # one that still waits then is offered again
