"""Jobs in child processes of this machine: each in a session of its own, with limits, and killed cleanly."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lifecycle.engines.limits import Limits
from lifecycle.errors import StoreError

__all__ = ["Outcome", "run"]

POLL_SECONDS = 0.004
PREFIX = "lifecycle-job-"
YOUNG_SECONDS = 600.0  # a folder that was touched lately is not looked at: it may have been made a moment ago, and not be locked yet
_lock = threading.Lock()
_nursery: dict[tuple[int, tuple[str, ...]], subprocess.Popen[bytes]] = {}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended. `answer`: what its function returned, None unless it returned. `reason`: why it did not, in plain words."""

    answer: Any
    reason: str | None = None
    stopped: bool = False


def run(
    call: str,
    argument: Any,
    log: Path,
    limits: Limits | None = None,
    stopping: Callable[[], bool] = lambda: False,
    preload: tuple[str, ...] = (),
) -> Outcome:
    """Call a function ("module:function", one JSON argument, a JSON answer) in a child process, and wait for it.

    `stopping` is asked four times a second; when it says so the child is killed and the outcome is `stopped`. `preload`: modules
    that are imported once, before the first child is forked.

    Raises
    ------
    StoreError : no child process could be started.
    """
    limits = limits or Limits.here()
    path = [os.getcwd(), *filter(None, sys.path)]
    settings = {name: value for name, value in os.environ.items() if name.startswith("LIFECYCLE_")}
    job = {"call": call, "argument": argument, "log": str(log), "path": path, "settings": settings}
    job |= {"memory": limits.memory, "threads": limits.threads}
    with _folder() as folder:
        try:
            process = _ask((call.partition(":")[0], *preload), json.dumps({**job, "folder": str(folder)}))
            return _wait(process, folder, limits, stopping)
        finally:
            _kill(folder)


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """Where a job and who asked for it leave each other word, for the length of the block. It is locked, so that what is left of one that
    was killed can be told from it: the kernel lets go of a lock, however its holder ends."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def _sweep() -> None:
    """Remove the folders of jobs whose asker was killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # somebody else's, at work, or gone by now
            if time.time() - folder.stat().st_mtime < YOUNG_SECONDS:
                continue
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(handle)


def _wait(process: subprocess.Popen[bytes], folder: Path, limits: Limits, stopping: Callable[[], bool]) -> Outcome:
    begun = asked = time.monotonic()
    while not (folder / "exit").exists():
        now = time.monotonic()
        if now - asked > 0.25:
            asked = now
            if stopping():
                return Outcome(None, stopped=True)
            if now - begun > limits.seconds:
                return Outcome(
                    None, f"it took longer than {limits.seconds:.0f} seconds and was stopped; use fewer rows, or raise LIFECYCLE_JOB_SECONDS"
                )
            if process.poll() is not None and not (folder / "exit").exists():
                return Outcome(None, "the process that starts jobs was killed; try again")
        time.sleep(POLL_SECONDS if now - begun < 2 else 10 * POLL_SECONDS)
    status = int((folder / "exit").read_text())
    answer = folder / "answer.json"
    found = json.loads(answer.read_text("utf-8")) if answer.exists() else None
    memory = f"it needed more memory than the {limits.memory // 2**20:,} MiB it may have; use fewer rows or a smaller model"
    if isinstance(found, dict) and found.get("memory") is True:
        return Outcome(None, memory)
    if found is not None:
        return Outcome(found)
    return Outcome(None, _death(status, memory))


def _death(status: int, memory: str) -> str:
    if not os.WIFSIGNALED(status):
        return f"it ended with status {os.waitstatus_to_exitcode(status)}; its log says why"
    name = signal.Signals(os.WTERMSIG(status)).name
    if name == "SIGKILL":
        return f"it was killed (SIGKILL), as the system does when memory runs out: {memory}"
    return f"it crashed ({name}) inside compiled code; try another estimator or version of its package"


def _ask(modules: tuple[str, ...], line: str) -> subprocess.Popen[bytes]:
    with _lock:
        for _ in range(2):  # a nursery that has just gone to rest is replaced once
            process = _started(modules)
            assert process.stdin is not None
            try:
                process.stdin.write(line.encode() + b"\n")
                process.stdin.flush()
                return process
            except OSError:
                process.wait()
    raise StoreError("No child process could be started to train in; see whether the machine is out of memory or processes.")


def _started(modules: tuple[str, ...]) -> subprocess.Popen[bytes]:
    key = (os.getpid(), modules)
    process = _nursery.get(key)
    if process is None or process.poll() is not None:
        _sweep()
        command = [sys.executable, "-m", "lifecycle.engines.nursery", *modules]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONWARNINGS": "default"}
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL}
        process = _nursery[key] = subprocess.Popen(command, env=environment, start_new_session=True, **streams)  # type: ignore[call-overload]
    return process


def _kill(folder: Path) -> None:
    with contextlib.suppress(OSError, ValueError):
        if not (folder / "exit").exists():
            os.killpg(int((folder / "pid").read_text()), signal.SIGKILL)


@atexit.register
def _close() -> None:
    for (owner, _), process in _nursery.items():
        if owner == os.getpid() and process.stdin is not None:
            process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
