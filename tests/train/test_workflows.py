"""Workers share what waits through DBOS, on SQLite and on PostgreSQL, and take over what a dead one left."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import lifecycle
from lifecycle import worker
from lifecycle.engines import workflows
from lifecycle.engines.locks import seat, vacant
from lifecycle.project import Project
from lifecycle.stores import runs
from lifecycle.train.pipeline import STEPS
from lifecycle.verbs.train import running, steps
from lifecycle.workspace import Workspace
from tests.train import recipes
from tests.train.conftest import gone

pytestmark = pytest.mark.timeout(600)
POSTGRES = shutil.which("pg_ctl")
NOBODY = 65_534


def wait_for(condition: Callable[[], bool], seconds: float = 120.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A PostgreSQL of our own on loopback; it refuses to run as root, so root lends it another user."""
    if POSTGRES is None:
        pytest.skip("PostgreSQL (pg_ctl, initdb) is not installed here")
    with tempfile.TemporaryDirectory(prefix="pg") as name, socket.socket() as probe:
        folder, options = Path(name), {}
        if os.getuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
            options = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        run = lambda *command: subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=90, **options)  # noqa: E731
        run("initdb", "-D", f"{folder}/data", "-A", "trust", "-U", "lifecycle", "--no-sync")
        settings = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        run("pg_ctl", "-D", f"{folder}/data", "-l", f"{folder}/log", "-o", settings, "-w", "start")
        try:
            yield f"postgresql://lifecycle@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop")


@contextlib.contextmanager
def sharing(workspace: Workspace) -> Iterator[None]:
    """A worker in this process; at the end of the block it is told to stop."""
    stop = threading.Event()
    thread = threading.Thread(target=worker.Worker(workspace, stop, "here-1", look_seconds=0.05).run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(60)
        assert not thread.is_alive()


def at_training(project: Project, run: str) -> bool:
    return any(step.name == "train" and step.status == "running" for step in project.run(run).steps)


def done(project: Project, run: str) -> dict[str, object]:
    return {step.name: step.finished for step in project.run(run).steps if step.status == "done"}


@pytest.fixture
def gate(project: Project, tmp_path: Path) -> Path:
    """What the project's fits wait for."""
    project.set_recipe(recipes.Waiting(str(tmp_path / "gate")))
    return tmp_path / "gate"


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_a_killed_worker_s_run_is_taken_over_by_the_other(
    where: str, project: Project, workspace: Workspace, gate: Path, forks: Callable[..., int], request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("server") if where == "postgresql" else ""
    pids = [forks(workspace.path, "inside", url) for _ in range(2)]
    wait_for(lambda: workspace.workers() == [f"{socket.gethostname()}-{number}" for number in (1, 2)])
    run = project.request_retrain().id
    wait_for(lambda: at_training(project, run))
    before, holder = done(project, run), int((workspace.path / "holder").read_text())
    assert holder in pids
    os.kill(holder, signal.SIGKILL)
    gate.touch()
    wait_for(lambda: project.run(run).status == "done")
    assert before.items() <= done(project, run).items()
    assert int((workspace.path / "holder").read_text()) in {*pids} - {holder}
    attempts = workspace.database.frame("SELECT name, attempts FROM run_steps WHERE run = ?", (run,)).set_index("name")["attempts"]
    assert attempts.to_dict() == {name: 2 if name == "train" else 1 for name in STEPS}
    assert project.versions()["version"].tolist() == [2, 1]
    assert workspace.verify() == []
    assert (workspace.path / "workflows.db").exists() is (where == "sqlite")


def test_a_killed_worker_takes_its_child_along_and_one_that_is_told_to_end_hands_its_run_over(
    project: Project, workspace: Workspace, gate: Path, forks: Callable[..., int]
) -> None:
    run = project.request_retrain().id
    killed = forks(workspace.path, "whole")
    wait_for(lambda: at_training(project, run))
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: gone(killed))  # else its seat is not free yet
    told = forks(workspace.path, "whole")
    attempts = "SELECT attempts FROM run_steps WHERE run = ? AND name = 'train'"
    wait_for(lambda: workspace.database.value(attempts, (run,)) == 2)  # the dead worker's child holds no lock any more
    before = done(project, run)
    os.kill(told, signal.SIGTERM)
    wait_for(lambda: gone(told), 20.0)
    assert workspace.workers() == []
    assert {step.name: step.status for step in project.run(run).steps if step.name in ("split", "train")} == {"split": "done", "train": "waiting"}
    assert workspace.database.value(attempts, (run,)) == 1  # what was handed over is no failed attempt
    gate.touch()
    with sharing(workspace):
        wait_for(lambda: project.run(run).status == "done")
    assert before.items() <= done(project, run).items()
    assert project.versions()["version"].tolist() == [2, 1]


def test_cancel_retry_and_crash(project: Project, workspace: Workspace, gate: Path) -> None:
    run = project.request_retrain().id
    with sharing(workspace):
        wait_for(lambda: at_training(project, run))
        project.cancel(run, by="ana")
        wait_for(lambda: project.run(run).status == "cancelled")
        gate.touch()
        project.retry(run)
        wait_for(lambda: project.run(run).status == "done")
        assert project.versions()["version"].tolist() == [2, 1]
        project.set_recipe(recipes.Dying())
        dying = project.request_retrain("a crash").id
        wait_for(lambda: project.run(dying).status == "failed")
    assert "crashed (SIGSEGV)" in str(project.run(dying).error)


def test_workflows_that_are_damaged_or_removed_lose_nothing(project: Project, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running.jobs, "ask", lambda context, verb, log, stopping, **given: steps.perform(context, **given))
    file, context = workspace.path / "workflows.db", project._context
    run = project.request_retrain().id
    runs.claim(workspace.database, "p", run)
    steps.perform(context, run, until="split")
    before = done(project, run)
    file.write_bytes(b"no database" * 1000)
    with sharing(workspace):
        wait_for(lambda: project.run(run).status == "done")
        assert (workspace.path / "workflows.db.damaged").exists()
        file.unlink()  # while a worker serves
        wait_for(file.exists)
        again = project.request_retrain("again").id
        wait_for(lambda: project.run(again).status == "done")
    file.unlink()
    last = project.request_retrain("the last").id
    with sharing(workspace):
        wait_for(lambda: project.run(last).status == "done")
    assert before.items() <= done(project, run).items()
    assert project.versions()["version"].tolist() == [4, 3, 2, 1]
    assert workspace.verify() == []


def test_a_database_that_cannot_be_opened_is_a_sentence(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    (workspace.path / "workflows.db").mkdir()
    with pytest.raises(lifecycle.StoreError, match="workflows' database could not be opened"):
        worker.Worker(workspace, threading.Event(), "here-1").run()
    assert workspace.workers() == []


def test_a_url_is_checked_and_none_is_the_workspace_s_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECYCLE_DURABLE_URL", "mysql://secret@host")
    with pytest.raises(lifecycle.InvalidValue, match="begins with 'mysql'"):
        workflows.url(tmp_path)
    monkeypatch.setenv("LIFECYCLE_DURABLE_URL", "")
    assert workflows.url(tmp_path) == f"sqlite:///{tmp_path}/workflows.db"


def test_a_seat_is_free_when_its_holder_has_gone(tmp_path: Path) -> None:
    with seat(tmp_path) as first, seat(tmp_path) as second:
        assert (first, second) == (f"{socket.gethostname()}-1", f"{socket.gethostname()}-2")
        assert not vacant(tmp_path, first)
    assert vacant(tmp_path, first)
    assert not vacant(tmp_path, "elsewhere-1")
