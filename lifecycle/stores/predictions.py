"""The prediction log: a durable buffer in SQLite that is compacted into immutable Parquet segments."""
from __future__ import annotations
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
import pyarrow as pa
from lifecycle.stores.database import Database

class PredictionLog:
    """One stream of one project's predictions. Rows are numbered from 1 in order of arrival (`seq`)."""

    def __init__(self, database: Database, root: Path, project: str, stream: str = "served") -> None:
        raise NotImplementedError
    def append(self, table: pa.Table) -> tuple[int, int]:
        """Append rows (column `id` string and `time` timestamp[us, UTC] first); durable on return, in the caller's
        database transaction if there is one. Returns the first and last seq."""
        raise NotImplementedError
    @property
    def rows(self) -> int:
        """How many rows there are (= the last seq)."""
        raise NotImplementedError
    def batches(self, columns: Sequence[str] | None = None, after: int = 0, until: int | None = None, start: datetime | None = None,
                end: datetime | None = None, rows: int = 65_536) -> Iterator[pa.RecordBatch]:
        """Rows with after < seq <= until and start <= time < end, in order of seq, `seq` among the columns; memory is bounded."""
        raise NotImplementedError
    def read(self, columns: Sequence[str] | None = None, after: int = 0, until: int | None = None, start: datetime | None = None,
             end: datetime | None = None) -> pa.Table:
        """The same as one table."""
        raise NotImplementedError
    def find(self, ids: Sequence[str]) -> dict[str, int]:
        """The seq of each id that is in the log."""
        raise NotImplementedError
    def take(self, seqs: Sequence[int], columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of these seqs, in the order given."""
        raise NotImplementedError
    def compact(self) -> int:
        """Move the buffer into a segment; returns the rows moved."""
        raise NotImplementedError
