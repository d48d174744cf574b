"""Make sure that there is a Chromium for the browser tests; says what to do where there is none and none can be had."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# A headless browser that talks to nobody but the page.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def executable() -> str | None:
    """The browser that is there: $CHROMIUM, one on the path, or the one that Playwright installed."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def main() -> int:
    """Find it, else let Playwright install it, else the system's package manager."""
    ways = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get"):
        ways += [["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]]
    for way in [None, *ways]:
        if way is not None:
            print("Looking for a browser:", " ".join(way), flush=True)
            try:
                subprocess.run(way, check=False, timeout=600, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
            except subprocess.TimeoutExpired:
                continue
        if executable():
            return 0
    print(
        "The browser tests need Chromium. Install the package `chromium` (or Google Chrome), or set CHROMIUM to its path, and run again.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
