"""The worker: a process that executes what is queued, and once a minute lets each project turn its loop.

A workspace may have any number of them: what waits is handed to all through workflows, and what a dead one left is taken over. One of them,
which holds a lock that the operating system frees when it dies, turns the projects' loops; the others only execute runs.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TypeVar

from lifecycle.engines import workflows
from lifecycle.engines.locks import exclusive, seat, vacant
from lifecycle.errors import LifecycleError, StoreError
from lifecycle.stores import events, runs, workers
from lifecycle.stores.durable import place
from lifecycle.verbs.train import running
from lifecycle.workspace import Workspace, open_workspace

__all__ = ["LOOK_SECONDS", "TICK_SECONDS", "Worker", "main"]

LOOK_SECONDS = 1.0  # how soon a queued run is handed to the workers
TICK_SECONDS = 60.0
REPEAT_SECONDS = 3600.0  # how long the same trouble is told once

T = TypeVar("T")
log = logging.getLogger("lifecycle.worker")


def main(home: Path) -> None:
    """Work until SIGTERM or SIGINT; a run that is under way is left to another worker, or goes on at the same step when one starts.

    Raises
    ------
    StoreError : the workflows' database cannot be opened. InvalidValue : LIFECYCLE_DURABLE_URL names none.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s worker %(message)s")
    workspace, stop = open_workspace(home), threading.Event()

    def finish(number: int, frame: FrameType | None) -> None:
        if not stop.is_set():
            stop.set()
            raise SystemExit(0)

    with seat(workspace.path / "locks") as name:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, finish)
        Worker(workspace, stop, name).run()


class Worker:
    """One of the workers, by the name of its seat. `stop` ends it after what it is at; a run is left to the others."""

    def __init__(
        self, workspace: Workspace, stop: threading.Event, name: str, tick_seconds: float = TICK_SECONDS, look_seconds: float = LOOK_SECONDS
    ) -> None:
        self.workspace = workspace.as_worker()
        self.stop = stop
        self.id = name
        self.tick_seconds = tick_seconds
        self.look_seconds = look_seconds
        self._locks = workspace.path / "locks"
        self._lead = ExitStack()
        self._leading = False
        self._ticked: dict[str, float] = {}
        self._told: dict[tuple[str, str], float] = {}

    def run(self) -> None:
        """Execute what waits, and tick each project once a minute, until `stop`.

        Raises
        ------
        StoreError : the workflows' database cannot be opened at the start. Later it is opened again and again.
        """
        workers.beat(self.workspace.database, self.id, datetime.now(UTC))
        aside = [threading.Thread(target=part, daemon=True) for part in (self._beat, self._post)]
        try:
            shared = self._join()
            log.info("%s serves %s", self.id, self.workspace.path)
            for thread in aside:
                thread.start()
            with self._lead:
                while not self.stop.is_set():
                    shared = self._share(shared)
        finally:
            self.stop.set()
            for thread in aside:
                if thread.ident is not None:
                    thread.join(timeout=5)
            workers.leave(self.workspace.database, self.id)
            log.info("%s has stopped", self.id)

    def round(self) -> bool:
        """See to what is queued, then tick the project whose minute was over first; returns whether another one is due, too, so that a
        run that somebody asks for meanwhile waits for one project at most."""
        queued = self._guarded("", lambda: runs.busy(self.workspace.database))
        projects, now = {project.name: project for project in self._guarded("", self.workspace.projects)}, time.monotonic()
        for name in sorted(projects.keys() & {*queued}):
            if not self.stop.is_set():
                self._guarded(name, projects[name].work)
        last = {name: self._ticked.get(name, float("-inf")) for name in projects}
        due = sorted((name for name in projects if now - last[name] >= self.tick_seconds), key=lambda name: last[name])
        if due and not self.stop.is_set():
            self._ticked[due[0]] = now
            self._guarded(due[0], projects[due[0]].tick)
        return len(due) > 1

    def _join(self) -> workflows.Workflows:
        home = self.workspace.path
        return workflows.Workflows(workflows.url(home), _token(home), self.id, self._perform, self.stop.is_set)

    def _share(self, shared: workflows.Workflows) -> workflows.Workflows:
        """Look every second until `stop`, or until the workflows' database fails; returns how to go on then."""
        try:
            with closing(shared), running.handed_over(shared.offer):
                while not self.stop.is_set():
                    for id in shared.take_over(self._gone):
                        log.info("takes over %s", id)
                    if not self._leading:
                        self._leading = self._lead.enter_context(exclusive(self._locks / "worker.lock"))
                    if not (self._leading and self.round()):
                        self.stop.wait(self.look_seconds)
        except StoreError as error:
            log.error("%s", error)
        while not self.stop.wait(self.look_seconds):
            with suppress(StoreError):
                return self._join()
        return shared

    def _gone(self, name: str) -> bool:
        return vacant(self._locks, name) or name not in workers.alive(self.workspace.database, datetime.now(UTC))

    def _perform(self, project: str, run: str, keeper: workflows.Workflows) -> str:
        return running.execute(self.workspace.project(project)._context, run, keeper).status

    def _guarded(self, name: str, part: Callable[[], list[T]]) -> list[T]:
        """What happens in one project never stops the worker: trouble becomes an event, the same one once an hour."""
        try:
            return part()
        except Exception as error:
            log.error("%s: %s", name or "workspace", error, exc_info=not isinstance(error, LifecycleError))
            self._tell(name, f"{type(error).__name__}: {error}")
            return []

    def _tell(self, name: str, text: str) -> None:
        last = self._told.get((name, text))
        if name and (last is None or time.monotonic() - last > REPEAT_SECONDS):
            self._told[name, text] = time.monotonic()
            try:
                events.append(self.workspace.database, name, datetime.now(UTC), "lifecycle", "trouble", "worker", {"what": text})
            except LifecycleError as error:
                log.warning("%s: %s", name, error)

    def _beat(self) -> None:
        """Say each few seconds that this worker lives, also while it trains."""
        while True:
            try:
                workers.beat(self.workspace.database, self.id, datetime.now(UTC))
            except LifecycleError as error:
                log.warning("pulse: %s", error)
            if self.stop.wait(5.0):
                self.workspace.database.close()
                return

    def _post(self) -> None:
        """Send notifications every few seconds, also while it trains; a service that hangs holds up nothing else."""
        while True:
            try:
                self.workspace.notices.deliver()
            except Exception as error:
                log.warning("notifications: %s", error if isinstance(error, LifecycleError) else type(error).__name__)
            if self.stop.wait(self.look_seconds):
                self.workspace.database.close()
                return


def _token(home: Path) -> str:
    """A name of this workspace that all machines know it by, wherever they mount it."""
    file = home / "workspace.id"
    with exclusive(home / "locks" / "workspace-id.lock", wait=10.0):
        if not file.exists():
            place(file, lambda aside: aside.write_text(uuid.uuid4().hex[:12], "ascii"))
    return file.read_text("ascii")
