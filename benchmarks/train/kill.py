"""Kill -9 within every step of a run, and see that every run ends, no finished step runs again, and each run has one version.

    python benchmarks/train/kill.py [--steps 100] [--workers 0] [--shared 0] [--url URL] [--dask 0] [--dask-workers 0]

Kills of the process that executes the steps (`--steps`), of a real `lifecycle worker` whose child trains (`--workers`), of the one of two
workers that holds the run (`--shared`; through the workspace's own workflows, or those at `--url`: `postgresql://user@host/database`, or
`postgresql` for a server of its own), of the process that trains on two Dask workers (`--dask`), and of one of those Dask workers while it
fits (`--dask-workers`). Each kill is aimed at a step, one after the other: it waits until the step begins, and then for a random part of
the time that the step took in runs that nobody killed. Prints one line of JSON a part, and fails when anything is not as it should be.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

import lifecycle
from lifecycle import worker
from lifecycle.engines.locks import seat
from lifecycle.project import Project
from lifecycle.stores import runs
from lifecycle.train.pipeline import STEPS
from lifecycle.verbs.train import running, steps

PATIENCE = 180.0  # seconds that a run may take to end
NOBODY = 65_534


@dataclass
class Range:
    """A project to shoot at, how long each of its steps takes, and what was hit."""

    home: Path
    project: Project
    rng: random.Random
    lengths: dict[str, float]
    hit: Counter[str]

    def aim(self, run: str, number: int) -> None:
        """Wait until the step whose turn it is is under way, and for a part of its length."""
        target = list(STEPS)[number % len(STEPS)]
        sql, until = "SELECT status FROM run_steps WHERE run = ? AND name = ?", time.monotonic() + PATIENCE
        while self.project._context.database.value(sql, (run, target)) == "waiting":
            assert time.monotonic() < until, f"the step {target} does not begin"
            time.sleep(0.0003)
        time.sleep(self.rng.uniform(0.0, self.lengths[target]))

    def seen(self, run: str) -> dict[str, object]:
        """Note which step was hit; returns the steps that are done, with when."""
        done = finished(self.project, run)
        self.hit[next((name for name in STEPS if name not in done), "after the last")] += 1
        return done

    def ended(self, run: str) -> None:
        """Wait until a run has ended."""
        until = time.monotonic() + PATIENCE
        while self.project.run(run).status in ("queued", "running"):
            assert time.monotonic() < until, "the run does not end"
            time.sleep(0.02)

    def check(self, run: str, done: dict[str, object]) -> None:
        """A run that was hit is done, its finished steps were not repeated, and one version is its own."""
        found = self.project.run(run)
        assert found.status == "done", (run, found.error)
        again = finished(self.project, run)
        assert {name: again[name] for name in done} == done, "a finished step ran again"
        database = self.project._context.database
        assert database.value("SELECT count(*) FROM versions WHERE run = ?", (run,)) == 1, "not one version"


def made(home: Path, forest: bool) -> Project:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(700, 4))
    frame = pd.DataFrame(x, columns=list("abcd")).assign(label=np.where(x.sum(axis=1) + rng.normal(size=700) > 0, "yes", "no"))
    recipe = RandomForestClassifier(64) if forest else LogisticRegression()
    project = lifecycle.open_workspace(home).create_project("p", recipe=recipe, training=frame[:200])
    ids = project.log(frame[200:].drop(columns="label"))
    project.record_labels(pd.DataFrame({"id": ids, "label": frame["label"][200:]}))
    return project


def finished(project: Project, run: str) -> dict[str, object]:
    return {step.name: step.finished for step in project.run(run).steps if step.status == "done"}


def lengths(project: Project, execute: Callable[[str], None]) -> dict[str, float]:
    """The middle of how long each step took in three runs that nobody killed."""
    taken: dict[str, list[float]] = {name: [] for name in STEPS}
    for number in range(3):
        run = project.request_retrain(f"how long, {number}").id
        execute(run)
        for step in project.run(run).steps:
            assert step.started is not None
            assert step.finished is not None
            taken[step.name].append((step.finished - step.started).total_seconds())
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def attempt(home: Path, run: str) -> int:
    """Execute the steps in a process of its own; its id."""
    if pid := os.fork():
        return pid
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    project = lifecycle.open_workspace(home).project("p")
    runs.claim(project._context.database, "p", run)
    steps.perform(project._context, run)
    os._exit(0)


def kill_steps(field: Range, kills: int) -> None:
    """Kills of the process that executes the steps."""

    def whole(run: str) -> None:
        os.waitpid(attempt(field.home, run), 0)
        field.project.work()

    field.lengths = lengths(field.project, whole)
    for number in range(kills):
        run = field.project.request_retrain(f"run {number}").id
        pid = attempt(field.home, run)
        field.aim(run, number)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        done = field.seen(run)
        field.project.work()
        field.check(run, done)


def kill_workers(field: Range, kills: int) -> None:
    """Kills of a real worker, whose child has to die with it; the next one goes on, and is told to end."""
    command = [sys.executable, "-m", "lifecycle", "--home", str(field.home), "worker"]

    def whole(run: str) -> None:
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            field.ended(run)
            process.terminate()

    field.lengths = lengths(field.project, whole)
    for number in range(kills):
        run = field.project.request_retrain(f"worker {number}").id
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            field.aim(run, number)
            process.kill()
        done = field.seen(run)
        whole(run)
        field.check(run, done)


def sharing(home: Path, url: str) -> int:
    """A worker of several, forked so that it costs no imports; its process id."""
    if pid := os.fork():
        return pid
    os.environ["LIFECYCLE_DURABLE_URL"] = url
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)

    def here(context: Any, verb: str, log: Path, stopping: Callable[[], bool], **given: Any) -> Any:
        (home / f"holder-{os.getpid()}").write_text(str(os.getpid()))
        (home / f"holder-{os.getpid()}").replace(home / "holder")
        return steps.perform(context, **given)

    running.jobs.ask = here  # in its own process, so that the kill takes the step along
    workspace = lifecycle.open_workspace(home)
    with seat(workspace.path / "locks") as name:
        worker.Worker(workspace, threading.Event(), name, look_seconds=0.1).run()
    os._exit(0)


def kill_shared(field: Range, kills: int, url: str) -> None:
    """Kills of the one of two workers that holds the run; the other, or its successor, goes on."""
    pids = {sharing(field.home, url) for _ in range(2)}
    try:
        field.lengths = lengths(field.project, field.ended)
        for number in range(kills):
            run = field.project.request_retrain(f"shared {number}").id
            field.aim(run, number)
            holder = int((field.home / "holder").read_text())
            os.kill(holder, signal.SIGKILL)
            os.waitpid(holder, 0)
            done = field.seen(run)
            pids = pids - {holder} | {sharing(field.home, url)}
            field.ended(run)
            field.check(run, done)
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


@dataclass
class Cluster:
    """A Dask scheduler, by its file, and the workers that live."""

    folder: str
    workers: list[subprocess.Popen[bytes]]

    def launch(self, part: str, *options: str) -> subprocess.Popen[bytes]:
        """Start the scheduler or a worker."""
        command = [sys.executable, "-m", f"distributed.cli.dask_{part}", "--scheduler-file", f"{self.folder}/scheduler.json", "--no-dashboard"]
        environment = {**os.environ, "PYTHONPATH": os.getcwd(), "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "3s"}  # to one that died; else 30 s
        return subprocess.Popen([*command, *options], stderr=subprocess.DEVNULL, cwd=self.folder, env=environment)

    def grow(self) -> None:
        """Another worker."""
        self.workers.append(self.launch("worker", "--nthreads", "1", "--no-nanny"))


@contextlib.contextmanager
def dask() -> Iterator[Cluster]:
    """A scheduler and two workers on this machine, which LIFECYCLE_ENGINE names."""
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(folder, [])
        scheduler = cluster.launch("scheduler", "--host", "127.0.0.1", "--port", "0")
        while not (file := Path(folder) / "scheduler.json").exists():
            time.sleep(0.1)
        cluster.grow()
        cluster.grow()
        os.environ["LIFECYCLE_ENGINE"] = json.loads(file.read_text())["address"].replace("tcp://", "dask://")
        try:
            yield cluster
        finally:
            del os.environ["LIFECYCLE_ENGINE"]
            for each in (*cluster.workers, scheduler):
                each.kill()
                each.wait()


def kill_dask_workers(field: Range, kills: int, cluster: Cluster) -> None:
    """Kills of one of two Dask workers while they fit; the run that asked does not notice."""
    kill_steps(field, 0)
    for number in range(kills):
        run = field.project.request_retrain(f"dask worker {number}").id
        pid = attempt(field.home, run)
        field.aim(run, list(STEPS).index("train"))
        done = field.seen(run)
        with cluster.workers.pop(0) as victim:
            victim.kill()
        cluster.grow()
        assert os.waitpid(pid, 0)[1] == 0, "the run failed with its Dask worker"
        field.project.work()
        field.check(run, done)


@contextlib.contextmanager
def server() -> Iterator[str]:
    """A PostgreSQL of our own on loopback; it refuses to run as root, so root lends it another user."""
    assert shutil.which("pg_ctl"), "PostgreSQL (pg_ctl, initdb) is not installed here"
    with tempfile.TemporaryDirectory(prefix="pg") as name, socket.socket() as probe:
        options: dict[str, Any] = {}
        if os.getuid() == 0:
            os.chown(name, NOBODY, NOBODY)
            options = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        run = lambda *command: subprocess.run(command, cwd=name, check=True, stdout=subprocess.DEVNULL, **options)  # noqa: E731
        run("initdb", "-D", f"{name}/data", "-A", "trust", "-U", "lifecycle", "--no-sync")
        settings = f"-p {port} -k {name} -c listen_addresses=127.0.0.1 -c fsync=off"
        run("pg_ctl", "-D", f"{name}/data", "-l", f"{name}/log", "-o", settings, "-w", "start")
        try:
            yield f"postgresql://lifecycle@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-D", f"{name}/data", "-m", "immediate", "stop")


def part(name: str, kills: int, shoot: Callable[[Range], None], forest: bool = False) -> None:
    """One part in a workspace of its own, and its line."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        field = Range(home, made(home, forest), random.Random(0), {}, Counter())
        shoot(field)
        wrong = lifecycle.open_workspace(home).verify()
        assert wrong == [], wrong
        registered, asked = len(field.project.versions()) - 1, len(field.project.runs())
    assert registered == asked, "a run without a version, or with two"
    within = sum(count for step, count in field.hit.items() if step != "after the last")
    figures = {"part": name, "kills": kills, "within_a_run": within, "runs": asked, "versions": registered, "findings": wrong}
    order = {step: field.hit[step] for step in (*STEPS, "after the last") if field.hit[step]}
    print(json.dumps({**figures, "hit": order, "seconds": round(time.perf_counter() - began, 1)}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("steps", 100), ("workers", 0), ("shared", 0), ("dask", 0), ("dask-workers", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--url", default="")
    given = parser.parse_args()
    if given.steps:
        part("steps", given.steps, lambda field: kill_steps(field, given.steps))
    if given.workers:
        part("workers", given.workers, lambda field: kill_workers(field, given.workers))
    if given.shared:
        with server() if given.url == "postgresql" else contextlib.nullcontext(given.url) as url:
            part(f"shared, {url.partition(':')[0] or 'sqlite'}", given.shared, lambda field: kill_shared(field, given.shared, url))
    if given.dask or given.dask_workers:
        with dask() as cluster:
            if given.dask:
                part("dask", given.dask, lambda field: kill_steps(field, given.dask), forest=True)
            if given.dask_workers:
                part("dask workers", given.dask_workers, lambda field: kill_dask_workers(field, given.dask_workers, cluster), forest=True)


if __name__ == "__main__":
    main()
