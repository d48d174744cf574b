"""Steps that survive whoever runs them: what is done stays done, what was interrupted is tried again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

__all__ = ["Journal", "Keeper", "execute"]


class Journal(Protocol):
    """Where it is written down how far the steps have come."""

    def done(self) -> dict[str, dict[str, Any]]:
        """The steps that are done, each with what it found."""

    def begin(self, step: str) -> None:
        """A step is being tried."""

    def finish(self, step: str, found: Mapping[str, Any]) -> None:
        """A step is done; durable on return."""

    def together(self, step: str) -> AbstractContextManager[Any]:
        """What the step writes and that it is done become durable together."""


class Keeper(Protocol):
    """Who executes a run in the name of several workers, and keeps what each step found."""

    def keep(self, step: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What `work` returns, or returned before the run was interrupted."""

    def stopping(self) -> bool:
        """Whether this process is about to end."""


def execute(journal: Journal, steps: Mapping[str, Callable[[dict[str, dict[str, Any]]], Mapping[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Run the steps that are not done yet, in order; each is given what the ones before it found. Returns what all of them found.

    A step may be tried again after a crash in its midst, so whatever it does outside `together` has to bear repetition.
    """
    found = journal.done()
    for name, step in steps.items():
        if name not in found:
            journal.begin(name)
            with journal.together(name):
                found[name] = dict(step(found))
                journal.finish(name, found[name])
    return found
