"""What stands before every request: a body that is too large is refused, and every answer is counted."""

from __future__ import annotations

import time

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lifecycle.serving.numbers import Numbers

__all__ = ["MOST_BYTES", "BodyLimit", "Counted"]

MOST_BYTES = 16 << 20


class BodyLimit:
    """Refuses bodies of more than 16 MiB with 413, whatever their header says of them."""

    def __init__(self, app: ASGIApp, most: int = MOST_BYTES) -> None:
        self.app = app
        self.most = most
        self.sentence = f"The body is larger than {most >> 20} MiB; send fewer records at once, or import a file."

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
