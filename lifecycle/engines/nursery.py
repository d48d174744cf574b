"""A process that has everything imported and forks a child for each job, so that isolation costs milliseconds.

Run as `python -m lifecycle.engines.nursery MODULE...`: it imports the modules, then reads one JSON line a job from its standard
input: folder, call ("module:function"), log, memory, threads, path, settings (LIFECYCLE_*). The child leads a session of its own, may
hold so much memory and no more, gives way to who answers requests, writes what it prints to the log, and leaves `answer.json` in the
folder; the nursery leaves `exit` (the wait status). It runs no numeric code itself: a fork is safe only while no thread pool has worked.
When its input ends, which is also when its parent is killed, it kills what still runs and ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import resource
import selectors
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

__all__ = ["main"]

IDLE_SECONDS = 600.0
NICE = 10
DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


def main(modules: list[str]) -> None:
    """Serve jobs until the input ends, or nothing was asked for ten minutes."""
    for module in modules:
        importlib.import_module(module)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    children: dict[int, Path] = {}
    selector, idle = selectors.DefaultSelector(), 0.0
    selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
    pending = b""
    while idle < IDLE_SECONDS:
        wait = 0.005 if children else 1.0
        if selector.select(wait):
            chunk = os.read(sys.stdin.fileno(), 65_536)
            if not chunk:
                break
            *lines, pending = (pending + chunk).split(b"\n")
            for line in lines:
                job = json.loads(line)
                children[_fork(job)] = Path(job["folder"])
        _reap(children)
        idle = 0.0 if children else idle + wait
    for pid in children:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def _reap(children: dict[int, Path]) -> None:
    for pid in list(children):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)  # what it started and left behind
            _leave(children.pop(pid) / "exit", str(status))


def _fork(job: dict[str, Any]) -> int:
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        _leave(Path(job["folder"]) / "pid", str(pid))
        return pid
    status = 1
    try:
        os.setsid()
        _die_with_parent()
        _redirect(Path(job["log"]))
        _hold(int(job["memory"]))
        _give_way(int(job["threads"]))
        os.environ.update(job["settings"])  # as they are now, not as they were when this process began
        for name in [name for name in os.environ if name.startswith("LIFECYCLE_") and name not in job["settings"]]:
            del os.environ[name]
        sys.path[:] = [*job["path"], *(entry for entry in sys.path if entry not in job["path"])]
        module, _, function = str(job["call"]).partition(":")
        answer = getattr(importlib.import_module(module), function)(job["argument"])
        _leave(Path(job["folder"]) / "answer.json", json.dumps(answer))
        status = 0
    except MemoryError:
        _leave(Path(job["folder"]) / "answer.json", json.dumps({"memory": True}))
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _hold(memory: int) -> None:
    """Let this process take so much more memory; what was taken before the fork is shared."""
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _give_way(threads: int) -> None:
    """Let who answers requests beside it go first, and use no more threads than it may."""
    os.nice(NICE)
    with contextlib.suppress(OSError):  # where the kernel weighs sessions against each other, as desktops do
        Path("/proc/self/autogroup").write_text(str(NICE))
    if threads:
        os.environ["OMP_NUM_THREADS"] = str(threads)  # for libraries that are loaded later
        importlib.import_module("threadpoolctl").threadpool_limits(threads)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).prctl(DEATH_SIGNAL, signal.SIGKILL)


def _redirect(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (handle, 1), (handle, 2)):
        os.dup2(source, target)
    sys.stdout = os.fdopen(1, "w", buffering=1, closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)


def _leave(path: Path, text: str) -> None:
    with contextlib.suppress(FileNotFoundError):  # whoever asked has gone and taken the folder along
        aside = path.with_suffix(".aside")
        aside.write_text(text, "utf-8")
        aside.replace(path)


if __name__ == "__main__":
    main(sys.argv[1:])
