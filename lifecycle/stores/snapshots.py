"""Frames as content-addressed Parquet: training sets and references."""

from __future__ import annotations

import io
from hashlib import sha256 as sha
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from lifecycle.errors import StoreError, Tampered
from lifecycle.stores import remote
from lifecycle.stores.durable import digest, disk, place

__all__ = ["SnapshotStore"]


class SnapshotStore:
    """Tables by the SHA-256 of their content, below `root`/snapshots."""

    def __init__(self, root: Path) -> None:
        self.root = root / "snapshots"

    def save(self, table: pa.Table) -> str:
        """Store a table; the same content gives the same name."""
        sink = io.BytesIO()
        pq.write_table(table.combine_chunks(), sink, compression="zstd", row_group_size=65_536)
        content = sink.getbuffer()
        name = sha(content).hexdigest()
        if not remote.present(self.path(name)):
            place(self.path(name), lambda aside: aside.write_bytes(content))
        return name

    def load(self, sha256: str) -> pa.Table:
        """Read it back.

        Raises
        ------
        Tampered : the file is not the one that was stored. StoreError : it is gone.
        """
        path = self.path(sha256)
        if not remote.present(path):
            raise StoreError(f"The snapshot {sha256[:12]} is not in this workspace; restore a backup.")
        if digest(path) != sha256:
            raise Tampered(f"The snapshot {sha256[:12]} was changed after it was stored; restore a backup.")
        with disk(f"The snapshot {sha256[:12]} could not be read"):
            return pq.read_table(path)

    def path(self, sha256: str) -> Path:
        """Where the file lies."""
        return self.root / f"{sha256}.parquet"

    def findings(self, sha256: str) -> list[str]:
        """What is wrong with a stored table, a sentence each."""
        path = self.path(sha256)
        if not remote.present(path):
            return [f"The snapshot {sha256[:12]} is missing; restore a backup."]
        if digest(path) != sha256:
            return [f"The snapshot {sha256[:12]} was changed after it was stored; restore a backup."]
        return remote.findings(path, sha256)
