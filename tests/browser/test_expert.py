"""An expert labels by keyboard alone, quickly, without losing or misplacing an answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

import lifecycle

ROOT_OF_SURFACE = "() => [...document.querySelectorAll('*')].find(e => e.shadowRoot?.querySelector('.surface')).shadowRoot.querySelector('.surface')"
WATCH = f"""() => {{ window.surface = ({ROOT_OF_SURFACE})(); window.pressed = []
  window.addEventListener('keydown', (e) => window.pressed.push([window.surface.dataset.task ?? null, e.key]), true) }}"""
PRESS = """async (keys) => { const took = []
  for (const key of keys) {
    const before = window.surface.dataset.task, start = performance.now()
    document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, composed: true, cancelable: true}))
    while (!window.surface.dataset.task || window.surface.dataset.task === before) {
      await new Promise((go) => setTimeout(go, 1))
      if (performance.now() - start > 10000) throw new Error('no next sample after ' + took.length)
    }
    took.push(performance.now() - start)
    await new Promise((go) => setTimeout(go, 40))
  }
  return took }"""


def opened(page: Page, url: str, project: str = "digits", by: str = "dora") -> None:
    page.goto(f"{url}/label?project={project}&by={by}")
    page.wait_for_selector(".surface[data-task]")
    page.evaluate(WATCH)


def acknowledged(page: Page) -> None:
    page.wait_for_function("() => Object.entries(localStorage).filter(([k]) => k.startsWith('lifecycle-outbox')).every(([, v]) => v === '[]')")


def answers(home: Path, project: str = "digits", by: str = "dora") -> dict[str, object]:
    said = lifecycle.open_workspace(home).project(project).annotations(by, limit=None)
    assert said["task"].is_unique
    return {str(row.task): row.value for row in said[said["kind"] == "answer"].itertuples()}


def test_thirty_digits_by_keyboard_alone(page: Page, serve: Callable[[Path], str], demo_copy: Path) -> None:
    url = serve(demo_copy)
    opened(page, url)
    seen = {}
    for number in range(30):
        page.wait_for_selector(".surface[data-task]")
        seen[page.evaluate("window.surface.dataset.task")] = number % 10
        page.keyboard.press(str(number % 10))
        page.wait_for_function("(old) => window.surface.dataset.task && window.surface.dataset.task !== old", arg=list(seen)[-1])
    acknowledged(page)
    assert answers(demo_copy) == seen
    assert page.locator(".surface .today").inner_text() == "30"


def test_the_next_sample_is_there_before_the_finger_leaves_the_key(page: Page, serve: Callable[[Path], str], demo_copy: Path) -> None:
    opened(page, serve(demo_copy))
    runs = [sorted(page.evaluate(PRESS, [str(i % 10) for i in range(40)])) for _ in range(2)]
    acknowledged(page)
    assert len(answers(demo_copy)) == 80
    took = min(runs, key=lambda times: times[37])  # something else may have had the processor in one of them
    assert took[20] <= 60, took
    assert took[37] <= 120, took


def test_a_burst_labels_only_what_was_on_the_screen(page: Page, serve: Callable[[Path], str], demo_copy: Path) -> None:
    opened(page, serve(demo_copy))
    for burst in range(15):
        for key in f"{burst % 10}37":
            page.keyboard.press(key)
        page.wait_for_timeout(60)
    acknowledged(page)
    shown = {task: int(key) for task, key in page.evaluate("window.pressed") if task is not None}
    assert len(shown) >= 15
    assert answers(demo_copy) == shown


def test_accept_unsure_skip_undo_and_a_comment(page: Page, serve: Callable[[Path], str], demo_copy: Path) -> None:
    opened(page, serve(demo_copy))

    def press(key: str) -> str:
        page.wait_for_selector(".surface[data-task]")
        task = str(page.evaluate("window.surface.dataset.task"))
        page.keyboard.press(key)
        return task

    def next_after(task: str) -> None:
        page.wait_for_function("(old) => window.surface.dataset.task && window.surface.dataset.task !== old", arg=task)

    suggested = int(page.locator(".surface .suggestion").inner_text().split(",")[0].removeprefix("Model: "))
    accepted = press("Enter")
    next_after(accepted)
    unsure = press("?")
    next_after(unsure)
    skipped = press("s")
    next_after(skipped)
    wrong = press("1")
    next_after(wrong)
    page.keyboard.press("u")
    page.wait_for_function("(old) => window.surface.dataset.task === old", arg=wrong)
    page.keyboard.press("n")
    page.keyboard.type("5 or 6?")  # keys don't label while one types
    page.keyboard.press("Enter")
    next_after(press("5"))
    acknowledged(page)
    said = lifecycle.open_workspace(demo_copy).project("digits").annotations("dora").set_index("task")
    assert said["kind"].to_dict() == {int(accepted): "answer", int(unsure): "unsure", int(skipped): "skip", int(wrong): "answer"}
    assert said.loc[int(accepted), "value"] == suggested
    assert (said.loc[int(wrong), "value"], said.loc[int(wrong), "comment"]) == (5, "5 or 6?")


def test_answers_survive_a_lost_connection_and_a_reload(page: Page, serve: Callable[[Path], str], demo_copy: Path) -> None:
    url = serve(demo_copy)
    opened(page, url)
    page.context.set_offline(True)
    page.evaluate("window.WebSocket.prototype.send = () => {}")  # what is sent from here on never arrives
    for key in "123":
        page.wait_for_selector(".surface[data-task]")
        page.keyboard.press(key)
        page.wait_for_timeout(80)
    waiting = page.evaluate("Object.entries(localStorage).find(([k]) => k.startsWith('lifecycle-outbox'))[1]")
    assert waiting.count('"client"') == 3
    assert answers(demo_copy) == {}
    page.context.set_offline(False)
    page.reload()
    page.wait_for_selector(".surface[data-task]")
    acknowledged(page)
    assert sorted(map(int, answers(demo_copy).values())) == [1, 2, 3]
