"""The HTTP face: predict, labels, feedback, health, ready, metrics."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pandas as pd
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi_offline import FastAPIOffline

from lifecycle.errors import BadData, LifecycleError, NotAllowed, StoreError, UnknownName
from lifecycle.plain import plain
from lifecycle.roles import scope_allows
from lifecycle.serving import bodies, predicting
from lifecycle.serving.batching import Batcher
from lifecycle.serving.limits import BodyLimit, Counted, Limits
from lifecycle.serving.numbers import Numbers
from lifecycle.serving.openapi import with_tokens
from lifecycle.serving.retraining import web_hook
from lifecycle.serving.tokens import TokenDoor
from lifecycle.serving.watching import Watcher
from lifecycle.verbs.context import Context
from lifecycle.verbs.predictions import recording
from lifecycle.workspace import Workspace

__all__ = ["Server", "create_app"]

STATUS: tuple[tuple[type[LifecycleError], int], ...] = ((UnknownName, 404), (BadData, 422), (NotAllowed, 403), (StoreError, 503))
API = "prediction API"


class Server:
    """What one serving process holds: the workspace, who answers in each project, and a batcher a project."""

    def __init__(self, home: Path) -> None:
        self.workspace = Workspace(home)
        self.numbers = Numbers()
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="aside")
        self.watcher = Watcher(self._context, self._names, self.numbers)
        self._batchers: dict[str, Batcher] = {}
        self._lock = threading.Lock()
        self.stopping = False

    def start(self) -> None:
        """Load what is live and follow it."""
        self.watcher.start()

    def stop(self) -> None:
        """Answer what waits, finish what was put aside, and let go of the workspace."""
        self.stopping = True
        for batcher in self._batchers.values():
            batcher.close()
        self.watcher.stop()
        self._aside.shutdown(wait=True)
        self.workspace.database.close()

    def batcher(self, name: str) -> Batcher:
        """The queue of a project that is served.

        Raises
        ------
        UnknownName, NotReady : there is none of that name, or nobody answers in it.
        """
        served = self.watcher.get(name)
        served.route()
        with self._lock:
            if name not in self._batchers:
                self._batchers[name] = Batcher(served, self.numbers)
            return self._batchers[name]

    def troubles(self) -> list[str]:
        """Why this process is not ready, a sentence each."""
        if self.stopping:
            return ["The API is stopping."]
        return [found.trouble for found in self.watcher.served.values() if found.trouble]

    def _names(self) -> list[str]:
        return [row["name"] for row in self.workspace.database.rows("SELECT name FROM projects ORDER BY name")]

    def _context(self, name: str) -> Context:
        space = self.workspace
        return Context(name, space.path, space.database, space.models, space.snapshots, space.clock, aside=self._later)

    def _later(self, work: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the process ends; what is left is made up at the next start
            self._aside.submit(work)


def create_app(home: str | Path, limits: Limits = Limits()) -> FastAPI:  # noqa: B008  frozen
    """The prediction API of a workspace. One process each; several processes may serve the same workspace."""
    server = Server(Path(home))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        server.start()
        yield
        server.stop()

    told: dict[str, Any] = {"title": "Lifecycle prediction API", "version": "1", "summary": "Answers, logged before they are given."}
    app = FastAPIOffline(redoc_url=None, lifespan=lifespan, **told)  # /docs asks this server alone for its script
    app.state.server = server
    app.add_middleware(BodyLimit, most=limits.body_bytes)
    app.add_middleware(TokenDoor, database=server.workspace.database, limits=limits, numbers=server.numbers)
    app.add_middleware(Counted, numbers=server.numbers)
    _refusals(app)
    predicting.add(app, server.batcher, limits.records)
    _truth(app, server)
    web_hook(app, server._context, _sender)
    _operations(app, server)
    with_tokens(app)
    return app


def _truth(app: FastAPI, server: Server) -> None:
    def land(name: str, frame: pd.DataFrame, source: str, by: str) -> bodies.LandedLabels:
        found = recording.record_labels(server.watcher.get(name).context, frame, source, by)
        return bodies.LandedLabels(landed=len(found), waiting=found.waiting, ignored=found.ignored, notes=list(found.notes))

    @app.post("/projects/{name}/labels", response_model=bodies.LandedLabels, responses=bodies.REFUSED)  # type: ignore[arg-type]
    def labels(name: str, request: bodies.Labels, sent: Request) -> bodies.LandedLabels:
        """Ground truth by prediction id; labels for predictions that have not come yet wait for them."""
        rows = [label.model_dump(exclude_none=True) for label in request.labels]
        frame = pd.DataFrame({key: pd.Series([row.get(key) for row in rows], dtype=object) for key in _keys(rows)})
        return land(name, frame, "ground_truth", _sender(sent))

    @app.post("/projects/{name}/feedback", response_model=bodies.LandedLabels, responses=bodies.REFUSED)  # type: ignore[arg-type]
    def feedback(name: str, request: bodies.Feedback, sent: Request) -> bodies.LandedLabels:
        """A user's correction of one prediction; it counts once somebody has reviewed it."""
        frame = pd.DataFrame({"id": [request.id], "label": pd.Series([request.label], dtype=object)})
        return land(name, frame, "feedback", request.by or _sender(sent))


def _operations(app: FastAPI, server: Server) -> None:
    @app.get("/health")
    def health() -> dict[str, str]:
        """The process lives."""
        return {"status": "ok"}

    @app.get("/ready")
    def ready(sent: Request) -> JSONResponse:
        """What was released last is live here, in every project. Where tokens are needed, the projects' names are told to those who may read."""
        troubles = server.troubles()
        key = sent.state.key
        if server.workspace.people.needed() and (key is None or key.project or not scope_allows(key.scopes, "read")):
            return JSONResponse({"ready": not troubles}, 503 if troubles else 200)
        live = {name: found.context.route.champion.version for name, found in server.watcher.served.items() if found.context.route}
        return JSONResponse({"ready": not troubles, "champions": live, "reasons": troubles}, 503 if troubles else 200)

    @app.get("/metrics")
    def metrics() -> PlainTextResponse:
        """For Prometheus."""
        return PlainTextResponse(server.numbers.text(), media_type="text/plain; version=0.0.4")


def _refusals(app: FastAPI) -> None:
    @app.exception_handler(LifecycleError)
    async def refused(request: Request, error: LifecycleError) -> JSONResponse:
        status = next((code for kind, code in STATUS if isinstance(error, kind)), 409)
        rows = plain(error.refused) if isinstance(error, BadData) else []
        return JSONResponse({"detail": str(error), "refused": rows}, status, {"Retry-After": "1"} if status == 503 else None)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        return JSONResponse({"detail": f"The request does not have the shape that /docs shows: {place}: {first['msg']}.", "refused": []}, 422)


def _sender(request: Request) -> str:
    """Whose labels these are: the token's label."""
    return f"token {request.state.key.label}" if request.state.key else API


def _keys(rows: list[dict[str, Any]]) -> list[str]:
    return ["id", "label", *(["probability"] if any("probability" in row for row in rows) else [])]
