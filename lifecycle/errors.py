"""What can be refused, as one small tree.

Every message says what was given, what is allowed and what to do::

    LifecycleError                 anything Lifecycle refuses; catch this one
    +- UnknownName                 no project, test, strategy, version, run ... of that name
    +- InvalidValue                an argument outside what is allowed
    +- BadData                     rows or columns that cannot land; `.refused` lists them row by row
    |  +- BadFile                  a file that is not what its name says, or cannot be read
    +- Conflict                    it would contradict what is recorded already
    +- NotReady                    something has to happen first (no champion, no labels, no reference)
    +- NotAllowed                  this person may not do that
    |  +- SignedOut                nobody is signed in, or the session has ended; nothing was changed
    +- StoreError                  the disk or the database would not take it; nothing was changed
    |  +- Tampered                 a stored file is not the one that was recorded
    +- TrainingFailed              user code in a recipe failed; the message is its reason
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pandas as pd

__all__ = [
    "BadData",
    "BadFile",
    "Conflict",
    "InvalidValue",
    "LifecycleError",
    "NotAllowed",
    "NotReady",
    "SignedOut",
    "StoreError",
    "Tampered",
    "TrainingFailed",
    "UnknownName",
]


class LifecycleError(Exception):
    """Anything Lifecycle refuses: one plain sentence that says how to mend it."""


class UnknownName(LifecycleError, KeyError):
    """A name that is not registered or stored.

    >>> raise UnknownName.among("drift test", "kss", ["psi", "kolmogorov_smirnov"])
    Traceback (most recent call last):
    ...
    lifecycle.errors.UnknownName: No drift test named 'kss'; known: kolmogorov_smirnov, psi.
    """

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""

    @classmethod
    def among(cls, kind: str, given: object, known: Iterable[object]) -> UnknownName:
        """The sentence for `given`, which is none of `known`."""
        names = ", ".join(sorted(str(name) for name in known)) or "none yet"
        return cls(f"No {kind} named {given!r}; known: {names}.")


class InvalidValue(LifecycleError, ValueError):
    """An argument outside what is allowed."""


class BadData(LifecycleError, ValueError):
    """Data that cannot land. Nothing of it was stored.

    Attributes
    ----------
    refused : DataFrame with the columns row (position in what was given, from 0), column, value, reason.
    """

    def __init__(self, message: str, refused: pd.DataFrame | None = None) -> None:
        super().__init__(message)
        columns = ["row", "column", "value", "reason"]
        self.refused = pd.DataFrame(columns=columns) if refused is None else refused


class BadFile(BadData):
    """A file that is not what its name says, is empty, or cannot be read."""


class Conflict(LifecycleError):
    """It would contradict what is recorded already."""


class NotReady(LifecycleError):
    """Something else has to happen first."""


class NotAllowed(LifecycleError, PermissionError):
    """This person may not do that."""


class SignedOut(NotAllowed):
    """Nobody is signed in, or the session has ended. Nothing was changed: sign in and do it again."""


class StoreError(LifecycleError, OSError):
    """The disk or the database would not take it; nothing was changed."""

    @classmethod
    @contextmanager
    def told(cls, what: str, advice: str) -> Iterator[None]:
        """Turn whatever a service's client raises in the block into one sentence; what is ours passes as it is.

        >>> with StoreError.told("The bucket could not be read", "check its keys."):
        ...     raise RuntimeError("access denied")
        Traceback (most recent call last):
        ...
        lifecycle.errors.StoreError: The bucket could not be read (access denied); check its keys.
        """
        try:
            yield
        except LifecycleError:
            raise
        except Exception as error:
            reason = str(error).strip().splitlines() or [type(error).__name__]
            raise cls(f"{what} ({reason[0][:200]}); {advice}") from error


class Tampered(StoreError):
    """A stored file is not the one that was recorded."""


class TrainingFailed(LifecycleError):
    """A recipe could not be trained; the message is the plain reason."""
