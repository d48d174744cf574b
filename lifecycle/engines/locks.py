"""Locks that the operating system lets go when their holder dies, however it dies."""

from __future__ import annotations

import fcntl
import itertools
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["exclusive", "seat", "vacant"]


@contextmanager
def exclusive(path: Path, wait: float = 0.0) -> Iterator[bool]:
    """Hold a file's lock for the length of the block; yields whether it could be had within `wait` seconds.

    Two threads of one process exclude each other too.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + wait
    with path.open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    yield False
                    return
                time.sleep(0.02)
        try:
            yield True
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


@contextmanager
def seat(folder: Path) -> Iterator[str]:
    """Take the first free seat of this machine for the length of the block; yields its name, such as `host-1`.

    Whoever comes after one that died gets its name, and so what it left.
    """
    host = socket.gethostname()
    for number in itertools.count(1):
        with exclusive(folder / f"seat-{host}-{number}.lock") as mine:
            if mine:
                yield f"{host}-{number}"
                return


def vacant(folder: Path, name: str) -> bool:
    """Whether a seat of this machine is surely free; False for another machine's, of which the kernel here knows nothing."""
    if name.rpartition("-")[0] != socket.gethostname():
        return False
    with exclusive(folder / f"seat-{name}.lock") as free:
        return free
