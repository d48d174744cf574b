"""Model files: skops or ONNX, content-addressed, opened only when their digest, their signature and their types are what was allowed.

What may be in a file is decided by this program's configuration, never by the file: what skops trusts, the classes of
scikit-learn, numpy, scipy and this package's recipes, and the types that the operator lists: with commas in $LIFECYCLE_TRUSTED_TYPES,
or one a line in the file that $LIFECYCLE_TRUSTED_TYPES_FILE names. The bytes that are checked are the bytes that are opened.
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
from lifecycle.stores import remote
from lifecycle.stores.durable import digest, disk, place
from lifecycle.stores.onnx_model import OnnxModel, looks_like_onnx
from lifecycle.stores.signing import Signer, signed

__all__ = ["ModelStore"]

LIBRARIES = ("sklearn.", "numpy.", "scipy.", "lifecycle.train.")


KINDS = (".skops", ".onnx")


class ModelStore:
    """Estimators by the SHA-256 of their file, below `root`/models, each signed. `trusted`: types allowed beside the libraries'."""

    def __init__(self, root: Path, trusted: tuple[str, ...] = ()) -> None:
        self.root = root / "models"
        self.trusted = frozenset({"builtins.object", *trusted, *_listed_by_operator(self.root)})
        self.signer = Signer(root, self._adopt)

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
        """Read an estimator whose digest, signature and types are checked first.

        Raises
        ------
        Tampered : the file is not the one that was stored, or nobody here signed it. StoreError : it is gone, or holds types that are not allowed.
        """
        path = self.path(sha256)
        if not remote.present(path):
            raise StoreError(f"The model file {sha256[:12]} is not in this workspace; restore a backup.")
        with disk(f"The model file {sha256[:12]} could not be read"):
            content = path.read_bytes()
        if sha(content).hexdigest() != sha256:
            raise Tampered(f"The model file {sha256[:12]} was changed after it was stored and was not opened; restore a backup.")
        if unsigned := self._unsigned(path):
            raise Tampered(f"{unsigned} and was not opened; {_RESIGN}")
        if path.suffix == ".onnx":
            return OnnxModel(content)
        try:
            types = skops.io.get_untrusted_types(data=content)
            refused = self._refused(types)
            if not refused:
                return skops.io.loads(content, trusted=types)
        except Exception as error:
            raise StoreError(f"The model file {sha256[:12]} could not be loaded ({error}).") from error
        raise StoreError(f"The model file {sha256[:12]} holds {_listed(refused)}, which this workspace does not trust; {_REMEDY}")

    def import_file(self, path: Path) -> str:
        """Take in a skops or ONNX file from elsewhere after checking what is in it; nothing in it is run.

        Raises
        ------
        BadFile : it is neither, or holds types that are not allowed.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise BadFile(f"{path} cannot be read ({error.strerror}); give the path of a skops or ONNX file.") from error
        if looks_like_onnx(content):
            return self._keep(content, ".onnx")
        try:
            refused = self._refused(skops.io.get_untrusted_types(data=content))
        except Exception as error:
            raise BadFile(f"{path.name} is not a skops file, nor ONNX; write one with skops.io.dump(model, path).") from error
        if refused:
            raise BadFile(f"{path.name} holds {_listed(refused)}, which this workspace does not trust; {_REMEDY}")
        return self._keep(content)

    def path(self, sha256: str) -> Path:
        """Where the file lies."""
        known = [self.root / f"{sha256}{kind}" for kind in KINDS]
        here = next((path for path in known if path.is_file()), None)
        return here or next((path for path in known if remote.present(path)), known[0])

    def findings(self, sha256: str) -> list[str]:
        """What is wrong with a stored file, a sentence each."""
        path = self.path(sha256)
        if not remote.present(path):
            return [f"The model file {sha256[:12]} is missing; restore a backup."]
        if digest(path) != sha256:
            return [f"The model file {sha256[:12]} was changed after it was stored; restore a backup."]
        return [f"{unsigned}; {_RESIGN}"] if (unsigned := self._unsigned(path)) else remote.findings(path, sha256)

    def rotate(self, adopt: bool = False) -> tuple[int, list[str]]:
        """Sign every file that is in order with a new key (or the first of $LIFECYCLE_KEY), and forget the keys before it.

        `adopt` signs files without a good signature, too, when their content is what their name says: for a workspace whose key was lost, or
        is given from now on. Returns how many were signed, and what was left unsigned, a sentence each.
        """
        done, left = 0, []
        with self.signer.rotation():
            for path in self._files():
                if digest(path) != path.stem:
                    left.append(f"The model file {path.stem[:12]} was changed after it was stored; it was not signed.")
                elif not adopt and (unsigned := self._unsigned(path)):
                    left.append(f"{unsigned}; it was not signed, see --adopt.")
                else:
                    self._sign(path, self.signer.keys()[0])
                    done += 1
        return done, left

    def _keep(self, content: bytes, kind: str = ".skops") -> str:
        name = sha(content).hexdigest()
        path = self.root / f"{name}{kind}"
        if not path.is_file() or self._unsigned(path):
            self._sign(path, self.signer.keys()[0])
            place(path, lambda aside: aside.write_bytes(content))
        return name

    def _files(self) -> list[Path]:
        return sorted(path for kind in KINDS for path in self.root.glob(f"*{kind}") if not path.name.startswith("."))

    def _adopt(self, key: bytes) -> None:
        """A workspace without a key gets one: what it holds by then, and is what its name says, counts as its own."""
        for path in self._files():
            if digest(path) == path.stem:
                self._sign(path, key)

    def _sign(self, path: Path, key: bytes) -> None:
        place(_signature(path), lambda aside: aside.write_text(signed(path.name, key), "ascii"))

    def _unsigned(self, path: Path) -> str:
        """Why a file's signature proves nothing; empty where it does. The name is the content's digest, so signing it signs the content."""
        beside = _signature(path)
        self.signer.keys()  # a workspace of an earlier release, or from a backup, gets its key, and its files their signatures, here
        if not remote.present(beside):
            return f"The model file {path.stem[:12]} is not signed"
        with disk(f"The signature of the model file {path.stem[:12]} could not be read"):
            text = beside.read_bytes().decode("ascii", "replace")
        return "" if self.signer.holds(path.name, text) else f"The model file {path.stem[:12]} was not signed with a key of this workspace"

    def _refused(self, types: list[str]) -> list[str]:
        return [name for name in types if name not in self.trusted and not _is_library_class(name)]


_REMEDY = "if you know them, add them to LIFECYCLE_TRUSTED_TYPES in the server's environment."
_RESIGN = "restore a backup, or, if you know where it comes from, run: lifecycle rotate-key --adopt"


def _signature(path: Path) -> Path:
    return path.with_name(f"{path.name}.hmac")


def _listed_by_operator(models: Path) -> list[str]:
    """The types that the operator trusts, from the environment and from the file that it names, which must not lie where model files do."""
    listed = os.environ.get("LIFECYCLE_TRUSTED_TYPES", "").split(",")
    if named := os.environ.get("LIFECYCLE_TRUSTED_TYPES_FILE", "").strip():
        file = Path(named).expanduser().resolve()
        if file.is_relative_to(models.parent.resolve()):
            raise InvalidValue(f"{file} lies inside the workspace, where models come from; keep the list of trusted types elsewhere.")
        with disk(f"The list of trusted types {file} could not be read"):
            listed += [line.partition("#")[0] for line in file.read_text("utf-8").splitlines()]
    return [name for name in map(str.strip, listed) if name]


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
