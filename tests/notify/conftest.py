"""A web hook on loopback that keeps what it gets, and answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import lifecycle
from lifecycle.workspace import Workspace


class Hook:
    """`url` is its Apprise address, `got` what came, `status` what it answers with."""

    def __init__(self) -> None:
        hook = self
        self.got: list[dict[str, Any]] = []
        self.status = 200

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.got.append(json.loads(body))
                self.send_response(hook.status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Nothing is printed."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"json://127.0.0.1:{self.server.server_port}/T0P-S3CRET"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()


@pytest.fixture
def hook() -> Iterator[Hook]:
    found = Hook()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Two projects that are only watched."""
    import pandas as pd

    space = lifecycle.open_workspace(tmp_path / "home")
    frame = pd.DataFrame({"x": range(40), "label": ["yes", "no"] * 20, "prediction": ["yes", "no"] * 20})
    for name in ("churn", "fraud"):
        space.create_project(name, reference=frame)
    return space
