"""An approver compares, approves with a reason, sees the new version answer, and rolls back."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

import lifecycle


def decide(page: Page, button: str, reason: str) -> None:
    page.get_by_test_id("stDialog").get_by_role("textbox").fill(reason)
    page.get_by_test_id("stDialog").get_by_role("button", name=button, exact=True).click()


def test_compare_approve_answer_and_roll_back(page: Page, serve: Callable[[Path], str], demo_copy: Path) -> None:
    project = lifecycle.open_workspace(demo_copy).project("digits")
    before = project.champion
    assert before is not None
    run = project.retrain(reason="the newest labels", by="dora")
    assert run.candidate is not None, run.error
    rows = project.predictions(limit=20)[list(project.config.schema.names)]

    page.goto(f"{serve(demo_copy)}/compare?project=digits&by=carla&new={run.candidate}")
    page.get_by_role("button", name="Approve...").click()
    approve = page.get_by_test_id("stDialog").get_by_role("button", name=re.compile("^Approve"))  # despite a failed gate: latency, on a busy machine
    approve.click()
    expect(page.get_by_text("A reason is needed")).to_be_visible()  # nothing goes live without one
    assert project.champion == before
    page.get_by_test_id("stDialog").get_by_role("textbox").fill("Better on turned digits")
    approve.click()
    expect(page.get_by_text(f"Version {run.candidate} is approved and live")).to_be_visible()

    assert set(project.predict(rows)["model_version"]) == {run.candidate}
    approval = project.decisions(run.candidate).iloc[0]
    assert (approval["decision"], approval["by"], approval["reason"]) == ("approved", "carla", "Better on turned digits")

    page.get_by_role("link", name="Rollout").click()
    expect(page.get_by_text(re.compile(f"Version {run.candidate} has been live since"))).to_be_visible()
    page.get_by_role("button", name="Roll back...").click()
    decide(page, "Roll back", "Support reports wrong answers")
    expect(page.get_by_text(f"Version {before.version} is live again")).to_be_visible()
    assert set(project.predict(rows)["model_version"]) == {before.version}

    page.get_by_role("link", name="History").click()
    expect(page.get_by_text(f"version {before.version} is live.")).to_be_visible()
