"""Immutable Parquet segments of the log, each with an index of its ids beside it.

A row's number is its segment's first number plus its place, so a file can be written before it is numbered. The index,
`<segment>.ids`, is the sorted 64-bit hashes of the ids and then their places; it is derived and rebuilt when it is gone.
"""

from __future__ import annotations

import functools
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lifecycle.stores import remote
from lifecycle.stores.durable import digest, disk, place

__all__ = ["Segment", "hashes", "iterate", "lookup", "schema", "take", "write"]

GROUP = 16_384  # rows; what is read for one row of the log

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Segment:
    """A file that lies on the disk: its path below the workspace, its rows, the span of their times, and its SHA-256."""

    path: str
    rows: int
    first_time: datetime
    last_time: datetime
    sha256: str


def write(root: Path, folder: str, table: pa.Table) -> Segment:
    """Store rows durably below root/folder. They are part of the log only when a manifest row says so."""
    name = f"{folder}/{secrets.token_hex(12)}.parquet"
    path = root / name
    strings = [f.name for f in table.schema if pa.types.is_string(f.type) or pa.types.is_dictionary(f.type)]
    options: dict[str, Any] = {
        "row_group_size": GROUP,
        "compression": "zstd",
        "compression_level": 1,
        "use_dictionary": [s for s in strings if s != "id"],
    }
    place(path, lambda aside: pq.write_table(table, aside, **options))
    _write_index(path, table["id"])
    span = pc.min_max(table["time"]).as_py()
    return Segment(name, table.num_rows, span["min"], span["max"], digest(path))


def schema(path: Path) -> pa.Schema:
    """The columns of a segment."""
    return _footer(path).schema.to_arrow_schema()


def iterate(
    path: Path, columns: Sequence[str], skip: int, rows: int, start: datetime | None = None, end: datetime | None = None
) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Batches of at most `rows` rows with the place of their first row, from a place at or before `skip` on. Groups without any
    time in [start, end) are passed over; the others are given whole."""
    file, size = _open(path), _group(path)
    groups = [group for group in range(skip // size, file.metadata.num_row_groups) if _overlaps(file.metadata.row_group(group), start, end)]
    stretches = np.split(groups, np.flatnonzero(np.diff(groups) > 1) + 1) if groups else []
    with disk(f"{path} could not be read"):
        for stretch in stretches:
            position = int(stretch[0]) * size
            for batch in file.iter_batches(rows, row_groups=stretch.tolist(), columns=_known(path, columns)):
                yield position, batch
                position += batch.num_rows


def take(path: Path, places: Numbers, columns: Sequence[str]) -> pa.Table:
    """The rows at these places, in the order given; only the row groups that hold them are read."""
    size = _group(path)
    groups, within = np.unique(places // size, return_inverse=True)
    with disk(f"{path} could not be read"):
        read = _open(path).read_row_groups(groups.tolist(), columns=_known(path, columns))
    starts = np.arange(len(groups)) * size  # every group but a file's last is full, and the last is read last
    return read.take(pa.array(starts[within] + places % size))


def lookup(path: Path, rows: int, ids: npt.NDArray[np.object_], hashed: npt.NDArray[np.uint64]) -> Numbers:
    """The place of each id, -1 where it is not in the segment. A hash that is met is confirmed by the id itself."""
    found: Numbers = np.full(len(ids), -1, dtype=np.int64)
    sorted_hashes, order = _index(path, rows)
    near = np.searchsorted(sorted_hashes, hashed)
    open_ = np.arange(len(ids))
    while True:
        inside = near[open_] < rows
        open_ = open_[inside]
        open_ = open_[sorted_hashes[near[open_]] == hashed[open_]]
        if not len(open_):
            return found
        places = order[near[open_]].astype(np.int64)
        same = take(path, places, ["id"])["id"].to_numpy() == ids[open_]
        found[open_[same]] = places[same]
        near = near + 1
        open_ = open_[~same]


def hashes(ids: npt.NDArray[np.object_]) -> npt.NDArray[np.uint64]:
    """A 64-bit hash of each id, the same in every process."""
    return pd.util.hash_array(ids, categorize=False)


def _known(path: Path, columns: Sequence[str]) -> list[str]:
    have = set(schema(path).names)
    return [name for name in columns if name in have] or ["time"]


def _group(path: Path) -> int:
    """The rows of each of a file's groups but its last."""
    footer = _footer(path)
    return int(footer.row_group(0).num_rows) if footer.num_row_groups else GROUP


def _overlaps(group: pq.RowGroupMetaData, start: datetime | None, end: datetime | None) -> bool:
    if start is None and end is None:
        return True
    found = next((column for column in map(group.column, range(group.num_columns)) if column.path_in_schema == "time"), None)
    span = found.statistics if found is not None and found.is_stats_set else None
    if span is None or not span.has_min_max:
        return True
    return (start is None or span.max >= _aware(start)) and (end is None or span.min < _aware(end))


def _aware(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _open(path: Path) -> pq.ParquetFile:
    with disk(f"{path} could not be read"):
        remote.present(path)
        return pq.ParquetFile(path, metadata=_footer(path))


@functools.lru_cache(maxsize=2048)
def _footer(path: Path) -> pq.FileMetaData:
    with disk(f"{path} could not be read"):
        remote.present(path)
        return pq.read_metadata(path)


@functools.lru_cache(maxsize=2048)
def _index(path: Path, rows: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint32]]:
    beside = path.with_suffix(".ids")
    if not remote.present(beside) or beside.stat().st_size != 12 * rows:
        _write_index(path, pq.read_table(path, columns=["id"])["id"])
    with disk(f"{beside} could not be read"):
        return np.memmap(beside, np.uint64, "r", 0, (rows,)), np.memmap(beside, np.uint32, "r", 8 * rows, (rows,))


def _write_index(path: Path, ids: pa.ChunkedArray) -> None:
    hashed = hashes(ids.to_numpy())
    order = np.argsort(hashed, kind="stable").astype(np.uint32)
    place(path.with_suffix(".ids"), lambda aside: aside.write_bytes(hashed[order].tobytes() + order.tobytes()))
