"""How long a filter of the Drift page takes in a real Chromium: another column, another window; seconds, and processor seconds of either side.

    python benchmarks/pages/filter_changes.py [--home WORKSPACE --project NAME]

Without a workspace the demo projects are made at a tenth of their size. Each change is waited for until the page is at rest; the middle of
six is told, with the machine's load beside it. Processor seconds are those of all of the browser's processes, and of the server.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page, sync_playwright  # noqa: E402  the checkout has to be on the path first
from playwright.sync_api import TimeoutError as PlaywrightTimeout  # noqa: E402

import lifecycle  # noqa: E402
from lifecycle.demo import create  # noqa: E402
from tests.browser.conftest import dashboard, settled  # noqa: E402
from tests.browser.install import FLAGS, executable  # noqa: E402

TIMES = 6


def processor_seconds(roots: list[int]) -> float:
    """Of these processes and all that come from them."""
    found: dict[int, tuple[int, float]] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        found[int(place.parent.name)] = int(fields[1]), (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    family, grown = set(roots), True
    while grown:
        more = {process for process, (parent, _) in found.items() if parent in family} - family
        family, grown = family | more, bool(more)
    return sum(found[process][1] for process in family if process in found)


def chosen(page: Page, key: str, place: int) -> Callable[[], None]:
    """Choose the entry at a place of a list; what it takes to open the list is not counted."""
    option = page.get_by_role("option").nth(place)
    for _ in range(5):  # a list closes when the page is drawn again below it
        page.locator(f".st-key-{key} input").click()
        try:
            option.wait_for(timeout=3_000)
            page.wait_for_timeout(200)
            return option.click
        except PlaywrightTimeout:
            page.keyboard.press("Escape")
    option.wait_for(timeout=3_000)
    return option.click


def measured(page: Page, key: str, server: int) -> dict[str, float]:
    """The middle of several changes of one list."""
    taken = []
    for number in range(TIMES):
        act = chosen(page, key, 1 + number % 3)
        before, browser, served, start = page.url, processor_seconds([os.getpid()]), processor_seconds([server]), time.perf_counter()
        act()
        page.wait_for_function("before => location.href !== before", arg=before)
        settled(page)
        taken.append((time.perf_counter() - start, processor_seconds([os.getpid()]) - browser, processor_seconds([server]) - served))
        page.wait_for_timeout(800)
    return dict(zip(("wall", "browser", "server"), (median(column) for column in zip(*taken, strict=True)), strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--project", default="customers")
    given = parser.parse_args()
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or Path(folder)
        if given.home is None:
            for _ in create(lifecycle.open_workspace(home), scale=0.1):
                pass
        with dashboard(home) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(90_000)
            page.goto(f"{url}/drift?project={given.project}")
            page.locator(".st-key-pick-column").wait_for()
            settled(page)
            page.wait_for_timeout(2_000)
            server = int((home / "pid").read_text())
            for name, key in (("column", "pick-column"), ("window", "pick-window")):
                for side, seconds in measured(page, key, server).items():
                    figures[f"{name}_{side}_seconds"] = round(seconds, 3)
            browser.close()
    figures["load"] = os.getloadavg()[0]
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
