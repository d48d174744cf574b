"""A worker's round over the projects: it stops between them, and is not stopped by the trouble of one."""

from __future__ import annotations

import threading

import pytest

from lifecycle import worker
from lifecycle.project import Project
from lifecycle.workspace import Workspace
from tests.train.conftest import rows


def test_trouble_in_one_project_is_told_once_and_stops_nobody(project: Project, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise RuntimeError("a bug")

    monkeypatch.setattr("lifecycle.verbs.monitor.drifting.catch_up", fail)
    run = project.request_retrain().id
    loop = worker.Worker(workspace, threading.Event(), "here-1", tick_seconds=0.0)
    loop.round()
    loop.round()
    assert project.run(run).status == "done"
    troubles = project.history().query("verb == 'trouble'")
    assert [details["what"] for details in troubles["details"]] == ["RuntimeError: a bug"]


def test_it_stops_between_projects(workspace: Workspace, project: Project) -> None:
    stop = threading.Event()
    stop.set()
    run = project.request_retrain().id
    worker.Worker(workspace, stop, "here-1").round()
    assert project.run(run).status == "queued"


def test_what_is_queued_comes_before_the_projects_that_are_due(workspace: Workspace, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.create_project("a", reference=rows(40).assign(prediction="no"))
    seen: list[tuple[str, str]] = []
    monkeypatch.setattr(Project, "work", lambda self: seen.append(("work", self.name)) or [])
    monkeypatch.setattr(Project, "tick", lambda self: seen.append(("tick", self.name)) or [])
    loop = worker.Worker(workspace, threading.Event(), "here-1")
    project.request_retrain()
    assert [loop.round(), loop.round(), loop.round()] == [True, False, False]
    assert seen == [("work", "p"), ("tick", "a"), ("work", "p"), ("tick", "p"), ("work", "p")]
