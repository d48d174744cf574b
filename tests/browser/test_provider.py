"""Signing in through an OpenID provider, a real process on loopback, in a real browser."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

import lifecycle
from tests.browser import provider as provided
from tests.browser.conftest import dashboard, free_port, settled
from tests.browser.test_sign_in import PASSWORD
from tests.browser.test_sign_in import small as small
from tests.release.conftest import template as template

pytest.importorskip("authlib")


@contextmanager
def provider(home: Path, dashboard_port: int) -> Iterator[Path]:
    """The provider, and the secrets file that tells a dashboard of it."""
    port, redirect = free_port(), f"http://127.0.0.1:{dashboard_port}/oauth2callback"
    command = [sys.executable, provided.__file__, str(port), "lifecycle", "the client's secret", redirect]
    process = subprocess.Popen(command)
    try:
        for _ in range(200):
            try:
                httpx.get(f"http://127.0.0.1:{port}/keys")
                break
            except httpx.TransportError:
                time.sleep(0.05)
        secrets = home / "secrets.toml"
        lines = {"redirect_uri": redirect, "cookie_secret": "long and random " * 3, "client_id": "lifecycle", "client_secret": "the client's secret"}
        lines["server_metadata_url"] = f"http://127.0.0.1:{port}/.well-known/openid-configuration"
        secrets.write_text("[auth]\n" + "".join(f'{name} = "{value}"\n' for name, value in lines.items()))
        yield secrets
    finally:
        process.terminate()
        process.wait(10)


def come_in(page: Page, person: str) -> None:
    """From the sign-in page through the provider and back."""
    page.get_by_role("link", name="Sign in with your organisation").click()
    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()
    page.get_by_role("link", name=person, exact=True).click()


def test_a_person_comes_in_through_the_provider_with_the_role_of_the_account(page: Page, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = lifecycle.open_workspace(small)
    workspace.people.add("root", "admin", PASSWORD, by="root")
    workspace.people.add("ann", "approver", project="demo", email="ann@example.org", by="root")
    port = free_port()
    with provider(small, port) as secrets:
        monkeypatch.setenv("STREAMLIT_SECRETS_FILES", str(secrets))
        with dashboard(small, port) as base:
            page.goto(f"{base}/rollout?project=demo")
            come_in(page, "Stranger")
            expect(page.get_by_role("alert")).to_contain_text("Nobody here has the e-mail address stranger@example.org")
            come_in(page, "Unverified")
            expect(page.get_by_role("alert")).to_contain_text("no verified e-mail address")
            assert not [found for found in page.context.cookies() if found["name"].startswith("_streamlit_user")]

            page.goto(f"{base}/rollout?project=demo")
            come_in(page, "Ann")
            settled(page)
            assert page.url == f"{base}/rollout?project=demo", "back where she wanted to go"
            expect(page.get_by_role("button", name="Start the trial...")).to_be_enabled()
            page.goto(f"{base}/people?project=demo")
            expect(page.get_by_text("needs an admin").first).to_be_visible()
            held = workspace.as_user("root").people.sessions()
            assert held[["name", "source"]].values.tolist() == [["ann", "default"]], "the provider's word was exchanged for a session of our own"
            assert not [found for found in page.context.cookies() if found["name"].startswith("_streamlit_user")]
            workspace.as_user("root").people.disable("ann")
            page.reload()
            expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
            come_in(page, "Ann")
            expect(page.get_by_role("alert")).to_contain_text("The account 'ann' is disabled")
