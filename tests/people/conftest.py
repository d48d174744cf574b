"""A workspace with a project and a person in each role; passwords are hashed cheaply, or the suite would spend its time on that."""

from __future__ import annotations

import functools
import shutil
from pathlib import Path

import argon2
import pytest

import lifecycle
from lifecycle.roles import ROLES
from lifecycle.stores import passwords
from tests.release.conftest import template as template

PASSWORD = "correct horse battery"
NAMES = dict(zip(ROLES, ("vera", "lea", "dora", "carla", "root"), strict=True))


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", hasher)
    monkeypatch.setattr(passwords, "_nobody", functools.cache(lambda: hasher.hash("nobody")))
    monkeypatch.delenv("LIFECYCLE_USER", raising=False)


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Path:
    """The project `demo` with a champion and a candidate, and nobody's account yet."""
    return Path(shutil.copytree(template, tmp_path / "home"))


@pytest.fixture
def peopled(home: Path) -> lifecycle.Workspace:
    """The same with accounts: an admin of the workspace, and one person a role in `demo`."""
    workspace = lifecycle.open_workspace(home)
    workspace.people.add("root", "admin", PASSWORD, by="root")
    for role, name in NAMES.items():
        if name != "root":
            workspace.people.add(name, role, PASSWORD, project="demo", email=f"{name}@example.org", by="root")
    return workspace
