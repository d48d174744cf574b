"""The dashboard as an ASGI app: `streamlit run app.py` finds it. Start-up tuning, security headers, health; no logic.

`pages/router.py` is the main script, not this file: a `pages/` folder beside a main script would let the first deep link
after a start run a page without the router.
"""

from __future__ import annotations

import asyncio
import gc
import socket
import sys
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

import lifecycle  # noqa: E402  the path has to be there first
from pages.parts.accounts import door, sign_in  # noqa: E402

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


def _warm() -> None:
    """Import what the pages draw with, so that the first page does not wait for it and the collector can leave it alone."""
    import pandas
    import plotly.graph_objects as graph_objects
    import pyarrow

    graph_objects.Figure(graph_objects.Scatter(y=[0.0])).to_json()
    pyarrow.Table.from_pandas(pandas.DataFrame({"a": [0.0]}))


@asynccontextmanager
async def tuned(_app: st.App) -> AsyncIterator[None]:
    """Small answers leave at once (no Nagle; accepted sockets inherit it), and what is imported is never collected again."""
    await asyncio.to_thread(_warm)
    for listener in [found for found in gc.get_objects() if isinstance(found, socket.socket)]:
        if listener.fileno() >= 0 and listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    gc.collect()
    gc.freeze()
    yield


class SecurityHeaders:
    """Adds the headers that keep a browser from guessing types or being framed by another site."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """Pass the request on; put the headers on its answer."""

        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *HEADERS]
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


async def health(_request: Request) -> JSONResponse:
    """Is the dashboard up, and can it open its workspace?"""
    try:
        workspace = await asyncio.to_thread(lifecycle.open_workspace)
        known = {} if workspace.people.needed() else {"projects": len(workspace.projects())}  # strangers are told no more than that it lives
    except lifecycle.LifecycleError as error:
        return JSONResponse({"status": "failed", "reason": str(error)}, status_code=503)
    return JSONResponse({"status": "ok", **known})


def sorry(_error: Exception) -> bool:
    """What nobody foresaw is one sentence on the page; its details are in the server's log and nowhere else."""
    st.error(
        "This page ran into something that Lifecycle did not foresee. Nothing was changed. Reload it; if it stays, the server's log has the details."
    )
    return True


app = st.App(
    HERE / "pages" / "router.py",
    lifespan=tuned,
    middleware=[Middleware(SecurityHeaders), Middleware(door.Door)],
    routes=[Route("/health", health), *sign_in.routes],
    on_script_error=sorry,
)
