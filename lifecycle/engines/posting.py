"""Sending through Apprise: one address, one message, and an answer in words that hold nothing of the address."""

from __future__ import annotations

import logging
import re
import threading
import warnings
from typing import Any
from urllib.parse import urlsplit

from lifecycle.errors import InvalidValue

__all__ = ["masked", "post", "require_address"]

WEB_HOOKS = ("json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos")  # whose host is a host and no secret
ONE_AT_A_TIME = threading.Lock()  # Apprise says why it failed on one logger alone


def masked(url: str) -> str:
    """An address without what is secret in it: the service and, where that is one, the host.

    >>> masked("jsons://hooks.example.com/T0P-S3CRET"), masked("slack://TokenA/TokenB/TokenC")
    ('jsons://hooks.example.com/…', 'slack://…')
    """
    scheme = url.partition("://")[0].lower()
    try:
        host = urlsplit(url).hostname if scheme in WEB_HOOKS else None
    except ValueError:
        host = None
    return f"{scheme}://{host}/…" if host else f"{scheme}://…"


def require_address(url: str) -> None:
    """Refuse what is no address of a service that Apprise knows.

    Raises
    ------
    InvalidValue : it is none; the sentence does not repeat it.
    """
    with ONE_AT_A_TIME, _Reasons():
        if not isinstance(url, str) or _service(url.strip()) is None:
            raise InvalidValue(
                "That is no address that can be sent to; give one as Apprise writes it, such as mailtos://user:password@example.com, "
                "slack://TokenA/TokenB/TokenC or jsons://host/path (https://github.com/caronc/apprise lists all services)."
            )


def post(url: str, title: str, text: str) -> str:
    """Send a message; returns '' when the service took it, else why not."""
    with ONE_AT_A_TIME, _Reasons() as reasons:
        service = _service(url)
        if service is None:
            return "The address is not understood any more; remove the channel and add it again."
        try:
            taken = service.notify(body=text, title=title)
        except Exception as error:  # a plugin's own trouble; its words could hold the address
            return f"The service's plugin failed ({type(error).__name__})."
        return "" if taken else reasons.said()


def _service(url: str) -> Any:
    with warnings.catch_warnings():  # of what its plugins import, when the first address is looked at
        warnings.simplefilter("ignore", DeprecationWarning)
        import apprise  # 0.4 s, and only who sends needs it

        return apprise.Apprise.instantiate(url, suppress_exceptions=True)


class _Reasons(logging.Handler):
    """Holds back what Apprise and its HTTP client log, as it can hold the address; keeps what is known to be harmless."""

    LOGGERS = ("apprise", "urllib3", "urllib3.connectionpool", "requests")

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Note the HTTP status, or that nobody could be reached."""
        said = record.getMessage()
        if (status := re.search(r"error=(\d{3})\b", said)) is not None:
            self.found.append(f"The service answered with HTTP status {status[1]}.")
        elif re.search(r"connection|socket|timed? ?out", said, re.IGNORECASE):
            self.found.append("The service could not be reached.")

    def said(self) -> str:
        """Why a message was not taken."""
        return self.found[0] if self.found else "The service refused the message."

    def __enter__(self) -> _Reasons:
        self._before = [(log, log.propagate, log.level, list(log.handlers)) for log in map(logging.getLogger, self.LOGGERS)]
        for log, *_ in self._before:
            log.propagate, log.handlers = False, [self] if log.name == "apprise" else [logging.NullHandler()]
            log.setLevel(logging.WARNING)
        return self

    def __exit__(self, *raised: object) -> None:
        for log, propagate, level, handlers in self._before:
            log.propagate, log.handlers = propagate, handlers
            log.setLevel(level)
