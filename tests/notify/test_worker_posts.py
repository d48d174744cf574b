"""The worker sends by itself, also while it trains or a service hangs."""

from __future__ import annotations

import threading
import time

import pytest

from lifecycle import worker
from lifecycle.project import Project
from lifecycle.workspace import Workspace
from tests.notify.conftest import Hook


def test_the_worker_sends_while_a_project_keeps_it_busy(workspace: Workspace, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    busy, stop = threading.Event(), threading.Event()

    def hang(*_: object) -> list[object]:
        busy.set()
        stop.wait(30)
        return []

    monkeypatch.setattr(Project, "tick", hang)
    workspace.notices.add("team", hook.url)
    loop = threading.Thread(target=worker.Worker(workspace, stop, "host-1", look_seconds=0.05).run)
    loop.start()
    assert busy.wait(30)
    workspace._context("churn").happened("lifecycle", "run_failed", "run ab12", {"error": "out of memory"})
    until = time.monotonic() + 30
    while not hook.got and time.monotonic() < until:
        time.sleep(0.02)
    stop.set()
    loop.join(30)
    (got,) = hook.got
    assert got["message"].startswith("Run ab12 failed: out of memory. http://localhost:8501/runs?project=churn")
