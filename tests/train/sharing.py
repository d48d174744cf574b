"""Forks workers that share what waits, for tests: a line on standard input starts one, and its process id is printed.

python -m tests.train.sharing HOME URL
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import lifecycle
from lifecycle import worker
from lifecycle.engines.locks import seat
from lifecycle.verbs.train import running, steps


def work(home: Path, url: str) -> None:
    """Execute runs with their steps in this process, so that a kill takes the worker and the step together."""
    running.jobs.ask = lambda context, verb, log, stopping, **given: steps.perform(context, **given)
    workspace = lifecycle.open_workspace(home)
    with seat(workspace.path / "locks") as name:
        loop = worker.Sharing(workspace, threading.Event(), name, url)
        loop.look_seconds = 0.1
        loop.run()


if __name__ == "__main__":
    for _ in sys.stdin:
        pid = os.fork()
        if not pid:
            os.dup2(2, 1)
            work(Path(sys.argv[1]), sys.argv[2])
            os._exit(0)
        print(pid, flush=True)
