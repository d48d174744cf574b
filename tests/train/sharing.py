"""Forks workers, so that a test pays the imports once: a line `HOME KIND [URL]` on standard input starts one, and its process id is printed.

KIND `inside` performs the steps in the worker's own process, so that a kill takes both at once, and writes who is at one to HOME/holder;
`whole` is `lifecycle worker`, whose steps are child processes.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import Any

import lifecycle
from lifecycle import worker
from lifecycle.engines.locks import seat
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


if __name__ == "__main__":
    for line in sys.stdin:
        home, kind, *url = line.split()
        pid = os.fork()
        if not pid:
            os.dup2(2, 1)
            os.environ["LIFECYCLE_DURABLE_URL"] = "".join(url)
            {"inside": inside, "whole": worker.main}[kind](Path(home))
            os._exit(0)
        print(pid, flush=True)
