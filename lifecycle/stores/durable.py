"""Files that are whole or absent: written aside, flushed to the disk, then renamed into place."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from lifecycle.errors import LifecycleError, StoreError
from lifecycle.stores import remote

__all__ = ["digest", "disk", "place"]


def place(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a file beside `path`, flush it, and rename it to `path`; a crash leaves no half file there. Where the workspace
    keeps its files at a URL, too, it is stored there before.

    Raises
    ------
    StoreError : the disk refuses (full, read-only), or the URL does not answer; nothing is left behind.
    """
    with disk(f"{path.name} could not be stored"):
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            write(aside)
            _flush(aside)
            remote.push(aside, path)
            os.replace(aside, path)
            _flush(path.parent)
        finally:
            aside.unlink(missing_ok=True)


def digest(path: Path) -> str:
    """The SHA-256 of a file's bytes, as hexadecimal digits."""
    with disk(f"{path} could not be read"), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def disk(what: str) -> Iterator[None]:
    """Turn what the operating system or Arrow says of a file into one sentence."""
    try:
        yield
    except LifecycleError:
        raise
    except (OSError, pa.ArrowException) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error).splitlines()[0]
        raise StoreError(f"{what} ({reason}); nothing was changed. Check the disk's space and permissions and try again.") from error


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
