"""The prediction API as a process of its own, on uvicorn."""

from __future__ import annotations

from pathlib import Path

import uvicorn

from lifecycle.errors import NotAllowed
from lifecycle.serving.app import create_app
from lifecycle.serving.limits import Limits
from lifecycle.serving.tokens import loopback
from lifecycle.workspace import Workspace

__all__ = ["main", "require_accounts"]

GRACE_SECONDS = 10


def main(home: str | Path, host: str = "127.0.0.1", port: int = 8502, limits: Limits | None = None) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are answered first.

    Raises
    ------
    NotAllowed : `host` can be reached from elsewhere, and nobody has an account.
    """
    require_accounts(Workspace(Path(home)), host)
    app = create_app(home, limits or Limits.from_environment())
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False, timeout_graceful_shutdown=GRACE_SECONDS)


def require_accounts(workspace: Workspace, host: str) -> None:
    """Refuse to listen where others can reach it while anybody may do anything.

    Raises
    ------
    NotAllowed : `host` is not this machine's own loopback address, and nobody has an account.
    """
    if not loopback(host) and not workspace.people.needed():
        raise NotAllowed(
            f"{host} can be reached from elsewhere and nobody has an account here, so anybody could read and write; "
            "add one first (lifecycle user add NAME --role admin), or listen on 127.0.0.1."
        )
