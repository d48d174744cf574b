"""A real dashboard on a copy of the demo workspace, and a real Chromium that looks at it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.install import FLAGS, executable

ROOT = Path(__file__).resolve().parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def dashboard(home: Path, port: int | None = None) -> Iterator[str]:
    """The dashboard on a workspace, as `lifecycle up` starts it; its URL."""
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port), "--server.address", "127.0.0.1"]
    environment = {**os.environ, "LIFECYCLE_HOME": str(home), "OMP_NUM_THREADS": "1"}
    with (home / "dashboard.log").open("a") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    (home / "pid").write_text(str(process.pid))
    try:
        _await(f"http://127.0.0.1:{port}/_stcore/health", process, home / "dashboard.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def _await(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"The dashboard ended: {log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"The dashboard did not answer: {log.read_text()[-2000:]}")


@pytest.fixture
def serve() -> Iterator[Callable[[Path], str]]:
    """Start a dashboard on a workspace; it is stopped after the test."""
    with ExitStack() as stack:
        yield lambda home: stack.enter_context(dashboard(home))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, wherever it lies."""
    found = executable()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh tab of a laptop's size."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def settled(page: Page) -> None:
    """Wait until the script has run and nothing is half drawn."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.wait_for_function("() => !document.querySelector('[data-testid=stSkeleton],[data-testid=stSpinner]')")


def acknowledged(page: Page) -> None:
    """Wait until the server has told that it keeps every answer given so far."""
    page.evaluate("() => new Promise((go) => setTimeout(go, 20))")  # an answer waits for the server from the event loop's next turn on
    page.wait_for_function("() => Object.entries(localStorage).filter(([k]) => k.startsWith('lifecycle-outbox')).every(([, v]) => v === '[]')")
