"""What stands before every request: a body that is too large is refused, and every answer is counted. And how large is too large."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lifecycle.errors import InvalidValue
from lifecycle.serving.numbers import Numbers

__all__ = ["MOST_BYTES", "BodyLimit", "Counted", "Limits"]

MOST_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one serving process takes. Each may be set by $LIFECYCLE_API_<NAME>, such as LIFECYCLE_API_RATE=200.

    Attributes
    ----------
    body_bytes : the largest body. records : the most records of one request.
    rate, burst : requests a second and at once, by token, or by address where nobody has an account; a rate of 0 is no limit.
    open_metrics : 1 answers /metrics without a token, for a Prometheus that has none.
    """

    body_bytes: int = MOST_BYTES
    records: int = 10_000
    rate: float = 0.0
    burst: float = 100.0
    open_metrics: bool = False

    @classmethod
    def from_environment(cls) -> Limits:
        """As the environment says.

        Raises
        ------
        InvalidValue : a variable is no number, or below 0.
        """
        found = {}
        for name, usual in ((name, getattr(cls(), name)) for name in cls.__dataclass_fields__):
            text = os.environ.get(f"LIFECYCLE_API_{name.upper()}", "").strip()
            try:
                number = float(text) if text else float(usual)
            except ValueError:
                number = -1.0
            if not 0 <= number < float("inf"):
                raise InvalidValue(f"LIFECYCLE_API_{name.upper()} is {text!r}; it must be a number from 0 on, such as {float(usual):g}.")
            found[name] = type(usual)(number)
        return cls(**found)


class BodyLimit:
    """Refuses bodies that are too large with 413, whatever their header says of them."""

    def __init__(self, app: ASGIApp, most: int = MOST_BYTES) -> None:
        self.app = app
        self.most = most
        self.sentence = f"The body is larger than {most / 2**20:.3g} MiB; send fewer records at once, or import a file."

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it is too large."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        said = dict(scope["headers"]).get(b"content-length", b"0")
        if said.isdigit() and int(said) > self.most:
            await JSONResponse({"detail": self.sentence, "refused": []}, 413)(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.most:
                raise HTTPException(413, self.sentence)
            return message

        await self.app(scope, counted, send)


class Counted:
    """Counts and times every request about a project."""

    def __init__(self, app: ASGIApp, numbers: Numbers) -> None:
        self.app = app
        self.numbers = numbers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and note its status and time."""
        started = time.perf_counter()

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start" and (project := scope.get("path_params", {}).get("name")):
                known = project if message["status"] != 404 else "unknown"  # names that nobody has must not fill the memory
                path = scope["path"].rsplit("/", 1)[-1]
                self.numbers.answered(known, path, message["status"], time.perf_counter() - started)
            await send(message)

        await self.app(scope, receive, noted if scope["type"] == "http" else send)
