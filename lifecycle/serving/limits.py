"""A body that is too large is refused before it is read."""

from __future__ import annotations

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["MOST_BYTES", "BodyLimit"]

MOST_BYTES = 16 << 20


class BodyLimit:
    """Refuses bodies of more than 16 MiB with 413, whatever their header says of them."""

    def __init__(self, app: ASGIApp, most: int = MOST_BYTES) -> None:
        self.app = app
        self.most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it is too large."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        said = dict(scope["headers"]).get(b"content-length", b"0")
        if said.isdigit() and int(said) > self.most:
            await self._refuse(scope, receive, send)
            return
        read = 0
        answering = False

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.most:
                raise _TooLarge
            return message

        async def watched(message: Message) -> None:
            nonlocal answering
            answering = True
            await send(message)

        try:
            await self.app(scope, counted, watched)
        except _TooLarge:
            if not answering:
                await self._refuse(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = {"detail": f"The body is larger than {self.most >> 20} MiB; send fewer records at once, or import a file.", "refused": []}
        await JSONResponse(body, 413)(scope, receive, send)


class _TooLarge(Exception):
    """More came than is allowed."""
