"""Model files: skops, content-addressed, opened only when their digest and their types are what was allowed.

What may be in a file is decided by this program's configuration, never by the file: what skops trusts, the classes of
scikit-learn, numpy and scipy, and the types listed, with commas, in the environment variable LIFECYCLE_TRUSTED_TYPES.
"""

from __future__ import annotations

import importlib
import io
import os
from hashlib import sha256 as sha
from pathlib import Path
from typing import Any

import skops.io

from lifecycle.errors import BadFile, InvalidValue, StoreError, Tampered
from lifecycle.stores.durable import digest, place

__all__ = ["ModelStore"]

LIBRARIES = ("sklearn.", "numpy.", "scipy.")


class ModelStore:
    """Estimators by the SHA-256 of their skops file, below `root`/models. `trusted`: types allowed beside the libraries'."""

    def __init__(self, root: Path, trusted: tuple[str, ...] = ()) -> None:
        self.root = root / "models"
        listed = os.environ.get("LIFECYCLE_TRUSTED_TYPES", "")
        self.trusted = frozenset({"builtins.object", *trusted, *filter(None, (name.strip() for name in listed.split(",")))})

    def save(self, estimator: Any) -> str:
        """Store an estimator (fitted or not); returns the SHA-256 of its file.

        Raises
        ------
        InvalidValue : it cannot be written as skops, or holds types that could not be loaded again.
        """
        sink = io.BytesIO()
        try:
            skops.io.dump(estimator, sink)
            types = skops.io.get_untrusted_types(data=sink.getvalue())
        except Exception as error:
            raise InvalidValue(f"{type(estimator).__name__} cannot be stored as a skops file ({error}); use estimators without lambdas.") from error
        if refused := self._refused(types):
            raise InvalidValue(f"The model holds {_listed(refused)}, which this workspace does not trust; {_REMEDY}")
        return self._keep(sink.getvalue())

    def load(self, sha256: str) -> Any:
        """Read an estimator whose digest and types are checked first.

        Raises
        ------
        Tampered : the file is not the one that was stored. StoreError : it is gone, or holds types that are not allowed.
        """
        path = self.path(sha256)
        if not path.is_file():
            raise StoreError(f"The model file {sha256[:12]} is not in this workspace; restore a backup.")
        if digest(path) != sha256:
            raise Tampered(f"The model file {sha256[:12]} was changed after it was stored and was not opened; restore a backup.")
        try:
            types = skops.io.get_untrusted_types(file=path)
            refused = self._refused(types)
            if not refused:
                return skops.io.load(path, trusted=types)
        except Exception as error:
            raise StoreError(f"The model file {sha256[:12]} could not be loaded ({error}).") from error
        raise StoreError(f"The model file {sha256[:12]} holds {_listed(refused)}, which this workspace does not trust; {_REMEDY}")

    def import_file(self, path: Path) -> str:
        """Take in a skops file from elsewhere after checking its types; nothing in it is run.

        Raises
        ------
        BadFile : it is not a skops file, or holds types that are not allowed.
        """
        try:
            content = path.read_bytes()
            refused = self._refused(skops.io.get_untrusted_types(data=content))
        except OSError as error:
            raise BadFile(f"{path} cannot be read ({error.strerror}); give the path of a skops file.") from error
        except Exception as error:
            raise BadFile(f"{path.name} is not a skops file; write one with skops.io.dump(model, path).") from error
        if refused:
            raise BadFile(f"{path.name} holds {_listed(refused)}, which this workspace does not trust; {_REMEDY}")
        return self._keep(content)

    def path(self, sha256: str) -> Path:
        """Where the file lies."""
        return self.root / f"{sha256}.skops"

    def findings(self, sha256: str) -> list[str]:
        """What is wrong with a stored file, a sentence each."""
        path = self.path(sha256)
        if not path.is_file():
            return [f"The model file {sha256[:12]} is missing; restore a backup."]
        return [] if digest(path) == sha256 else [f"The model file {sha256[:12]} was changed after it was stored; restore a backup."]

    def _keep(self, content: bytes) -> str:
        name = sha(content).hexdigest()
        if not self.path(name).is_file():
            place(self.path(name), lambda aside: aside.write_bytes(content))
        return name

    def _refused(self, types: list[str]) -> list[str]:
        return [name for name in types if name not in self.trusted and not _is_library_class(name)]


_REMEDY = "if you know them, add them to LIFECYCLE_TRUSTED_TYPES in the server's environment."


def _is_library_class(name: str) -> bool:
    """Classes alone: a function of a library can do harm when it is called, and skops would call it."""
    if not name.startswith(LIBRARIES):
        return False
    module, _, attribute = name.rpartition(".")
    try:
        return isinstance(getattr(importlib.import_module(module), attribute, None), type)
    except ImportError:
        return False


def _listed(names: list[str]) -> str:
    return f"the type{'s' if len(names) > 1 else ''} {', '.join(names)}"
