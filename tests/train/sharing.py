"""Forks workers, so that a test pays the imports once: a line `HOME KIND [DETAIL]` on standard input starts one, and its process id is printed.

KIND `inside` performs the steps in the worker's own process, so that a kill takes both at once, and writes who is at one to HOME/holder;
`whole` is `lifecycle worker`, whose steps are child processes. Both take the URL of the workflows as DETAIL. `dying` performs the queued run of the
project p until the step that DETAIL names, and is killed within it, or after what it does but before that is durable.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import lifecycle
from lifecycle import worker
from lifecycle.engines.locks import seat
from lifecycle.stores import runs
from lifecycle.verbs.train import running, steps


def inside(home: Path) -> None:
    """Take part, with the steps in this process."""

    def here(context: Any, verb: str, log: Path, stopping: Any, **given: Any) -> Any:
        (home / f"holder-{os.getpid()}").write_text(str(os.getpid()))
        (home / f"holder-{os.getpid()}").replace(home / "holder")
        return steps.perform(context, **given)

    running.jobs.ask = here
    workspace = lifecycle.open_workspace(home)
    with seat(workspace.path / "locks") as name:
        worker.Worker(workspace, threading.Event(), name, look_seconds=0.1).run()


def dying(home: Path, step: str) -> None:
    """Perform a run, and be killed."""
    project = lifecycle.open_workspace(home).project("p")
    (run,) = runs.waiting(project._context.database, "p")
    real = steps.STEPS[step]

    def die(*arguments: Any) -> Any:
        if step in ("register", "policy"):
            real(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)

    steps.STEPS[step] = die
    runs.claim(project._context.database, "p", run)
    steps.perform(project._context, run)


if __name__ == "__main__":
    for line in sys.stdin:
        home, kind, *details = line.split()
        pid = os.fork()
        if not pid:
            os.dup2(2, 1)
            detail = "".join(details)
            if kind == "dying":
                dying(Path(home), detail)
            os.environ["LIFECYCLE_DURABLE_URL"] = detail
            {"inside": inside, "whole": worker.main}[kind](Path(home))
            os._exit(0)
        print(pid, flush=True)
