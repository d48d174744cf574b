"""Runs as workflows of DBOS: workers share what waits and take over what a dead one left.

They are kept in `workflows.db` of the workspace, or where `LIFECYCLE_DURABLE_URL=postgresql://user@host/database` says. The rows of a run
stay the truth: a row that waits is offered as a workflow with an id of its own, so that it is enqueued once however many workers see it;
each step of a run is a step of the workflow. So the workflows may be lost at any time. Values are stored as JSON, never as pickles.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from lifecycle.engines.locks import exclusive
from lifecycle.errors import InvalidValue, StoreError

__all__ = ["Workflows", "url"]

log = logging.getLogger("lifecycle.worker")

LOOK_SECONDS = 0.5  # how soon what is enqueued is taken
VERSION = "1"  # of the steps' order: workflows of another one are left to workers of that release
PATIENCE_SECONDS = 30.0
LIVE = ["PENDING", "ENQUEUED"]
ADVICE = "see that the disk can be written, or, where LIFECYCLE_DURABLE_URL is set, that its server runs."


def url(home: Path) -> str:
    """Where a workspace's workflows are kept: LIFECYCLE_DURABLE_URL, else `workflows.db` in its folder.

    Raises
    ------
    InvalidValue : LIFECYCLE_DURABLE_URL names neither PostgreSQL nor SQLite.
    """
    wanted = os.environ.get("LIFECYCLE_DURABLE_URL", "").strip() or f"sqlite:///{quote(str(home / 'workflows.db'))}"
    scheme = wanted.partition("://")[0][:20]
    if scheme not in ("postgresql", "sqlite"):
        raise InvalidValue(f"LIFECYCLE_DURABLE_URL begins with {scheme!r}; give postgresql://user@host/database, or leave it unset.")
    return wanted


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
    StoreError : the database does not answer, or cannot be written.
    """

    def __init__(self, url: str, workspace: str, seat: str, perform: Callable[[str, str, Workflows], str], stopping: Callable[[], bool]) -> None:
        self._dbos: Any = importlib.import_module("dbos")  # 0.4 s that only a worker takes
        self._perform = perform
        self._stopping = stopping
        self._closing = False
        self._seat = seat
        self._here: set[str] = set()  # the workflows that this process is at
        self._idle: dict[str, float] = {}  # those that are its own, and that it is not at, with since when
        self._queue = f"runs-{workspace}"
        self._opened: int | None = None
        self._file = Path(unquote(url.removeprefix("sqlite:///"))) if url.startswith("sqlite:///") else None
        logging.getLogger("dbos").setLevel(logging.CRITICAL)  # what fails here is told as this product's own errors
        config = {
            "name": f"lifecycle-{workspace}",
            "system_database_url": url,
            "dbos_system_schema": f"lifecycle_{workspace}",
            "executor_id": seat,
            "application_version": VERSION,
            "serializer": self._dbos.DBOSPortableJSONSerializer(),
            "log_level": "CRITICAL",
            "notification_listener_polling_interval_sec": LOOK_SECONDS,  # how long it takes to end, too
        }
        with StoreError.told("The workflows' database could not be opened", ADVICE):
            try:
                self._launch(config)
            except BaseException:
                self.close(0.0)
                raise

    def _launch(self, config: dict[str, Any]) -> None:
        if self._file is not None:
            _set_aside(self._file)
        self._dbos.DBOS(config=config)
        self._workflow = self._dbos.DBOS.workflow(name="run")(lambda project, run: self._run(project, run))
        self._dbos.DBOS.launch()
        self._dbos.DBOS.register_queue(self._queue, worker_concurrency=1, polling_interval_sec=LOOK_SECONDS, on_conflict="always_update")
        self._opened = _identity(self._file)

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
        """Enqueue again the workflows of workers that are `gone` (asked by seat), and those of this one that it let go of, as when the
        disk was full for a while; returns their ids.

        Raises
        ------
        StoreError : the database does not answer, or was removed.
        """
        with StoreError.told("What dead workers left could not be looked up", ADVICE):
            if _identity(self._file) != self._opened:
                raise StoreError(f"The file {self._file} was removed or replaced; it is opened again.")
            pending = self._dbos.DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
            now, own = time.monotonic(), {workflow.workflow_id for workflow in pending if workflow.executor_id == self._seat}
            self._idle = {id: self._idle.get(id, now) for id in own - self._here}
            others = [workflow.workflow_id for workflow in pending if workflow.executor_id != self._seat and gone(workflow.executor_id)]
            left = [*others, *(id for id, since in self._idle.items() if now - since > PATIENCE_SECONDS)]
            for id in left:
                self._dbos.DBOS.resume_workflow(id, queue_name=self._queue)
        return left

    def keep(self, step: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What `work` returns, or what it returned before this workflow was interrupted."""
        found: dict[str, Any] = self._dbos.DBOS.run_step({"name": step}, work)
        return found

    def stopping(self) -> bool:
        """Whether this process is about to end, so that what it executes has to be left to another."""
        return self._closing or self._stopping()

    def close(self, seconds: float = 5.0) -> None:
        """Stop what is executed here, and let go of it; it goes on where it stopped, here or elsewhere."""
        self._closing = True
        until = time.monotonic() + seconds
        while self._here and time.monotonic() < until:
            time.sleep(0.02)
        with contextlib.suppress(Exception):  # a database that has gone cannot be left in good order
            self._dbos.DBOS.destroy()

    def _run(self, project: str, run: str) -> str:
        id = self._dbos.DBOS.workflow_id
        until = time.monotonic() + PATIENCE_SECONDS
        self._here.add(id)
        try:
            while (status := self._perform(project, run, self)) in ("queued", "running") and time.monotonic() < until:
                if self.stopping():
                    raise SystemExit(0)  # no failure: the workflow stays pending
                time.sleep(LOOK_SECONDS)  # another process is at this project
        finally:
            self._here.discard(id)
        return status  # one that still waits then is offered again


def _identity(file: Path | None) -> int | None:
    return file.stat().st_ino if file is not None and file.exists() else None


def _set_aside(file: Path) -> None:
    """Rename a database that is damaged, so that a new one is made: what it held is in the rows of the runs, too."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with exclusive(file.with_name(f"{file.name}.lock"), wait=PATIENCE_SECONDS):
        try:
            with contextlib.closing(sqlite3.connect(file, timeout=PATIENCE_SECONDS)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")  # one that reads waits for nobody who writes
                found = [row[0] for row in connection.execute("PRAGMA quick_check(1)")]
        except sqlite3.OperationalError:
            raise  # busy, full, or not to be written: no damage
        except sqlite3.DatabaseError as error:
            found = [str(error)]
        if found != ["ok"]:
            for path in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm", "-journal"))):
                with contextlib.suppress(FileNotFoundError):
                    path.replace(path.with_name(f"{path.name}.damaged"))
            log.warning("%s is damaged (%s) and was set aside; runs go on from their rows", file, found[0])
