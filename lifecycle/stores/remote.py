"""Files on any fsspec URL (`s3://bucket/prefix`, `gs://`, `file://`): kept there, and read from this disk as a cache of it.

A file of the log, a model or a snapshot is at the URL before it is here, and here before its row commits, so that whatever a row names
can be had from both; what is missing here is brought when it is first read. Files never change, so nothing has to be kept in step.
`LIFECYCLE_FILES` says where, else the workspace's own file `files.url`. Addresses and keys of a service come from its usual
environment (`AWS_ACCESS_KEY_ID`, `FSSPEC_S3_ENDPOINT_URL`, ...). Without either nothing here is called but `kept`.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import os
import secrets
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from lifecycle.errors import InvalidValue, StoreError

__all__ = ["FOLDERS", "adopt", "bring", "bring_all", "findings", "kept", "present", "push", "push_all", "remove"]

FOLDERS = ("predictions", "models", "snapshots")
SETTING = "files.url"
PIECE = 8 << 20


def kept(root: Path) -> str:
    """The URL that a workspace's files are kept at; empty where this disk is all there is."""
    named = os.environ.get("LIFECYCLE_FILES", "").strip()
    if not named and (root / SETTING).is_file():
        named = (root / SETTING).read_text("utf-8").strip()
    return named.rstrip("/")


def adopt(root: Path, url: str) -> int:
    """Copy all files of a workspace to a URL and keep them there from now on; returns how many were copied.

    Raises
    ------
    InvalidValue : it is no URL. StoreError : the service refuses; nothing is changed here then.
    """
    if "://" not in url:
        raise InvalidValue(f"{url!r} is no URL of a file store; give one such as s3://bucket/prefix.")
    count = push_all(root, url.rstrip("/"))
    aside = root / f".{SETTING}.{secrets.token_hex(4)}"
    aside.write_text(url.rstrip("/") + "\n", "utf-8")
    os.replace(aside, root / SETTING)
    return count


def present(path: Path) -> bool:
    """Whether a file is here, after it was brought when it is only at the URL.

    Raises
    ------
    StoreError : the service does not answer.
    """
    if path.is_file():
        return True
    there = _there(path)
    return there is not None and _fetch(*there, path)


def push(source: Path, path: Path) -> None:
    """Store the content of `source` at the URL as the file that will be `path`; whole or not at all. Nothing where no URL is set."""
    if (there := _there(path)) is not None:
        _put(*there, source)


def push_all(root: Path, url: str = "") -> int:
    """Copy every file of a workspace to its URL; returns how many."""
    url = url or kept(root)
    paths = [path for folder in FOLDERS for path in sorted((root / folder).rglob("*")) if path.is_file() and not path.name.startswith(".")]
    for path in paths if url else ():
        _put(url, path.relative_to(root).as_posix(), path)
    return len(paths) if url else 0


def bring(url: str, key: str, path: Path) -> None:
    """Bring one file of a workspace from its URL to any path.

    Raises
    ------
    StoreError : it is not there, or the service does not answer.
    """
    if not _fetch(url, key, path):
        raise StoreError(f"{key} is not at {url}; copy the files there again with `lifecycle keep-files URL`.")


def bring_all(root: Path) -> None:
    """Bring every file that is only at the URL."""
    if not (url := kept(root)):
        return
    with _told(url):
        system, base = _system(url)
        keys = [key.removeprefix(base).lstrip("/") for folder in FOLDERS for key in system.find(f"{base}/{folder}")]
    for key in keys:
        if not (root / key).is_file() and ".aside-" not in key:
            _fetch(url, key, root / key)


def remove(path: Path) -> None:
    """Remove a file here and at the URL."""
    path.unlink(missing_ok=True)
    if (there := _there(path)) is not None:
        with _told(there[0]):
            system, base = _system(there[0])
            if system.exists(f"{base}/{there[1]}"):
                system.rm_file(f"{base}/{there[1]}")


def findings(path: Path, sha256: str) -> list[str]:
    """What is wrong with a file at the URL, a sentence each; nothing where no URL is set."""
    if (there := _there(path)) is None:
        return []
    with _told(there[0]):
        system, base = _system(there[0])
        try:
            with system.open(f"{base}/{there[1]}", "rb", cache_type="none", block_size=PIECE) as file:
                found = hashlib.sha256()
                while piece := file.read(PIECE):
                    found.update(piece)
        except FileNotFoundError:
            return [f"{there[1]} is not at {there[0]}; copy the files there again with `lifecycle keep-files URL`."]
    return (
        [] if found.hexdigest() == sha256 else [f"{there[1]} was changed at {there[0]}; copy the files there again with `lifecycle keep-files URL`."]
    )


def _put(url: str, key: str, source: Path) -> None:
    with _told(url):
        system, base = _system(url)
        if isinstance(system.protocol, tuple) and "file" in system.protocol:  # a copy is no atomic thing there; a move is
            aside = f"{base}/{key}.aside-{secrets.token_hex(4)}"
            system.makedirs(os.path.dirname(aside), exist_ok=True)
            system.put_file(str(source), aside)
            os.replace(aside, f"{base}/{key}")
        else:
            system.put_file(str(source), f"{base}/{key}")


def _fetch(url: str, key: str, path: Path) -> bool:
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with _told(url):
        system, base = _system(url)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            system.get_file(f"{base}/{key}", str(aside))
            os.replace(aside, path)
        except FileNotFoundError:
            return False
        finally:
            aside.unlink(missing_ok=True)
    return True


def _there(path: Path) -> tuple[str, str] | None:
    """The URL and the key of a file, None where its workspace keeps nothing elsewhere or it is none of its files."""
    root = _root(path.parent)
    if root is None or not (url := kept(root)):
        return None
    return url, path.relative_to(root).as_posix()


@functools.lru_cache(maxsize=1024)
def _root(folder: Path) -> Path | None:
    """The workspace that a folder of files belongs to."""
    ways = (way for way in (folder, *folder.parents) if way.name in FOLDERS and (way.parent / "lifecycle.db").exists())
    return next((way.parent for way in ways), None)


@functools.lru_cache(maxsize=8)
def _system(url: str) -> tuple[Any, str]:
    try:
        system, base = importlib.import_module("fsspec.core").url_to_fs(url, use_listings_cache=False)
    except ImportError as error:
        raise StoreError(f"{url.partition('://')[0]}:// needs a package that is not installed; pip install 'lifecycle[s3]' ({error}).") from error
    return system, str(base).rstrip("/")


def _told(url: str) -> AbstractContextManager[None]:
    return StoreError.told(f"The files at {url} could not be reached", "nothing was changed. Check the address and its keys.")
