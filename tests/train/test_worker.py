"""The worker process: one a workspace, that stops cleanly and is not stopped by one project's trouble."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

import lifecycle
from lifecycle import worker
from lifecycle.engines.locks import exclusive
from lifecycle.project import Project
from lifecycle.stores import workers
from lifecycle.workspace import Workspace
from tests.train import recipes


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def start(path: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [os.getcwd(), *sys.path]))}
    code = f"from pathlib import Path; from lifecycle.worker import main; main(Path({str(path)!r}))"
    return subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE, text=True)


def at_training(project: Project, run: str) -> bool:
    return any(step.name == "train" and step.status == "running" for step in project.run(run).steps)


def test_sigterm_stops_it_and_the_run_goes_on_later(project: Project, workspace: Workspace) -> None:
    project.set_recipe(recipes.Sleeping(2.0))
    run = project.request_retrain().id
    process = start(workspace.path)
    try:
        wait_for(lambda: at_training(project, run))
        assert len(workers.alive(workspace.database, datetime.now(UTC))) == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()
        process.communicate()
    assert workers.alive(workspace.database, datetime.now(UTC)) == []
    stopped = {step.name: step.status for step in project.run(run).steps}
    assert (stopped["split"], stopped["train"]) == ("done", "waiting")
    (ended,) = project.work()
    assert (ended.id, ended.status) == (run, "done"), ended.error


def test_a_workspace_has_one_worker(workspace: Workspace) -> None:
    with exclusive(workspace.path / "locks" / "worker.lock") as mine:
        assert mine
        with pytest.raises(lifecycle.Conflict, match="A worker serves"):
            worker.main(workspace.path)


def test_trouble_in_one_project_is_told_once_and_stops_nobody(project: Project, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise RuntimeError("a bug")

    monkeypatch.setattr("lifecycle.verbs.monitor.drifting.catch_up", fail)
    run = project.request_retrain().id
    loop = worker.Worker(workspace, threading.Event(), tick_seconds=0.0)
    loop.look()
    loop.look()
    assert project.run(run).status == "done"
    troubles = project.history().query("verb == 'trouble'")
    assert [details["what"] for details in troubles["details"]] == ["RuntimeError: a bug"]


def test_it_stops_between_projects(workspace: Workspace, project: Project) -> None:
    stop = threading.Event()
    stop.set()
    run = project.request_retrain().id
    worker.Worker(workspace, stop).look()
    assert project.run(run).status == "queued"
