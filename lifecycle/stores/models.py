"""Model files: skops, content-addressed, opened only when their digest and their types are what was allowed."""
from __future__ import annotations
from pathlib import Path
from typing import Any

class ModelStore:
    """Estimators by the SHA-256 of their skops file, below `root`/models."""
    def __init__(self, root: Path, trusted: tuple[str, ...] = ()) -> None:
        raise NotImplementedError
    def save(self, estimator: Any) -> str:
        """Store an estimator (fitted or not); returns the SHA-256 of its file."""
        raise NotImplementedError
    def load(self, sha256: str) -> Any:
        """Read an estimator whose digest and types are checked first. Raises Tampered, StoreError."""
        raise NotImplementedError
    def import_file(self, path: Path) -> str:
        """Take in a skops file from elsewhere after checking its types. Raises BadFile."""
        raise NotImplementedError
    def path(self, sha256: str) -> Path:
        """Where the file lies."""
        raise NotImplementedError
