"""Takes the pictures in the README from the running product: `make screenshots`.

Makes the demo projects in a scratch workspace (or uses $LIFECYCLE_HOME), starts everything with `lifecycle up` on a free port,
and writes docs/images/*.png.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "browser"))
from install import FLAGS, executable  # noqa: E402

SHOTS = {
    "home": "?project=customers",
    "drift": "drift?project=customers",
    "performance": "performance?project=customers",
    "label": "label?project=digits",
    "compare": "compare?project=digits",
}


def free_port() -> int:
    """Two neighbouring free ports; the first."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def settled(page: Page) -> None:
    """The script has run and the picture has been at rest for a while."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=60_000)
    page.wait_for_timeout(4_000)


def main() -> None:
    """Start, take the pictures, stop."""
    port = free_port()
    home = os.environ.get("LIFECYCLE_HOME") or tempfile.mkdtemp(prefix="lifecycle-")
    command = [sys.executable, "-m", "lifecycle", "--home", home, "up", "--demo", "--port", str(port)]
    house = subprocess.Popen(command, cwd=ROOT)
    try:
        _await(f"http://127.0.0.1:{port}/_stcore/health")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
            for theme in ("light", "dark"):
                for name, path in SHOTS.items():
                    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=theme)
                    page = context.new_page()
                    page.goto(f"http://localhost:{port}/{path}")
                    settled(page)
                    page.screenshot(path=ROOT / "docs" / "images" / f"{name}{'' if theme == 'light' else '-dark'}.png")
                    context.close()
            browser.close()
    finally:
        house.send_signal(signal.SIGINT)
        house.wait(30)


def _await(url: str, seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise SystemExit("The dashboard did not come up.")


if __name__ == "__main__":
    main()
