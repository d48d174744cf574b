"""What each role finds on the pages: a stranger nothing, a viewer buttons that are off with the reason, an admin what can be changed."""

from __future__ import annotations

import pytest

import lifecycle
from pages.parts import session, tree
from tests.pages.conftest import Opened, sound, texts
from tests.pages.conftest import opened as opened
from tests.people.conftest import PASSWORD

BUTTONS = {"compare": ("approve", "reject", "ask-approval"), "rollout": ("roll-back", "start-the-trial"), "runs": ("retrain",)}


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    return lambda folder: monkeypatch.setenv("LIFECYCLE_HOME", str(folder))


@pytest.fixture
def peopled(template, tmp_path):  # type: ignore[no-untyped-def]
    import shutil

    workspace = lifecycle.open_workspace(shutil.copytree(template, tmp_path / "pages"))
    workspace.people.add("root", "admin", PASSWORD, by="root")
    workspace.people.add("vera", "viewer", PASSWORD, project="demo", by="root")
    workspace.people.add("carla", "approver", PASSWORD, project="demo", by="root")
    return workspace


def test_a_stranger_sees_no_page(peopled: lifecycle.Workspace, opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    for url in tree.PAGES:
        said = texts(opened(peopled.path, url, project="demo"))
        assert "/sign-in?next=" in said, url
        assert "demo" not in said.replace("project%3Ddemo", ""), url


def test_each_role_finds_its_buttons(peopled: lifecycle.Workspace, opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, off in (("vera", True), ("carla", False)):
        secret = peopled.people.sign_in(name, PASSWORD)
        monkeypatch.setattr(session, "_secret", lambda secret=secret: secret)
        for url, keys in BUTTONS.items():
            at = sound(opened(peopled.path, url, project="demo"))
            for key in keys:
                button = at.button(key=key)
                assert button.disabled is (off or key == "roll-back"), (name, url, key)  # one version alone was ever live
                assert ("root (admin) can give that role" in (button.help or "")) is off
            if url == "rollout":
                assert {at.selectbox(key="release-policy").disabled, at.text_input(key="ramp-steps").disabled} == {off}


def test_a_viewer_s_pages_are_sound_and_accounts_are_the_admins(
    peopled: lifecycle.Workspace, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = peopled.people.sign_in("vera", PASSWORD)
    monkeypatch.setattr(session, "_secret", lambda: secret)
    for url in ("home", "history", "data", "label", "triggers"):
        sound(opened(peopled.path, url, project="demo"))
    at = opened(peopled.path, "people", project="demo")
    assert "'accounts' needs an admin" in texts(at)
    secret = peopled.people.sign_in("root", PASSWORD)
    at = opened(peopled.path, "people", project="demo")
    assert "Who may sign in?" in texts(at)
