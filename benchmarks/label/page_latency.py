"""Key press to next sample painted, in a real Chromium, with a small pool and with a million predictions; then a hundred bursts of fast keys.

    python benchmarks/label/page_latency.py [--quick] [ROWS]

Prints a line of JSON for each pool with the load average beside it. The last line says of how many bursts every label went to the sample that
was on the screen; the script fails when one did not, or an answer was lost.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import lifecycle
from benchmarks.label.page_server import Dashboard, pool
from tests.browser.install import FLAGS, executable

SURFACE = "[...document.querySelectorAll('*')].find(e => e.shadowRoot?.querySelector('.surface')).shadowRoot.querySelector('.surface')"
WATCH = f"""() => {{ window.surface = {SURFACE}; window.pressed = []
  window.addEventListener('keydown', (e) => window.pressed.push([window.surface.dataset.task ?? null, e.key]), true) }}"""
PRESS = """async (count) => { const took = []
  for (let i = 0; i < count; i++) {
    const before = window.surface.dataset.task, start = performance.now()
    document.body.dispatchEvent(new KeyboardEvent('keydown', {key: String(i % 10), bubbles: true, composed: true, cancelable: true}))
    while (!window.surface.dataset.task || window.surface.dataset.task === before) await new Promise((go) => setTimeout(go, 1))
    took.push(performance.now() - start)
    await new Promise((go) => setTimeout(go, 300))
  }
  return took }"""
SENT = "() => Object.entries(localStorage).filter(([k]) => k.startsWith('lifecycle-outbox')).every(([, v]) => v === '[]')"


def opened(page: Page, url: str, by: str) -> None:
    page.goto(f"{url}/label?project=pool&by={by}")
    page.wait_for_selector(".surface[data-task]")
    page.evaluate(WATCH)


def kept(project: lifecycle.Project, by: str) -> dict[str, int]:
    rows = project.annotations(by, limit=None)
    return dict(zip(rows["task"].map(str), rows["value"], strict=True))


def latency(page: Page, url: str, presses: int) -> dict[str, float]:
    opened(page, url, "pia")
    page.evaluate(PRESS, 5)
    took = sorted(page.evaluate(PRESS, presses))
    page.wait_for_function(SENT)
    found = {"median_ms": statistics.median(took), "p95_ms": took[int(0.95 * len(took))], "load": os.getloadavg()[0]}
    return {name: round(value, 1) for name, value in found.items()}


def bursts(page: Page, url: str, project: lifecycle.Project, count: int) -> dict[str, int]:
    """Three keys at once, again and again: only the one that met a sample on the screen may count."""
    opened(page, url, "quick")
    for burst in range(count):
        for key in f"{burst % 10}37":
            page.keyboard.press(key)
        page.wait_for_timeout(60)
    page.wait_for_function(SENT)
    shown = {task: int(key) for task, key in page.evaluate("window.pressed") if task is not None}
    said = kept(project, "quick")
    return {
        "bursts": count,
        "labels": len(said),
        "misplaced": sum(said.get(task) != key for task, key in shown.items()) + len(said.keys() - shown.keys()),
    }


def main() -> int:
    quick = "--quick" in sys.argv
    rows = next((int(word) for word in sys.argv[1:] if word.isdigit()), 100_000 if quick else 1_000_000)
    wrong = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        for count in (2_000, rows):
            with tempfile.TemporaryDirectory() as folder:
                home = Path(folder)
                project = pool(home, count)
                dashboard = Dashboard(home)
                try:
                    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
                    print(json.dumps({"pool_rows": count} | latency(page, dashboard.url, 20 if quick else 100)), flush=True)
                    if count == rows:
                        told = bursts(page, dashboard.url, project, 20 if quick else 100)
                        wrong = told["misplaced"]
                        print(json.dumps(told), flush=True)
                finally:
                    dashboard.stop()
        browser.close()
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
