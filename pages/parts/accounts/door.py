"""What stands before every page, file and socket of the dashboard: with accounts, nothing but the sign-in answers to strangers."""

from __future__ import annotations

import asyncio
import functools
import ipaddress
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

import lifecycle

__all__ = ["Door", "cookie_name", "home", "same_origin", "secret_of"]

ALIVE = ("/health", "/_stcore/health")
ENTRANCE = ("/sign-in", "/sign-in/with", "/sign-in/arrived", "/sign-out", "/auth/login", "/oauth2callback")
ELSEWHERE = (
    "This dashboard has no accounts, so it answers on its own machine alone. Add one there: lifecycle user add NAME --role admin. "
    "Then whoever comes from elsewhere signs in first."
)


@functools.cache
def home() -> lifecycle.Workspace:
    """The workspace of this server, opened once."""
    return lifecycle.open_workspace()


def cookie_name(host: str | None) -> str:
    """A cookie a port, since browsers share cookies between the ports of a host and two dashboards may run on one."""
    port = urlsplit(f"//{host or ''}").port
    return f"lifecycle_session_{port}" if port else "lifecycle_session"


def secret_of(connection: HTTPConnection) -> str:
    """The session's secret that the browser sent, empty where it sent none."""
    return connection.cookies.get(cookie_name(connection.headers.get("host")), "")


def same_origin(connection: HTTPConnection) -> bool:
    """Does the request come from a page of this dashboard? Browsers say so in headers that no script can set."""
    if origin := connection.headers.get("origin"):
        return urlsplit(origin).netloc.lower() == connection.headers.get("host", "").lower()
    return connection.headers.get("sec-fetch-site") == "same-origin"


class Door:
    """Passes on what comes with a living session, and what the sign-in is made of; the rest is sent to sign in, or refused."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """Pass the connection on, or answer in its stead."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        answer = await self._stopped(HTTPConnection(scope))
        if answer is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await answer(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "sign in first"})

    async def _stopped(self, connection: HTTPConnection) -> Response | None:
        """The answer to who may not pass, None to who may."""
        path = connection.url.path
        if path in ALIVE:
            return None
        try:
            if not home().people.needed():
                return None if _loopback(connection) else PlainTextResponse(ELSEWHERE, 403)
            if path in ENTRANCE:
                return None
            secret = secret_of(connection)
            known = bool(secret) and await asyncio.to_thread(home().people.session, secret) is not None
        except lifecycle.LifecycleError as error:
            return PlainTextResponse(str(error), 503)
        if connection.scope["type"] == "websocket":
            foreign = "origin" in connection.headers and not same_origin(connection)
            return None if known and not foreign else PlainTextResponse("", 403)
        return None if known else _to_sign_in(connection)


def _to_sign_in(connection: HTTPConnection) -> Response:
    """A page that somebody opens leads to the sign-in and back; anything else is refused."""
    if connection.scope["method"] not in ("GET", "HEAD") or "text/html" not in connection.headers.get("accept", ""):
        return JSONResponse({"detail": "Sign in first."}, 401)
    if "_streamlit_user" in connection.cookies:
        return RedirectResponse("/sign-in/arrived", 303)
    wanted = connection.url.path + (f"?{connection.url.query}" if connection.url.query else "")
    return RedirectResponse(f"/sign-in?next={quote(wanted, safe='')}", 303, {"Cache-Control": "no-store"})


def _loopback(connection: HTTPConnection) -> bool:
    """Did it come in by the machine's own loopback address?"""
    server = connection.scope.get("server") or ("",)
    try:
        return ipaddress.ip_address(str(server[0])).is_loopback
    except ValueError:
        return server[0] is None or "/" in str(server[0])  # a Unix socket: its file's permissions say who may
