"""An expert labels by keyboard alone, quickly, without losing or misplacing an answer."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from playwright.sync_api import Page

import lifecycle
from tests.browser.conftest import acknowledged, dashboard, free_port

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


def press(page: Page, key: str) -> str:
    """Press a key on the sample that is on the screen, and wait for the next one; the task that the key was for."""
    page.wait_for_selector(".surface[data-task]")
    task = str(page.evaluate("window.surface.dataset.task"))
    page.keyboard.press(key)
    page.wait_for_function("(old) => window.surface.dataset.task && window.surface.dataset.task !== old", arg=task)
    return task


def test_samples_alike_and_any_of_the_last_answers_and_a_filter_from_a_link(page: Page, serve: Callable[[Path], str], demo_copy: Path) -> None:
    url = serve(demo_copy)
    opened(page, url)
    page.keyboard.press("m")
    page.wait_for_selector(".surface .similar .alike input")
    page.locator(".surface .similar .alike input").first.uncheck()
    ticked = page.locator(".surface .similar input:checked").count()
    assert ticked >= 2
    press(page, "Shift+Digit7")
    acknowledged(page)
    assert list(answers(demo_copy).values()) == [7] * (1 + ticked)
    assert page.locator(".surface .today").inner_text() == str(1 + ticked)
    page.keyboard.press("Escape")
    first, second = press(page, "1"), press(page, "2")
    page.locator(".surface .lately button", has_text="1").click()  # not the newest
    page.wait_for_function("(old) => window.surface.dataset.task === old", arg=first)
    acknowledged(page)
    assert first not in answers(demo_copy)
    assert answers(demo_copy)[second] == 2
    press(page, "3")
    page.locator(".surface .lately button", has_text="×").click()
    acknowledged(page)
    assert answers(demo_copy) == {first: 3, second: 2}
    page.goto(f"{url}/label?project=digits&by=emil&class=4&class=9")
    page.wait_for_selector(".surface[data-task]")
    page.evaluate(WATCH)
    assert "Only samples where the model says 4 or 9" in page.locator(".finding").inner_text()
    for _ in range(15):
        assert page.locator(".surface .suggestion").inner_text().split(",")[0] in ("Model: 4", "Model: 9")
        press(page, "Enter")
    acknowledged(page)
    assert set(answers(demo_copy, by="emil").values()) <= {4, 9}


def test_a_number_has_a_unit_and_asks_again_outside_its_range_and_many_classes_are_found_by_typing(
    page: Page, serve: Callable[[Path], str], empty_workspace: Path
) -> None:
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({"size": rng.normal(size=60)}).assign(prediction=rng.normal(size=60) + 5)
    workspace = lifecycle.open_workspace(empty_workspace)
    rent = workspace.create_project("rent", task="regression", target="rent", reference=rows.assign(rent=5.0))
    rent.log(rows)
    rent.configure(unit="EUR", usual_range=(0, 10))
    names = [f"{verb} {noun}" for verb in ("open", "close", "move") for noun in ("account", "card", "loan", "flat", "car", "desk", "bill", "order")]
    many = rows.assign(prediction=[names[i % 24] for i in range(60)])
    workspace.create_project("intents", target="intent", classes=names, reference=many.assign(intent=many["prediction"])).log(many)
    url = serve(empty_workspace)
    opened(page, url, "rent")
    assert page.locator(".surface .unit").inner_text() == "EUR"
    page.keyboard.type("7,5")  # the field has the focus, and digits label nothing while one types
    first = press(page, "Enter")
    page.keyboard.type("99")
    page.keyboard.press("Enter")
    page.wait_for_function("() => window.surface.querySelector('.notice').textContent.includes('outside what is usual')")
    second = press(page, "Enter")
    acknowledged(page)
    assert answers(empty_workspace, "rent") == {first: 7.5, second: 99.0}
    opened(page, url, "intents")
    page.keyboard.type("loa")
    assert page.locator(".surface .classes button:visible").all_inner_texts() == ["open loan", "close loan", "move loan"]
    page.keyboard.press("ArrowDown")
    task = press(page, "Enter")
    acknowledged(page)
    assert answers(empty_workspace, "intents") == {task: "close loan"}


def test_a_killed_server_loses_and_doubles_nothing(page: Page, demo_copy: Path) -> None:
    port = free_port()
    with dashboard(demo_copy, port) as url:
        opened(page, url)
        seen = {press(page, str(number)): number for number in range(5)}
        os.kill(int((demo_copy / "pid").read_text()), signal.SIGKILL)
        for number in range(3):  # a dozen samples are at hand
            seen[press(page, str(number))] = number
        page.wait_for_function("() => window.surface.querySelector('.line').textContent.includes('wait in this browser')")
    with dashboard(demo_copy, port):
        acknowledged(page)
        page.wait_for_function("() => window.surface.querySelector('.line').textContent.includes('all answers are saved')")
    assert answers(demo_copy) == seen
