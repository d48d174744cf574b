"""What several suites share: a small demo workspace, made once, handed out as copies."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is loaded

import pytest

import lifecycle
from lifecycle.demo import create


@pytest.fixture(scope="session")
def demo_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The three demo projects at a tenth of their size; look, don't write (all workers share it)."""
    root = tmp_path_factory.getbasetemp()
    root = root.parent if os.environ.get("PYTEST_XDIST_WORKER") else root
    folder = root / "demo"
    with (root / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            shutil.rmtree(folder, ignore_errors=True)
            for _ in create(lifecycle.open_workspace(folder), scale=0.1):
                pass
            (folder / "made").touch()
    return folder


@pytest.fixture
def demo_copy(demo_workspace: Path, tmp_path: Path) -> Path:
    """A copy of the demo workspace that a test may change.

    Another process copies it: closing a database's file drops every lock that this process holds on it (POSIX), and the
    write-ahead log would vanish under connections that other tests keep open.
    """
    subprocess.run(["cp", "-R", demo_workspace, tmp_path / "workspace"], check=True)
    return tmp_path / "workspace"


@pytest.fixture
def empty_workspace(tmp_path: Path) -> Path:
    """A workspace without projects."""
    return lifecycle.open_workspace(tmp_path / "empty").path


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Point LIFECYCLE_HOME at a folder for this test."""
    return lambda folder: monkeypatch.setenv("LIFECYCLE_HOME", str(folder))
