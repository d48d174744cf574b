"""The prediction log: a durable buffer in SQLite that is compacted into immutable Parquet segments.

A small append is one row of the table `buffer`, durable when its transaction commits. A large one, and the buffer when it
has grown, becomes a Parquet segment: the file is on the disk before its row in the manifest commits, so that a crash in
between leaves at most a file that nobody knows, which a later compaction sweeps away.
"""

from __future__ import annotations

import secrets
import threading
import time as clock
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lifecycle.stores import remote, segments
from lifecycle.stores.columns import conform, unify
from lifecycle.stores.database import Database
from lifecycle.stores.durable import digest, disk
from lifecycle.stores.segments import Numbers, Segment

__all__ = ["LARGE", "PredictionLog"]

LARGE = 20_000  # rows: an append of as many, or a buffer of as many, becomes a segment
LARGE_BYTES = 64 << 20
SMALL = 256  # an entry of the buffer below this many rows is folded with its like when there are as many of them
ORPHAN_SECONDS = 86_400.0

_APPENDS: dict[tuple[str, str, str], int] = {}  # appends of this process since the buffer was folded
_APPENDS_LOCK = threading.Lock()
_IDS: OrderedDict[str, dict[str, int]] = OrderedDict()  # places of ids by an entry's token; entries never change


@dataclass(frozen=True, slots=True)
class _Part:
    """A segment, or an entry of the buffer when `path` is None."""

    path: Path | None
    token: str
    rows: int
    first_seq: int
    first_time: str
    last_time: str

    @property
    def last_seq(self) -> int:
        return self.first_seq + self.rows - 1


class PredictionLog:
    """One stream of one project's predictions. Rows are numbered from 1 in order of arrival (`seq`)."""

    def __init__(
        self, database: Database, root: Path, project: str, stream: str = "served", later: Callable[[Callable[[], None]], None] | None = None
    ) -> None:
        self.database = database
        self.root = root
        self.project = project
        self.stream = stream
        self._key = (project, stream)
        self._later = later  # where the buffer is folded while nobody waits for it; None: by whoever appends

    @property
    def rows(self) -> int:
        """How many rows there are (= the last seq)."""
        stored = "SELECT last_seq FROM segments WHERE project = ?1 AND stream = ?2 ORDER BY first_seq DESC LIMIT 1"
        buffered = "SELECT first_seq + rows - 1 FROM buffer WHERE project = ?1 AND stream = ?2 ORDER BY first_seq DESC LIMIT 1"
        return int(self.database.value(f"SELECT max(coalesce(({stored}), 0), coalesce(({buffered}), 0))", self._key))

    def stage(self, table: pa.Table) -> Segment:
        """Write a large batch to the disk ahead of its transaction, so that others need not wait; then `append` it."""
        return segments.write(self.root, f"predictions/{self.project}/{self.stream}", table)

    def append(self, table: pa.Table | Segment) -> tuple[int, int]:
        """Append rows (column `id` string and `time` timestamp[us, UTC] first); durable on return, in the caller's
        database transaction if there is one. Returns the first and last seq."""
        if isinstance(table, pa.Table) and table.num_rows >= LARGE:
            table = self.stage(table)
        with self.database.write():
            if isinstance(table, Segment):
                self.compact()
                first = self.rows + 1
                self._enter(table, first)
                return first, first + table.rows - 1
            first = self.rows + 1
            if table.num_rows:
                self._hold(first, table.num_rows, _packed(table))
                if self._later is None:
                    self._tidy()
                elif _due(self):
                    self._later(self.tidy)
            return first, first + table.num_rows - 1

    def discard(self, segment: Segment) -> None:
        """Remove a staged file that will not be appended."""
        for path in (self.root / segment.path, (self.root / segment.path).with_suffix(".ids")):
            remote.remove(path)

    def batches(
        self,
        columns: Sequence[str] | None = None,
        after: int = 0,
        until: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        rows: int = 65_536,
    ) -> Iterator[pa.RecordBatch]:
        """Rows with after < seq <= until and start <= time < end, in order of seq, `seq` always among the columns; memory
        is bounded. A column that older rows lack is null there; the log is read as it was at the first batch."""
        parts = [part for part in self._parts(after, until) if _overlaps(part, start, end)]
        tables = {part.token: self._buffered(part) for part in parts if part.path is None}
        schema = unify((self._schema(part, tables) for part in parts), columns)
        last = np.iinfo(np.int64).max if until is None else until
        needed = [*schema.names, "time"]
        for part in parts:
            for place, table in self._pieces(part, tables, needed, after, rows, (start, end)):
                if part.first_seq + place > last:
                    break  # a piece is read when it is asked for
                seq = part.first_seq + place + np.arange(table.num_rows)
                keep = (seq > after) & (seq <= last) & _within(table["time"], start, end)
                piece = _with_seq(conform(table, _without_seq(schema)), seq, columns)
                yield from (piece if keep.all() else piece.filter(pa.array(keep))).combine_chunks().to_batches()

    def read(
        self,
        columns: Sequence[str] | None = None,
        after: int = 0,
        until: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> pa.Table:
        """The same as one table."""
        found = list(self.batches(columns, after, until, start, end))
        if found:
            return pa.Table.from_batches(found).unify_dictionaries()
        parts = self._parts(0, None)
        tables = {part.token: self._buffered(part) for part in parts if part.path is None}
        schema = _without_seq(unify((self._schema(part, tables) for part in parts), columns))
        return _with_seq(schema.empty_table(), np.empty(0, dtype=np.int64), columns)

    def find(self, ids: Sequence[str]) -> dict[str, int]:
        """The seq of each id that is in the log."""
        wanted = list(dict.fromkeys(ids))
        return {id: seq for id, seq in zip(wanted, self.locate(wanted).tolist(), strict=True) if seq}

    def locate(self, ids: Sequence[str], after: int = 0) -> Numbers:
        """The seq of each id among the rows after `after`, 0 where it is not in the log."""
        wanted = np.array(ids, dtype=object)
        found: Numbers = np.zeros(len(wanted), dtype=np.int64)
        parts = self._parts(after, None) if len(wanted) else []
        stored = [part for part in parts if part.path is not None]
        if stored:
            hashed = segments.hashes(wanted)
            order = np.argsort(hashed)  # neighbours share pages of the index
            for part in stored:
                assert part.path is not None
                places = segments.lookup(part.path, part.rows, wanted[order], hashed[order])
                met = places >= 0
                found[order[met]] = part.first_seq + places[met]
        for part in parts:
            if part.path is None:
                self._locate_buffered(part, ids, found)
        return np.where(found > after, found, 0)

    def take(self, seqs: Sequence[int] | Numbers, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of these seqs, in the order given; `seq` is always among the columns. A seq beyond the log is an IndexError."""
        wanted: Numbers = np.asarray(seqs, dtype=np.int64)
        if not len(wanted):
            return self.read(columns, until=0)
        parts = self._parts(int(wanted.min()) - 1, int(wanted.max()))
        tables = {part.token: self._buffered(part) for part in parts if part.path is None}
        schema = unify((self._schema(part, tables) for part in parts), columns)
        plain = _without_seq(schema)
        owner = np.searchsorted([part.first_seq for part in parts], wanted, side="right") - 1
        pieces, order = [], []
        for number in np.unique(owner):
            mine = np.flatnonzero(owner == number)
            part = parts[int(number)]
            places = wanted[mine] - part.first_seq
            if number < 0 or places.max() >= part.rows:
                raise IndexError(f"No row {int(wanted[mine].max())} in the log of {self.project!r}, which has {self.rows}.")
            table = tables[part.token].take(pa.array(places)) if part.path is None else segments.take(part.path, places, plain.names)
            pieces.append(conform(table, plain))
            order.append(mine)
        whole = pa.concat_tables(pieces).unify_dictionaries()
        if len(pieces) > 1:
            whole = whole.take(pa.array(np.argsort(np.concatenate(order))))
        return _with_seq(whole, wanted, columns)

    def compact(self) -> int:
        """Move the buffer into a segment, in one transaction; returns the rows moved. Sweeps files that nobody knows."""
        with self.database.write() as connection:
            parts = [part for part in self._parts(0, None) if part.path is None]
            if parts:
                self._enter(self.stage(self._merged(parts)), parts[0].first_seq)
                connection.execute("DELETE FROM buffer WHERE project = ? AND stream = ?", self._key)
            self._sweep()
            return sum(part.rows for part in parts)

    def findings(self) -> list[str]:
        """What is wrong with the stored segments, a sentence each; nothing when every file is the one that was recorded."""
        found = []
        for row in self.database.rows("SELECT path, sha256 FROM segments WHERE project = ? AND stream = ? ORDER BY first_seq", self._key):
            path = self.root / row["path"]
            if not remote.present(path):
                found.append(f"The log segment {row['path']} of {self.project!r} is missing; restore a backup.")
            elif digest(path) != row["sha256"]:
                found.append(f"The log segment {row['path']} of {self.project!r} was changed after it was written; restore a backup.")
            else:
                found += remote.findings(path, row["sha256"])
        return found

    def _parts(self, after: int, until: int | None) -> list[_Part]:
        """What holds the rows after < seq <= until, in order; one statement, so that a compaction between is not seen half."""
        sql = """SELECT path, '' AS token, rows, first_seq, first_time, last_time FROM segments
                 WHERE project = ?1 AND stream = ?2 AND last_seq > ?3 AND first_seq <= ?4
                 UNION ALL SELECT NULL, token, rows, first_seq, '', '' FROM buffer
                 WHERE project = ?1 AND stream = ?2 AND first_seq + rows - 1 > ?3 AND first_seq <= ?4 ORDER BY first_seq"""
        last = np.iinfo(np.int64).max if until is None else until
        rows = self.database.connection.execute(sql, (*self._key, after, int(last))).fetchall()
        return [_Part(self.root / row[0] if row[0] else None, *row[1:]) for row in rows]

    def _buffered(self, part: _Part) -> pa.Table:
        sql = "SELECT payload FROM buffer WHERE project = ? AND stream = ? AND first_seq = ? AND token = ?"
        payload = self.database.value(sql, (*self._key, part.first_seq, part.token))
        if payload is not None:
            return pa.ipc.open_stream(payload).read_all()
        moved = self._parts(part.first_seq - 1, part.last_seq)  # compacted or folded since the list was made
        return self._merged(moved).slice(part.first_seq - moved[0].first_seq, part.rows)

    def _merged(self, parts: Sequence[_Part]) -> pa.Table:
        tables = [
            self._buffered(part) if part.path is None else segments.take(part.path, np.arange(part.rows), segments.schema(part.path).names)
            for part in parts
        ]
        schema = unify(table.schema for table in tables)
        return pa.concat_tables([conform(table, schema) for table in tables]).unify_dictionaries().combine_chunks()

    def _schema(self, part: _Part, tables: dict[str, pa.Table]) -> pa.Schema:
        return tables[part.token].schema if part.path is None else segments.schema(part.path)

    def _pieces(
        self, part: _Part, tables: dict[str, pa.Table], columns: Sequence[str], after: int, rows: int, span: tuple[datetime | None, datetime | None]
    ) -> Iterator[tuple[int, pa.Table]]:
        if part.path is None:
            table = tables[part.token]
            yield from ((place, table.slice(place, rows)) for place in range(0, part.rows, rows))
            return
        for place, batch in segments.iterate(part.path, columns, max(0, after - part.first_seq + 1), rows, *span):
            yield place, pa.Table.from_batches([batch])

    def _locate_buffered(self, part: _Part, ids: Sequence[str], found: Numbers) -> None:
        places = _IDS.get(part.token)
        if places is None:
            places = {id: place for place, id in enumerate(self._buffered(part)["id"].to_pylist())}
            _IDS[part.token] = places
            while len(_IDS) > 4 * SMALL:
                _IDS.popitem(last=False)
        if len(places) < len(ids):
            where = {id: number for number, id in enumerate(ids)} if len(ids) > 1 else {ids[0]: 0}
            hits = ((where[id], place) for id, place in places.items() if id in where)
        else:
            hits = ((number, places[id]) for number, id in enumerate(ids) if id in places)
        for number, place in hits:
            found[number] = part.first_seq + place

    def tidy(self) -> None:
        """Keep the buffer short while others append: what is small is merged first, and the transaction that puts it in place is short."""
        if self._waiting()[0]:
            self._compact_apart()
        else:
            self._fold()

    def _tidy(self) -> None:
        """The same in the transaction of an append, when there is something to do."""
        large, small = self._waiting()
        if large:
            self.compact()
        elif small >= SMALL:
            self._fold()

    def _waiting(self) -> tuple[bool, int]:
        """Whether the buffer is large, and how many of its entries are small."""
        sql = "SELECT coalesce(sum(rows), 0), sum(length(payload)), sum(rows < ?) FROM buffer WHERE project = ? AND stream = ?"
        rows, size, small = self.database.connection.execute(sql, (SMALL, *self._key)).fetchone()
        return rows >= LARGE or (size or 0) >= LARGE_BYTES, small or 0

    def _compact_apart(self) -> None:
        """`compact` with the file written before its transaction, so that nobody who appends waits for it."""
        parts = [part for part in self._parts(0, None) if part.path is None]
        segment = self.stage(self._merged(parts))
        with self.database.write():
            mine = self._taken(parts)
            if mine:
                self._enter(segment, parts[0].first_seq)
                self._sweep()
        if not mine:
            self.discard(segment)

    def _taken(self, parts: Sequence[_Part]) -> bool:
        """Take entries out of the buffer; False where another process has folded or compacted them meanwhile."""
        span = (*self._key, parts[0].first_seq, parts[-1].first_seq)
        where = "FROM buffer WHERE project = ? AND stream = ? AND first_seq BETWEEN ? AND ?"
        connection = self.database.connection
        if [row[0] for row in connection.execute(f"SELECT token {where} ORDER BY first_seq", span)] != [part.token for part in parts]:
            return False
        connection.execute(f"DELETE {where}", span)
        return True

    def _fold(self) -> None:
        parts = [part for part in self._parts(0, None) if part.path is None]
        while parts and parts[0].rows >= SMALL:
            parts.pop(0)
        if len(parts) < 2:
            return
        table = self._merged(parts)
        payload = _packed(table)
        with self.database.write():
            if self._taken(parts):
                self._hold(parts[0].first_seq, table.num_rows, payload)

    def _hold(self, first: int, rows: int, payload: bytes) -> None:
        names = "project, stream, token, first_seq, rows, payload"
        row = (*self._key, secrets.token_hex(8), first, rows, payload)
        self.database.connection.execute(f"INSERT INTO buffer ({names}) VALUES (?, ?, ?, ?, ?, ?)", row)

    def _enter(self, segment: Segment, first: int) -> None:
        span = (first, first + segment.rows - 1, _iso(segment.first_time), _iso(segment.last_time))
        row = (*self._key, segment.path, segment.rows, *span, segment.sha256)
        names = "project, stream, path, rows, first_seq, last_seq, first_time, last_time, sha256"
        with self.database.write() as connection:
            connection.execute(f"INSERT INTO segments ({names}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def _sweep(self) -> None:
        """Remove files of appends that never committed; young ones may belong to an append that is under way."""
        known = {Path(row["path"]).stem for row in self.database.rows("SELECT path FROM segments WHERE project = ? AND stream = ?", self._key)}
        folder = self.root / "predictions" / self.project / self.stream
        with disk(f"{folder} could not be tidied"):
            for path in folder.iterdir() if folder.is_dir() else ():
                if path.name.lstrip(".").split(".")[0] not in known and path.stat().st_mtime < clock.time() - ORPHAN_SECONDS:
                    remote.remove(path)


def _due(log: PredictionLog) -> bool:
    """Whether this process has appended often enough for the buffer to be folded; at its first append, too, for those who died early."""
    key = (str(log.database.path), log.project, log.stream)
    with _APPENDS_LOCK:
        _APPENDS[key] = (_APPENDS.get(key, -1) + 1) % SMALL
        return _APPENDS[key] == 0


def _packed(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    table = table.combine_chunks()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _iso(time: datetime) -> str:
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="microseconds")


def _overlaps(part: _Part, start: datetime | None, end: datetime | None) -> bool:
    if part.path is None:
        return True
    return (start is None or part.last_time >= _iso(start)) and (end is None or part.first_time < _iso(end))


def _within(times: pa.ChunkedArray, start: datetime | None, end: datetime | None) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    keep = np.ones(len(times), dtype=bool)
    if start is not None or end is not None:
        micros = pc.cast(times, pa.int64()).to_numpy()
        if start is not None:
            keep &= micros >= _micros(start)
        if end is not None:
            keep &= micros < _micros(end)
    return keep


def _micros(time: datetime) -> int:
    return int(np.datetime64((time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC).replace(tzinfo=None), "us").astype(np.int64))


def _without_seq(schema: pa.Schema) -> pa.Schema:
    return pa.schema([field for field in schema if field.name != "seq"])


def _with_seq(table: pa.Table, seq: Numbers, columns: Sequence[str] | None) -> pa.Table:
    names = list(columns) if columns is not None else []
    at = names.index("seq") if "seq" in names else (min(2, table.num_columns) if columns is None else table.num_columns)
    return table.add_column(at, "seq", pa.array(seq, pa.int64()))
