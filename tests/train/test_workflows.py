"""Several workers that share what waits through DBOS, on SQLite and on PostgreSQL, and take over what a dead one left."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import lifecycle
from lifecycle import worker
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
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'workflows.db'}" if request.param == "sqlite" else request.getfixturevalue("server")


@pytest.fixture
def start(workspace: Workspace, url: str) -> Iterator[Callable[[], int]]:
    """Start another worker; returns its process id."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [os.getcwd(), *sys.path]))}
    command = [sys.executable, "-m", "tests.train.sharing", str(workspace.path), url]
    parent = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    pids: list[int] = []

    def begin() -> int:
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdin.write("\n")
        parent.stdin.flush()
        pids.append(int(parent.stdout.readline()))
        return pids[-1]

    yield begin
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    parent.kill()
    parent.communicate()


@contextlib.contextmanager
def sharing(workspace: Workspace, url: str) -> Iterator[None]:
    """A worker in this process; at the end of the block it is told to stop."""
    stop = threading.Event()
    loop = worker.Sharing(workspace, stop, "here-1", url)
    loop.look_seconds = 0.05
    thread = threading.Thread(target=loop.run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(60)
        assert not thread.is_alive()


def at_training(project: Project, run: str) -> bool:
    return any(step.name == "train" and step.status == "running" for step in project.run(run).steps)


def test_a_killed_worker_s_run_is_taken_over_by_the_other(project: Project, workspace: Workspace, start: Callable[[], int]) -> None:
    project.set_recipe(recipes.Sleeping(1.5))
    pids = {f"{socket.gethostname()}-{number}": start() for number in (1, 2)}
    wait_for(lambda: len(workers.alive(workspace.database, datetime.now(UTC))) == 2)
    run = project.request_retrain().id
    wait_for(lambda: at_training(project, run))
    before = {step.name: step.finished for step in project.run(run).steps if step.status == "done"}
    locked = subprocess.run(["lslocks", "-n", "-o", "PID,PATH"], capture_output=True, text=True).stdout if shutil.which("lslocks") else ""
    one = next((pid for pid in pids.values() if any(line.split()[:1] == [str(pid)] and "work-p.lock" in line for line in locked.splitlines())), None)
    for pid in [one] if one else list(pids.values()):
        os.kill(pid, signal.SIGKILL)
    if one is None:
        start()
    wait_for(lambda: project.run(run).status == "done")
    assert {step.name: step.finished for step in project.run(run).steps if step.name in before} == before
    attempts = workspace.database.frame("SELECT name, attempts FROM run_steps WHERE run = ?", (run,)).set_index("name")["attempts"]
    assert attempts.to_dict() == {name: 2 if name == "train" else 1 for name in STEPS}
    assert project.versions()["version"].tolist() == [2, 1]
    assert workspace.verify() == []


def test_cancel_retry_stop_and_crash(project: Project, workspace: Workspace, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'workflows.db'}"
    project.set_recipe(recipes.Sleeping(1.5))
    run = project.request_retrain().id
    with sharing(workspace, url):
        wait_for(lambda: at_training(project, run))
        project.cancel(run, by="ana")
        wait_for(lambda: project.run(run).status == "cancelled")
        project.retry(run)
        wait_for(lambda: at_training(project, run))
    stopped = {step.name: step.status for step in project.run(run).steps}
    assert (stopped["split"], stopped["train"]) == ("done", "waiting")
    with sharing(workspace, url):
        wait_for(lambda: project.run(run).status == "done")
        assert project.versions()["version"].tolist() == [2, 1]
        project.set_recipe(recipes.Dying())
        dying = project.request_retrain("a crash").id
        wait_for(lambda: project.run(dying).status == "failed")
    assert "crashed (SIGSEGV)" in str(project.run(dying).error)


def test_a_worker_that_is_told_to_end_hands_its_run_over(project: Project, workspace: Workspace, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'workflows.db'}"
    project.set_recipe(recipes.Sleeping(2.0))
    run = project.request_retrain().id
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [os.getcwd(), *sys.path])), "LIFECYCLE_DURABLE_URL": url}
    with subprocess.Popen([sys.executable, "-m", "lifecycle", "--home", str(workspace.path), "worker"], env=environment) as process:
        wait_for(lambda: at_training(project, run))
        process.terminate()
        assert process.wait(30) == 0
    left = {step.name: step.status for step in project.run(run).steps}
    assert (left["split"], left["train"], left["evaluate"]) == ("done", "waiting", "waiting")
    assert workers.alive(workspace.database, datetime.now(UTC)) == []
    before = {step.name: step.finished for step in project.run(run).steps if step.status == "done"}
    with sharing(workspace, url):
        wait_for(lambda: project.run(run).status == "done")
    assert {step.name: step.finished for step in project.run(run).steps if step.name in before} == before
    attempts = workspace.database.value("SELECT max(attempts) FROM run_steps WHERE run = ?", (run,))
    assert attempts == 1  # what was handed over is no failed attempt
    assert project.versions()["version"].tolist() == [2, 1]


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
