"""The API in this process on a real port, and in a process of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from lifecycle.serving import create_app
from tests.release.conftest import project as project
from tests.release.conftest import template as template

os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Path:
    """A workspace whose project `demo` has a champion and a candidate."""
    return Path(shutil.copytree(template, tmp_path / "home"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def api(home: Path) -> Iterator[httpx.Client]:
    """A client of the API, which runs in a thread."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(create_app(home), port=port, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        await_ready(client)
        yield client
    server.should_exit = True
    thread.join()


def await_ready(client: httpx.Client, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if client.get("/health").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise TimeoutError("the API did not come up")


@pytest.fixture
def launch(home: Path) -> Iterator[Callable[[int], subprocess.Popen[bytes]]]:
    """Start the API as its own process on a port; what still runs at the end is killed."""
    started: list[subprocess.Popen[bytes]] = []

    def start(port: int) -> subprocess.Popen[bytes]:
        code = f"from lifecycle.serving import main; main({str(home)!r}, '127.0.0.1', {port})"
        started.append(subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
