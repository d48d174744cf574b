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
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TypeVar

from lifecycle.engines.locks import exclusive
from lifecycle.errors import Conflict, LifecycleError
from lifecycle.stores import events, workers
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
    Conflict : another worker serves this workspace.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s worker %(message)s")
    workspace = open_workspace(home)
    stop = threading.Event()

    def finish(number: int, frame: FrameType | None) -> None:
        stop.set()
        raise SystemExit(0)

    with exclusive(workspace.path / "locks" / "worker.lock") as mine:
        if not mine:
            raise Conflict(f"A worker serves {workspace.path} already; stop it first, or let it be.")
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, finish)
        Worker(workspace, stop).run()


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
