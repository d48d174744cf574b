"""Kill -9 of the server in mid-session, again and again, while a real Chromium goes on labeling: every answer is there once in the end.

    python benchmarks/label/page_kill.py [--quick] [KILLS]

The keys go on while the server is away, up to the dozen samples that the browser has at hand; a new server starts on the same port, and what
it had not acknowledged is sent again. Prints one line of JSON, and fails when an answer is missing, doubled or on another sample.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.label.page_latency import SENT, kept, opened
from benchmarks.label.page_server import Dashboard, pool
from tests.browser.install import FLAGS, executable


def press(page: Page, rng: random.Random, count: int) -> None:
    for _ in range(count):
        page.keyboard.press(str(rng.randrange(10)))
        page.wait_for_timeout(rng.randrange(40, 160))


def session(page: Page, dashboard: Dashboard, kills: int) -> list[float]:
    """Label through so many kills; the seconds from each new server to the last acknowledgement."""
    rng, back = random.Random(0), []
    for _ in range(kills):
        press(page, rng, rng.randrange(3, 12))
        dashboard.kill()
        press(page, rng, 4)
        dashboard.start()
        start = time.perf_counter()
        page.wait_for_function(SENT, timeout=120_000)
        page.wait_for_selector(".surface[data-task]", timeout=60_000)
        back.append(time.perf_counter() - start)
    return back


def main() -> int:
    kills = next((int(word) for word in sys.argv[1:] if word.isdigit()), 3 if "--quick" in sys.argv else 50)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        project = pool(home, 5_000)
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        page, dashboard = browser.new_context(viewport={"width": 1440, "height": 900}).new_page(), Dashboard(home)
        try:
            opened(page, dashboard.url, "kim")
            back = session(page, dashboard, kills)
            shown = {task: int(key) for task, key in page.evaluate("window.pressed") if task is not None}
        finally:
            dashboard.stop()
            browser.close()
        rows, said = project.annotations("kim", limit=None), kept(project, "kim")
        told = {
            "kills": kills,
            "answers": len(shown),
            "lost": len(shown.keys() - said.keys()),
            "doubled": len(rows) - len(said),
            "misplaced": sum(said.get(task, key) != key for task, key in shown.items()),
            "back_seconds": round(sorted(back)[len(back) // 2], 1),
            "load": round(os.getloadavg()[0], 1),
        }
        print(json.dumps(told))
    return int(told["lost"] + told["doubled"] + told["misplaced"] > 0)


if __name__ == "__main__":
    sys.exit(main())
