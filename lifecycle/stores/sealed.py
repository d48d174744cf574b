"""Sealed segments of a log as a thing of their own: read where the database is not, as by a worker of a cluster."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from lifecycle.stores import remote
from lifecycle.stores.predictions import PredictionLog, _Part

__all__ = ["SealedLog", "sealed"]


class SealedLog(PredictionLog):
    """The rows of some segments, which never change. It can be sent to another process; what that machine's disk lacks is brought
    from the URL of the workspace's files for the length of a reading."""

    def __init__(self, log: PredictionLog, after: int, until: int) -> None:
        self.root, self.project, self.stream = log.root, log.project, log.stream
        self.url = remote.kept(log.root)
        self._sealed = log._parts(after, until)

    @property
    def rows(self) -> int:
        """The seq of the last of these rows."""
        return self._sealed[-1].last_seq

    @property
    def whole(self) -> bool:
        """Whether all the rows that were asked for lie in segments."""
        return bool(self._sealed) and all(part.path is not None for part in self._sealed)

    def read(
        self,
        columns: Sequence[str] | None = None,
        after: int = 0,
        until: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> pa.Table:
        """As `PredictionLog.read`.

        Raises
        ------
        StoreError : a segment is neither here nor at the URL.
        """
        there = copy.copy(self)
        with ExitStack() as stack:
            there._sealed = [replace(part, path=self._brought(part.path, stack)) for part in self._sealed if part.path is not None]
            return PredictionLog.read(there, columns, after, until, start, end)

    def _brought(self, path: Path, stack: ExitStack) -> Path:
        if path.is_file() or not self.url:
            return path
        aside = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lifecycle-segment-"))) / path.name
        remote.bring(self.url, path.relative_to(self.root).as_posix(), aside)
        return aside

    def _parts(self, after: int, until: int | None) -> list[_Part]:
        last = self.rows if until is None else until
        return [part for part in self._sealed if part.last_seq > after and part.first_seq <= last]


def sealed(log: PredictionLog, after: int, until: int) -> SealedLog | None:
    """The segments that hold the rows after < seq <= until; None where some of these rows lie in the buffer yet."""
    found = SealedLog(log, after, until)
    return found if found.whole else None
