"""The prediction API as a process of its own, on uvicorn."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import uvicorn

from lifecycle.errors import NotAllowed
from lifecycle.serving.app import create_app

__all__ = ["main"]

GRACE_SECONDS = 10


def main(home: str | Path, host: str = "127.0.0.1", port: int = 8502) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are answered first.

    Raises
    ------
    NotAllowed : `host` can be reached from elsewhere, and nobody signs in yet.
    """
    if not _loopback(host):
        raise NotAllowed(
            f"The prediction API listens on this machine alone, and {host} can be reached from elsewhere: anybody could read and write. "
            "Use 127.0.0.1, and put a proxy that asks for sign-in before it."
        )
    uvicorn.run(create_app(home), host=host, port=port, log_level="warning", access_log=False, timeout_graceful_shutdown=GRACE_SECONDS)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
