"""The key that model files are signed with: who can write a file into the workspace cannot make one that is opened.

The key is $LIFECYCLE_KEY, at least 32 characters; several with commas between: the first signs, the others are still good, so that keys
change while processes run. Without it the workspace has a key of its own, `keys/model.keys`, which its owner alone can read.
"""

from __future__ import annotations

import fcntl
import hmac
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lifecycle.errors import InvalidValue, StoreError
from lifecycle.stores.durable import disk, place

__all__ = ["Signer"]

LEAST = 32
VARIABLE = "LIFECYCLE_KEY"


class Signer:
    """HMAC-SHA256 of short texts with the keys of a workspace. `adopt` is called with a key before it is written for the first time."""

    def __init__(self, root: Path, adopt: Callable[[bytes], None]) -> None:
        self.folder = root / "keys"
        self._file = self.folder / "model.keys"
        self._adopt = adopt

    @property
    def outside(self) -> bool:
        """Whether the keys come from the environment, where this program cannot change them."""
        return bool(os.environ.get(VARIABLE, "").strip())

    def sign(self, text: str) -> str:
        """The signature with the newest key."""
        return signed(text, self.keys()[0])

    def holds(self, text: str, signature: str) -> bool:
        """Was it signed with a key that is good?"""
        return any(hmac.compare_digest(signed(text, key).encode(), signature.strip().encode()) for key in self.keys())

    def keys(self) -> list[bytes]:
        """The keys that are good, the newest first.

        Raises
        ------
        InvalidValue : one in the environment is short. StoreError : the file cannot be read or made, or others can read it.
        """
        if self.outside:
            given = [key.strip() for key in os.environ[VARIABLE].split(",") if key.strip()]
            if any(len(key) < LEAST for key in given) or not given:
                raise InvalidValue(f"A key in {VARIABLE} is shorter than {LEAST} characters; make one with: openssl rand -hex 32")
            return [key.encode() for key in given]
        if not self._file.exists():
            self._make()
        with disk("The key that model files are signed with could not be read"):
            if self._file.stat().st_mode & 0o077:
                raise StoreError(f"Others can read {self._file}, so a signature proves nothing; chmod 600 it and run: lifecycle rotate-key")
            return [bytes.fromhex(line) for line in self._file.read_text("ascii").split()]

    @contextmanager
    def rotation(self) -> Iterator[None]:
        """A new key from here on; the old ones are good until the block ends, and are forgotten then. With keys from outside nothing changes."""
        if self.outside:
            yield
            return
        old = self.keys()
        with self._locked():
            new = secrets.token_bytes(32)
            self._write([new, *old])
            yield
            self._write([new])

    def _make(self) -> None:
        with self._locked():
            if not self._file.exists():  # another process may have been first
                key = secrets.token_bytes(32)
                self._adopt(key)
                self._write([key])

    def _write(self, keys: list[bytes]) -> None:
        def write(aside: Path) -> None:
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                file.write("\n".join(key.hex() for key in keys) + "\n")

        place(self._file, write)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with disk("The key that model files are signed with could not be made"):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def signed(text: str, key: bytes) -> str:
    """The signature of a text.

    >>> signed("a", b"k" * 32) == signed("a", b"k" * 32) != signed("b", b"k" * 32)
    True
    """
    return hmac.new(key, text.encode(), "sha256").hexdigest()
