"""Which version answers, followed from the database: a release is live in every serving process within a quarter of a second.

A thread reads `PRAGMA data_version` every 20 ms, which changes when anybody commits. When the release rows changed, a child process
loads the new version and lets it answer a few rows first, so that a file that crashes whoever opens it crashes nobody who serves; then
this process does the same, and one assignment makes it live. A version that fails stays out, says why in an event, and the one before
goes on. What was live when the process starts is loaded at once: it went through the child when it was released.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lifecycle.errors import LifecycleError, NotReady
from lifecycle.records import ModelVersion
from lifecycle.serving.numbers import Numbers
from lifecycle.stores.runs import log_path
from lifecycle.verbs.context import Context, Route
from lifecycle.verbs.predictions import answering, scoring, shadowing
from lifecycle.verbs.train import jobs

__all__ = ["Served", "Watcher"]

POLL_SECONDS = 0.02
AWAKE_SECONDS = 240.0  # a child is asked for so often, lest the process that forks them goes to rest and the next swap waits for it
BY = "prediction API"

log = logging.getLogger("lifecycle.serving")


@dataclass(slots=True)
class Served:
    """One project as this process serves it. `trouble`: why the version that was released last is not live here."""

    context: Context
    trouble: str = ""
    idle: str = ""  # why nobody answers, where that is as it should be: no model here
    mark: tuple[Any, ...] = ()
    warm: list[Any] = field(default_factory=list)  # models in use, and the ones before, so that going back is at once

    def route(self) -> Route:
        """Who answers now.

        Raises
        ------
        NotReady : nobody does; the sentence says why.
        """
        if self.context.route is None:
            raise NotReady(self.trouble or self.idle or f"Project {self.context.name!r} is being loaded; try again in a moment.")
        return self.context.route


class Watcher:
    """Keeps the routes of all projects as committed. `open_context` makes a context of a project's name."""

    def __init__(self, context: Callable[[str], Context], names: Callable[[], list[str]], numbers: Numbers) -> None:
        self._context = context
        self._names = names
        self._numbers = numbers
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
        self._forks = threading.Thread(target=self._keep_forks, name="forks", daemon=True)
        self._following = False
        self.served: dict[str, Served] = {}

    def start(self) -> None:
        """Load what is live now, then follow."""
        self._follow()
        self._following = True
        self._thread.start()
        self._forks.start()

    def stop(self) -> None:
        """Stop following; what is live stays."""
        self._stop.set()
        for thread in (self._thread, self._forks):
            if thread.is_alive():
                thread.join()

    def get(self, name: str) -> Served:
        """A project that is served here.

        Raises
        ------
        UnknownName : there is none of that name.
        """
        found = self.served.get(name)
        if found is None:
            context = self._context(name)
            context.config  # noqa: B018  an unknown project is refused here
            found = self.served.setdefault(name, Served(context))
            self._update(found)
        return found

    def _run(self) -> None:
        seen = -1
        database = None
        while not self._stop.wait(POLL_SECONDS):
            try:
                if database is None:
                    database = self._context("").database
                now = database.data_version()
                if now != seen:
                    self._follow()
                    seen = now
            except Exception as error:  # the disk may be full or the file locked for long; what is live goes on
                log.warning("The workspace could not be read (%s); serving goes on with what is loaded.", error)
                self._stop.wait(1.0)

    def _keep_forks(self) -> None:
        while not self._stop.is_set():
            try:
                jobs.wake(self._context(""))
            except LifecycleError as error:
                log.warning("No child process could be started (%s).", error)
            self._stop.wait(AWAKE_SECONDS)
        self._context("").database.close()

    def _follow(self) -> None:
        for name in self._names():
            if name not in self.served:
                self.served[name] = Served(self._context(name))
            self._update(self.served[name])

    def _update(self, served: Served) -> None:
        context = served.context
        sql = "SELECT max(id), sum(ended IS NULL) FROM rollouts WHERE project = ?"
        mark = tuple(context.database.connection.execute(sql, (context.name,)).fetchone())
        if mark == served.mark:
            return
        started = time.perf_counter()
        try:
            route, served.idle = answering.route(context), ""
        except NotReady as error:
            served.mark, served.idle, context.route = mark, str(error), None
            return
        served.trouble = ""
        live = context.route
        if live is None or live.champion.version != route.champion.version:
            served.trouble = self._load(served, route.champion)
            if served.trouble:
                self._numbers.failed_swap(context.name)
                served.mark = mark
                return
        if route.candidate is not None:
            served.trouble = self._load(served, route.candidate)
            if served.trouble:
                self._numbers.failed_swap(context.name)
                route = Route(route.champion)
        context.route, served.mark = route, mark
        if route.candidate is not None and context.aside is not None:
            context.aside(lambda: self._make_up(context, route))
        self._numbers.swapped(context.name, route.champion.version, time.perf_counter() - started)

    def _make_up(self, context: Context, route: Route) -> None:
        """What a process that died has not asked a shadow."""
        try:
            shadowing.make_up(context, route, self._stop.is_set)
        except LifecycleError as error:
            log.warning("The shadow of %s lacks rows and could not be asked (%s); the next start tries again.", context.name, error)

    def _load(self, served: Served, version: ModelVersion) -> str:
        """Load and warm a version, in a child first unless it is warm here already; what is wrong with it, or nothing."""
        context = served.context
        try:
            if self._following and not scoring.is_warm(context, version):
                jobs.ask(context, "smoke", log_path(context.root, context.name, "serve"), version=version.version)
            scoring.smoke(context, version)
            served.warm = [scoring.model(context, version), *served.warm][:3]
        except LifecycleError as error:
            why = str(error).replace("Training failed", "It failed when it was opened")
            log.error("Version %s of %s is not served: %s", version.version, context.name, why)
            with contextlib.suppress(LifecycleError), context.database.write():
                context.happened(BY, "swap_failed", f"version {version.version}", {"reason": why})
            return f"Version {version.version} was released and is not served: {why}"
        return ""
