"""Who may call the API: with accounts, whoever has a token of the right scope and project; without, this machine alone."""

from __future__ import annotations

import ipaddress
import logging
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from lifecycle.errors import StoreError
from lifecycle.roles import scope_allows
from lifecycle.serving.limits import Limits
from lifecycle.serving.numbers import Numbers
from lifecycle.serving.rates import Buckets
from lifecycle.stores import accounts, passwords, tokens
from lifecycle.stores.database import Database

__all__ = ["Keys", "TokenDoor", "loopback", "wanted"]

FRESH_SECONDS = 0.25  # a token that is revoked opens nothing after this long
STRANGERS = (5.0, 50.0)  # refused tokens a second and at once, by address

log = logging.getLogger("lifecycle.serving")


@lru_cache(maxsize=64)
def loopback(host: str) -> bool:
    """Is it this machine's own address or name?

    >>> loopback("127.0.0.1"), loopback("[::1]"), loopback("localhost"), loopback("0.0.0.0")
    (True, True, True, False)
    """
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def wanted(path: str, open_metrics: bool) -> str | None:
    """The scope that a path asks for; None where anybody may look.

    >>> wanted("/projects/demo/predict", False), wanted("/projects/demo/feedback", False), wanted("/health", False), wanted("/metrics", True)
    ('predict', 'label', None, None)
    """
    if path.startswith("/projects/"):
        return {"predict": "predict", "labels": "label", "feedback": "label", "retrain": "retrain"}.get(path.rsplit("/", 1)[-1], "admin")
    if path == "/metrics":
        return None if open_metrics else "read"
    return None


class Keys:
    """The tokens that are valid, read from the database at most four times a second. What was read last goes on while it cannot be read."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._at = float("-inf")
        self._needed = True
        self._known: dict[str, tokens.Key] = {}

    def current(self) -> tuple[bool, dict[str, tokens.Key]]:
        """Whether a token is needed, and what each opens, by its hash."""
        now = self._clock()
        if now - self._at > FRESH_SECONDS:
            try:
                self._needed = accounts.exist(self._database)
                self._known = tokens.live(self._database) if self._needed else {}
            except StoreError as error:
                log.warning("The tokens could not be read (%s); those known go on.", error)
            self._at = now
        return self._needed, self._known


class TokenDoor:
    """Answers in the API's stead where the caller may not pass: 401 without a valid token, 403 for another's, 429 above the rate."""

    def __init__(self, app: ASGIApp, database: Database, limits: Limits, numbers: Numbers) -> None:
        self.app = app
        self.limits = limits
        self.numbers = numbers
        self.keys = Keys(database)
        self._rates = Buckets()
        self._strangers = Buckets()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with its token's `key` in the state, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = self._stopped(scope)
        if answer is None:
            await self.app(scope, receive, send)
            return
        self.numbers.turned_away(answer.status_code)
        await answer(scope, receive, send)

    def _stopped(self, scope: Scope) -> Response | None:
        path, headers = scope["path"], dict(scope["headers"])
        if path == "/health":
            return None
        asked = wanted(path, self.limits.open_metrics)
        needed, known = self.keys.current()
        scope.setdefault("state", {})["key"] = key = self._key(headers, known) if needed else None
        address = (scope.get("client") or ("",))[0]
        if not needed:
            if (why := _from_elsewhere(scope, headers)) is not None:
                return why
        elif asked is not None and (refused := self._refused(key, asked, path, address)) is not None:
            return refused
        if asked is None:
            return None
        rate = (key.rate if key is not None else None) or self.limits.rate
        wait = self._rates.wait(f"token {key.id}" if key else address, rate, max(self.limits.burst, rate)) if rate else 0.0
        return _slow_down(wait) if wait else None

    def _key(self, headers: dict[bytes, bytes], known: dict[str, tokens.Key]) -> tokens.Key | None:
        kind, _, secret = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        if kind.lower() != "bearer":
            return None
        found = known.get(passwords.digest(secret.strip()))
        return None if found is None or (found.expires is not None and found.expires.timestamp() <= time.time()) else found

    def _refused(self, key: tokens.Key | None, asked: str, path: str, address: str) -> Response | None:
        if key is None:
            if wait := self._strangers.wait(address, *STRANGERS):
                return _slow_down(wait)
            return _plain(
                401, "A valid token is needed: send the header 'Authorization: Bearer TOKEN'. An admin makes one.", {"WWW-Authenticate": "Bearer"}
            )
        project = path.split("/")[2] if path.startswith("/projects/") else ""
        if key.project and key.project != project:
            return _plain(403, f"This token is for project {key.project!r} alone.")
        if not scope_allows(key.scopes, asked):
            return _plain(403, f"This token may {' and '.join(key.scopes)}; this needs the scope {asked!r}.")
        return None


def _from_elsewhere(scope: Scope, headers: dict[bytes, bytes]) -> Response | None:
    """Without accounts only this machine is answered, under its own name: another site's name may have been made to point here."""
    server = scope.get("server")
    name = urlsplit(f"//{headers.get(b'host', b'localhost').decode('latin-1')}").hostname or ""
    if (server is None or loopback(str(server[0]))) and loopback(name):
        return None
    return _plain(403, "This API has no accounts, so it answers this machine alone; add one there: lifecycle user add NAME --role admin.")


def _slow_down(wait: float) -> Response:
    return _plain(429, f"Too many requests; wait {wait:.2g} seconds.", {"Retry-After": str(int(wait) + 1)})


def _plain(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    body: dict[str, Any] = {"detail": detail, "refused": []}
    return JSONResponse(body, status, headers)
