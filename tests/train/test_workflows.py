"""Several workers that share what waits through DBOS, on SQLite and on PostgreSQL, and take over what a dead one left."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

import lifecycle
from lifecycle.engines import workflows
from lifecycle.engines.locks import seat, vacant
from lifecycle.project import Project
from lifecycle.stores import workers
from lifecycle.train.pipeline import STEPS
from lifecycle.workspace import Workspace
from tests.train import recipes

pytest.importorskip("dbos")
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
    pytest.importorskip("psycopg")
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


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    found = f"sqlite:///{tmp_path / 'workflows.db'}" if request.param == "sqlite" else request.getfixturevalue("server")
    monkeypatch.setenv("LIFECYCLE_DURABLE_URL", found)
    return found


@pytest.fixture
def start(workspace: Workspace) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def begin() -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [os.getcwd(), *sys.path]))}
        code = f"from pathlib import Path; from lifecycle.worker import main; main(Path({str(workspace.path)!r}))"
        process = subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.DEVNULL)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()


def at_training(project: Project, run: str) -> bool:
    return any(step.name == "train" and step.status == "running" for step in project.run(run).steps)


def alive(workspace: Workspace) -> list[str]:
    return workers.alive(workspace.database, datetime.now(UTC))


def test_a_killed_worker_s_run_is_taken_over_by_the_other(
    project: Project, workspace: Workspace, url: str, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    project.set_recipe(recipes.Sleeping(2.0))
    first, second = start(), start()
    wait_for(lambda: len(alive(workspace)) == 2)
    run = project.request_retrain().id
    wait_for(lambda: at_training(project, run))
    if not psutil.Process(first.pid).children():  # the one that executes it has a child
        first, second = second, first
    before = {step.name: step.finished for step in project.run(run).steps if step.status == "done"}
    first.kill()
    wait_for(lambda: project.run(run).status == "done")
    assert {step.name: step.finished for step in project.run(run).steps if step.name in before} == before
    attempts = workspace.database.frame("SELECT name, attempts FROM run_steps WHERE run = ?", (run,)).set_index("name")["attempts"]
    assert attempts.to_dict() == {name: 2 if name == "train" else 1 for name in STEPS}
    assert project.versions()["version"].tolist() == [2, 1]
    assert workspace.verify() == []

    again = project.request_retrain("another").id  # cancelled while under way, then tried again
    wait_for(lambda: at_training(project, again))
    project.cancel(again, by="ana")
    wait_for(lambda: project.run(again).status == "cancelled")
    project.retry(again)
    wait_for(lambda: at_training(project, again))
    second.send_signal(signal.SIGTERM)
    assert second.wait(timeout=20) == 0
    stopped = {step.name: step.status for step in project.run(again).steps}
    assert (stopped["split"], stopped["train"]) == ("done", "waiting")
    start()
    wait_for(lambda: project.run(again).status == "done")
    assert project.versions()["version"].tolist() == [3, 2, 1]


def test_what_user_code_does_is_told_through_workflows_too(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: Callable[[], object]
) -> None:
    monkeypatch.setenv("LIFECYCLE_DURABLE_URL", f"sqlite:///{tmp_path / 'workflows.db'}")
    project.set_recipe(recipes.Dying())
    run = project.request_retrain().id
    start()
    wait_for(lambda: project.run(run).status == "failed")
    assert "crashed (SIGSEGV)" in str(project.run(run).error)


def test_a_url_that_is_none_and_a_server_that_is_not_there_are_sentences(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECYCLE_DURABLE_URL", "mysql://secret@host")
    with pytest.raises(lifecycle.InvalidValue, match="begins with 'mysql'"):
        workflows.url()
    monkeypatch.setenv("LIFECYCLE_DURABLE_URL", "")
    assert workflows.url() is None


def test_a_seat_is_free_when_its_holder_has_gone(tmp_path: Path) -> None:
    with seat(tmp_path) as first, seat(tmp_path) as second:
        assert (first, second) == (f"{socket.gethostname()}-1", f"{socket.gethostname()}-2")
        assert not vacant(tmp_path, first)
    assert vacant(tmp_path, first)
    assert not vacant(tmp_path, "elsewhere-1")
