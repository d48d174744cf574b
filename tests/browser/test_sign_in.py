"""Signing in, in a real browser: a deep link as the first request, a session that ends in the midst of labeling, two tabs, and out."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

import lifecycle
from tests.browser.conftest import acknowledged, settled
from tests.release.conftest import features
from tests.release.conftest import template as template

PASSWORD = "correct horse battery"


@pytest.fixture
def small(template: Path, tmp_path: Path) -> Path:
    """A small project `demo` with samples to label."""
    home = Path(shutil.copytree(template, tmp_path / "small"))
    lifecycle.open_workspace(home).project("demo").log(features(60, 5))
    return home


def enter(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_sign_in_label_through_an_ended_session_and_out(page: Page, serve: Callable[[Path], str], small: Path) -> None:
    workspace = lifecycle.open_workspace(small)
    workspace.people.add("root", "admin", PASSWORD, by="root")
    workspace.people.add("lea", "labeler", PASSWORD, project="demo", by="root")
    project = workspace.as_worker().project("demo")
    base = serve(small)
    for path in ("/_stcore/metrics", "/_stcore/host-config", "/media/x"):
        assert httpx.get(base + path).status_code == 401
    assert "projects" not in httpx.get(f"{base}/health").json()

    page.goto(f"{base}/label?project=demo")  # the very first request after the start is a deep link
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.locator("[data-testid=stApp]").count() == 0
    enter(page, "lea", "not the password")
    expect(page.get_by_role("alert")).to_have_text("The name or the password is not right.")
    enter(page, "lea")
    settled(page)
    assert page.url == f"{base}/label?project=demo"
    cookie = next(found for found in page.context.cookies() if found["name"].startswith("lifecycle_session"))
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    assert "lifecycle_session" not in page.evaluate("document.cookie")
    answered = len(project.annotations("lea"))
    page.wait_for_selector(".surface[data-task]")
    page.keyboard.press("1")
    acknowledged(page)
    assert len(project.annotations("lea")) == answered + 1

    workspace.as_user("root").people.end_sessions("lea")
    page.keyboard.press("2")  # she does not know yet
    expect(page.get_by_text("your session has ended").first).to_be_visible()
    assert len(project.annotations("lea")) == answered + 1
    page.get_by_role("link", name="Sign in and come back to this page").first.click()
    enter(page, "lea")
    settled(page)
    acknowledged(page)
    assert len(project.annotations("lea")) == answered + 2  # what she answered while signed out is there, once

    other = page.context.new_page()
    other.goto(f"{base}/rollout?project=demo")
    settled(other)
    expect(other.get_by_role("button", name="Roll back...")).to_be_disabled()
    other.get_by_role("link", name="Sign out").click()
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(f"{base}/drift?project=demo")  # signed out in both
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
