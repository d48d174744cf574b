"""A workspace as one file, written while it is in use, and put back."""

from __future__ import annotations

import sqlite3
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

from lifecycle.errors import BadFile, Conflict
from lifecycle.stores import remote
from lifecycle.stores.database import Database
from lifecycle.stores.durable import disk, place

__all__ = ["pack", "unpack"]

FOLDERS = remote.FOLDERS


def pack(database: Database, root: Path, file: Path, name: str) -> Path:
    """Write database and files into a tar file. The database is copied first, so every file that it names is there already."""
    file = file.expanduser().resolve()

    def write(aside: Path) -> None:
        remote.bring_all(root)
        with tempfile.TemporaryDirectory(dir=file.parent) as scratch, closing(sqlite3.connect(Path(scratch) / name)) as copy:
            database.connection.backup(copy)
            with tarfile.open(aside, "w") as archive:
                archive.add(Path(scratch) / name, name)
                for folder in FOLDERS:
                    for path in sorted((root / folder).rglob("*")):
                        if path.is_file() and not path.name.startswith("."):
                            archive.add(path, path.relative_to(root).as_posix())

    place(file, write)
    return file


def unpack(file: Path, root: Path, name: str) -> None:
    """Put a backup into a folder that is missing or empty.

    Raises
    ------
    BadFile : it is no backup. Conflict : the folder holds something.
    """
    file, root = file.expanduser(), root.expanduser()
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise Conflict(f"{root} is not empty; restore into a folder that is missing or empty.")
    try:
        with tarfile.open(file) as archive:
            members = archive.getmembers()
            known = all(m.isfile() and (m.name == name or m.name.split("/")[0] in FOLDERS) for m in members)
            if not known or name not in {m.name for m in members}:
                raise BadFile(f"{file.name} is not a backup of a workspace; write one with `lifecycle backup FILE`.")
            with disk(f"The backup could not be restored into {root}"):
                root.mkdir(parents=True, exist_ok=True)
                archive.extractall(root, filter="data")
                remote.push_all(root)
    except tarfile.TarError as error:
        raise BadFile(f"{file.name} is not a backup of a workspace ({error}); write one with `lifecycle backup FILE`.") from error
    except FileNotFoundError as error:
        raise BadFile(f"There is no file {file}; name a backup that was written with `lifecycle backup FILE`.") from error
