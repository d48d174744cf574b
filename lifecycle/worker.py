"""The worker: one process a workspace that runs what is queued, and once a minute lets each project turn its loop.

It holds a lock that the operating system frees when it dies, however it dies; what it was at is resumed by the next one.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TypeVar

from lifecycle.engines import workflows
from lifecycle.engines.locks import exclusive, seat, vacant
from lifecycle.errors import Conflict, LifecycleError
from lifecycle.stores import events, workers
from lifecycle.stores.durable import place
from lifecycle.verbs.train import running
from lifecycle.workspace import Workspace, open_workspace

__all__ = ["LOOK_SECONDS", "TICK_SECONDS", "Worker", "main"]

LOOK_SECONDS = 2.0  # how soon a queued run is taken
TICK_SECONDS = 60.0
REPEAT_SECONDS = 3600.0  # how long the same trouble is told once

T = TypeVar("T")
log = logging.getLogger("lifecycle.worker")


def main(home: Path) -> None:
    """Work until SIGTERM or SIGINT; a run that is under way is stopped, and goes on at the same step when a worker starts again.

    Raises
    ------
    Conflict : another worker serves this workspace, and LIFECYCLE_DURABLE_URL does not let several share it.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s worker %(message)s")
    workspace = open_workspace(home)
    stop, locks, url = threading.Event(), workspace.path / "locks", workflows.url()

    def finish(number: int, frame: FrameType | None) -> None:
        stop.set()
        if url is None:  # else it is no run that this thread is at
            raise SystemExit(0)

    with ExitStack() as stack:
        if url is None and not stack.enter_context(exclusive(locks / "worker.lock")):
            raise Conflict(f"A worker serves {workspace.path} already; stop it first, or let several share it by LIFECYCLE_DURABLE_URL.")
        loop = Worker(workspace, stop) if url is None else Sharing(workspace, stop, stack.enter_context(seat(locks)), url)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, finish)
        loop.run()


class Worker:
    """The loop. `stop` ends it after what it is at."""

    def __init__(self, workspace: Workspace, stop: threading.Event, tick_seconds: float = TICK_SECONDS, look_seconds: float = LOOK_SECONDS) -> None:
        self.workspace = workspace.as_worker()
        self.stop = stop
        self.tick_seconds = tick_seconds
        self.look_seconds = look_seconds
        self.id = f"{socket.gethostname()}:{os.getpid()}"
        self._ticked: dict[str, float] = {}
        self._told: dict[tuple[str, str], float] = {}

    def run(self) -> None:
        """Look for queued runs every few seconds, and tick each project once a minute, until `stop`."""
        log.info("serves %s", self.workspace.path)
        aside = [threading.Thread(target=part, daemon=True) for part in (self._beat, self._post)]
        for thread in aside:
            thread.start()
        try:
            while not self.stop.is_set():
                self.look()
                self.stop.wait(self.look_seconds)
        finally:
            self.stop.set()
            for thread in aside:
                thread.join(timeout=5)
            workers.leave(self.workspace.database, self.id)
            log.info("has stopped")

    def look(self) -> None:
        """One round: each project whose minute is over ticks, the others run what is queued."""
        for project in self._guarded("", self.workspace.projects):
            if self.stop.is_set():
                return
            due = time.monotonic() - self._ticked.get(project.name, float("-inf")) >= self.tick_seconds
            if due:
                self._ticked[project.name] = time.monotonic()
            self._guarded(project.name, project.tick if due else project.work)

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


class Sharing(Worker):
    """One of several workers: what waits is handed to all of them through workflows, and what a dead one left is taken over.

    The one that holds the workspace's lock turns the projects' loops; the others only execute runs.
    """

    def __init__(self, workspace: Workspace, stop: threading.Event, name: str, url: str) -> None:
        super().__init__(workspace, stop)
        self.id = name
        self._url = url
        self._locks = workspace.path / "locks"
        self._lead = ExitStack()
        self._leading = False
        self._shared: workflows.Workflows | None = None

    def run(self) -> None:
        """Take part until `stop`; a run that is under way is left to the others."""
        workers.beat(self.workspace.database, self.id, datetime.now(UTC))
        self._shared = workflows.Workflows(self._url, _token(self.workspace.path), self.id, self._perform, self.stop.is_set)
        try:
            with self._lead, running.handed_over(self._shared.offer):
                super().run()
        finally:
            self._shared.close()

    def look(self) -> None:
        """Take over what dead workers left; then, for the one that leads, a round over the projects."""
        assert self._shared is not None
        for id in self._guarded("", lambda: self._shared.take_over(self._gone)):  # type: ignore[union-attr]
            log.info("takes over %s", id)
        if not self._leading:
            self._leading = self._lead.enter_context(exclusive(self._locks / "worker.lock"))
        if self._leading:
            super().look()

    def _gone(self, name: str) -> bool:
        return name != self.id and (vacant(self._locks, name) or name not in workers.alive(self.workspace.database, datetime.now(UTC)))

    def _perform(self, project: str, run: str, keeper: workflows.Workflows) -> str:
        return running.execute(self.workspace.project(project)._context, run, keeper).status


def _token(home: Path) -> str:
    """A name of this workspace that all machines know it by, wherever they mount it."""
    file = home / "workspace.id"
    with exclusive(home / "locks" / "workspace-id.lock", wait=10.0):
        if not file.exists():
            place(file, lambda aside: aside.write_text(uuid.uuid4().hex[:12], "ascii"))
    return file.read_text("ascii")
