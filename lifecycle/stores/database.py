"""The one SQLite file: WAL, foreign keys, forward migrations, and transactions that wait instead of failing.

One connection a thread; several processes may hold the file at once. A writer takes the write lock at once
(`BEGIN IMMEDIATE`) and waits for it, so 'database is locked' does not reach a user.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
import sqlite_utils

from lifecycle.errors import StoreError
from lifecycle.plain import plain

__all__ = ["Database", "dumps"]

Parameters = Sequence[Any] | Mapping[str, Any]

BUSY_SECONDS = 60.0


def dumps(value: Any) -> str:
    """Canonical JSON of a record or plain value: sorted keys, no spaces, so that equal values have equal bytes."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Database:
    """A workspace's state.

    Raises
    ------
    StoreError : the file is not a database, was written by a newer release, or the disk refuses.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        try:
            self._migrate()
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{path} cannot be opened as a Lifecycle database ({error}); restore a backup or name another folder.") from error

    @property
    def tables(self) -> sqlite_utils.Database:
        """This thread's connection as sqlite-utils sees it."""
        database: sqlite_utils.Database | None = getattr(self._local, "database", None)
        if database is None:
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA cache_size = -32000")
            self._local.database = database = sqlite_utils.Database(connection)
            self._local.depth = 0
        return database

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's bare connection, for statements with a shape of their own."""
        connection = self.tables.conn
        assert connection is not None
        return connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is durable when the block ends, none of it when it raises. Blocks may nest."""
        connection = self.connection
        if self._local.depth:
            yield connection
            return
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.DatabaseError as error:
            raise StoreError(f"The workspace could not be written ({error}); nothing was changed. Try again.") from error
        self._local.depth = 1
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if type(error) in (sqlite3.OperationalError, sqlite3.DatabaseError):  # a broken constraint is for the caller to explain
                raise StoreError(f"The workspace could not be written ({error}); nothing was changed. Free some disk and try again.") from error
            raise
        finally:
            self._local.depth = 0

    def rows(self, sql: str, parameters: Parameters = ()) -> list[dict[str, Any]]:
        """What a query finds, a dict a row."""
        cursor = self._read(sql, parameters)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def one(self, sql: str, parameters: Parameters = ()) -> dict[str, Any] | None:
        """The first row, or None."""
        found = self.rows(sql, parameters)
        return found[0] if found else None

    def value(self, sql: str, parameters: Parameters = ()) -> Any:
        """The first field of the first row, or None."""
        row = self._read(sql, parameters).fetchone()
        return row[0] if row else None

    def frame(self, sql: str, parameters: Parameters = ()) -> pd.DataFrame:
        """What a query finds, as a frame with its columns even when it is empty."""
        cursor = self._read(sql, parameters)
        names = [column[0] for column in cursor.description or ()]
        return pd.DataFrame(cursor.fetchall(), columns=names)

    def data_version(self) -> int:
        """A number that changes when another connection commits: cheap to poll."""
        return int(self.value("PRAGMA data_version"))

    def findings(self) -> list[str]:
        """What is wrong with the file itself, a sentence each."""
        wrong = [row["quick_check"] for row in self.rows("PRAGMA quick_check") if row["quick_check"] != "ok"]
        lost = self.rows("PRAGMA foreign_key_check")
        return [f"The database is damaged: {text}" for text in wrong] + [f"A row of {row['table']} belongs to nothing." for row in lost]

    def close(self) -> None:
        """Close this thread's connection."""
        if getattr(self._local, "database", None) is not None:
            self.connection.close()
            self._local.database = None

    def _read(self, sql: str, parameters: Parameters) -> sqlite3.Cursor:
        try:
            return self.connection.execute(sql, parameters)
        except sqlite3.DatabaseError as error:
            if getattr(self._local, "depth", 0):  # `write` tells what it means for the change under way
                raise
            raise StoreError(f"The workspace {self.path.parent} could not be read ({error}); check that its disk is there.") from error

    def _migrate(self) -> None:
        files = sorted((f for f in resources.files("lifecycle.stores.migrations").iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
        wanted = [int(file.name[:4]) for file in files]
        self.connection.execute("PRAGMA journal_mode = WAL")
        if self._schema_version() == max(wanted):
            return
        with self.write() as connection:
            have = self._schema_version()
            if have > max(wanted):
                raise StoreError(f"{self.path} was written by a newer release (schema {have}, this one knows {max(wanted)}); update Lifecycle.")
            for number, file in zip(wanted, files, strict=True):
                if number > have:
                    for statement in _statements(file.read_text("utf-8")):
                        connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {max(wanted)}")

    def _schema_version(self) -> int:
        return int(self.value("PRAGMA user_version"))


def _statements(script: str) -> Iterator[str]:
    """The statements of a script, so that they run inside the caller's transaction (executescript would commit it)."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
