"""Kill -9 at random moments of a run, and see that every run ends, no finished step runs again, and each run has one version.

    python benchmarks/train/kill.py [KILLS] [WORKERS] [SHARED] [URL]

KILLS of a process that executes the steps itself, at moments spread over a whole run; then WORKERS kills of a real `lifecycle worker`
while its child trains; then SHARED kills of one of two workers, chosen by lot, that share what waits through the database at URL
(`postgresql://user@host/database` or `sqlite:///file`), and whose steps run in their own process. Prints one line of JSON, and fails when
anything is not as it should be.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

import lifecycle
from lifecycle import worker
from lifecycle.engines.locks import seat
from lifecycle.project import Project
from lifecycle.stores import runs
from lifecycle.train.pipeline import STEPS
from lifecycle.verbs.train import running, steps


def made(home: Path) -> Project:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(700, 4))
    frame = pd.DataFrame(x, columns=list("abcd")).assign(label=np.where(x.sum(axis=1) + rng.normal(size=700) > 0, "yes", "no"))
    project = lifecycle.open_workspace(home).create_project("p", recipe=LogisticRegression(), training=frame[:200])
    ids = project.log(frame[200:].drop(columns="label"))
    project.record_labels(pd.DataFrame({"id": ids, "label": frame["label"][200:]}))
    return project


def attempt(home: Path, run: str, seconds: float | None) -> bool:
    """Execute the steps in a process of its own, killed after so many seconds; whether it came to its end."""
    pid = os.fork()
    if not pid:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        project = lifecycle.open_workspace(home).project("p")
        runs.claim(project._context.database, "p", run)
        steps.perform(project._context, run)
        os._exit(0)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1] == 0


def finished(project: Project, run: str) -> dict[str, object]:
    return {step.name: step.finished for step in project.run(run).steps if step.status == "done"}


def kill_steps(project: Project, home: Path, kills: int, rng: random.Random) -> Counter[str]:
    """Kills at random moments; the step that each one hit."""
    began = time.perf_counter()
    first = project.request_retrain("how long a run takes").id
    attempt(home, first, None)
    project.work()
    length = time.perf_counter() - began
    hit: Counter[str] = Counter()
    for number in range(kills):
        run = project.request_retrain(f"run {number}").id
        killed = not attempt(home, run, rng.uniform(0.0, length))
        done = finished(project, run)
        hit[next((name for name in STEPS if name not in done), "after the last") if killed else "ended before"] += 1
        project.work()
        check(project, run, done)
    return hit


def kill_workers(project: Project, home: Path, kills: int, rng: random.Random) -> Counter[str]:
    """Kills of a real worker, whose child has to die with it."""
    hit: Counter[str] = Counter()
    for number in range(kills):
        run = project.request_retrain(f"worker {number}").id
        process = subprocess.Popen([sys.executable, "-m", "lifecycle", "--home", str(home), "worker"], stderr=subprocess.DEVNULL)
        while project.run(run).status == "queued":
            time.sleep(0.02)
        time.sleep(rng.uniform(0.0, 3.0))
        process.kill()
        process.wait()
        done = finished(project, run)
        hit[next((name for name in STEPS if name not in done), "after the last")] += 1
        project.work()
        check(project, run, done)
    return hit


def sharing(home: Path, url: str) -> int:
    """A worker of several, forked so that it costs no imports; its process id."""
    if pid := os.fork():
        return pid
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    running.jobs.ask = lambda context, verb, log, stopping, **given: steps.perform(context, **given)
    workspace = lifecycle.open_workspace(home)
    with seat(workspace.path / "locks") as name:
        loop = worker.Sharing(workspace, threading.Event(), name, url)
        loop.look_seconds = 0.1
        loop.run()
    os._exit(0)


def kill_shared(project: Project, home: Path, kills: int, url: str, rng: random.Random) -> Counter[str]:
    """Kills of one of two workers at random moments; the other, or its successor, goes on."""
    hit: Counter[str] = Counter()
    pids = [sharing(home, url) for _ in range(2)] if kills else []
    length = 0.0
    try:
        for number in range(-1, kills):
            run, began = project.request_retrain(f"shared {number}").id, time.perf_counter()
            if number >= 0:
                time.sleep(rng.uniform(0.0, length))
                one = rng.randrange(2)
                os.kill(pids[one], signal.SIGKILL)
                os.waitpid(pids[one], 0)
            done = finished(project, run)
            if number >= 0:
                hit[next((name for name in STEPS if name not in done), "after the last")] += 1
                pids[one] = sharing(home, url)
            while project.run(run).status in ("queued", "running"):
                assert time.perf_counter() - began < 120, "the run does not end"
                time.sleep(0.02)
            length = length or time.perf_counter() - began
            check(project, run, done)
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    return hit


def check(project: Project, run: str, done: dict[str, object]) -> None:
    found = project.run(run)
    assert found.status == "done", (run, found.error)
    again = finished(project, run)
    assert {name: again[name] for name in done} == done, "a finished step ran again"
    assert sum(version.run == run for version in map(project.version, project.versions()["version"])) == 1


def main() -> None:
    given = [*sys.argv[1:], *["100", "5", "0", ""][len(sys.argv) - 1 :]]
    kills, workers, shared, url = (*map(int, given[:3]), given[3])
    began, rng = time.perf_counter(), random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        project = made(home)
        hit = kill_steps(project, home, kills, rng)
        killed = kill_workers(project, home, workers, rng)
        taken = kill_shared(project, home, shared, url, rng)
        wrong = lifecycle.open_workspace(home).verify()
        assert wrong == [], wrong
        registered = len(project.versions()) - 1
    assert registered == kills + workers + 1 + (shared + 1 if shared else 0)
    result = {
        "kills": kills,
        "workers": workers,
        "hit": dict(hit),
        "workers_hit": dict(killed),
        "shared": shared,
        "shared_hit": dict(taken),
        "runs": registered,
        "findings": wrong,
    }
    print(json.dumps({**result, "seconds": round(time.perf_counter() - began, 1)}))


if __name__ == "__main__":
    main()
