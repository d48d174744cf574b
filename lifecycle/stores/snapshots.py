"""Frames as content-addressed Parquet: training sets and references."""
from __future__ import annotations
from pathlib import Path
import pyarrow as pa

class SnapshotStore:
    """Tables by the SHA-256 of their content, below `root`/snapshots."""
    def __init__(self, root: Path) -> None:
        raise NotImplementedError
    def save(self, table: pa.Table) -> str:
        """Store a table; the same content gives the same name."""
        raise NotImplementedError
    def load(self, sha256: str) -> pa.Table:
        """Read it back; raises Tampered when the file is not the one that was stored."""
        raise NotImplementedError
