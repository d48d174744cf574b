"""What every verb of a project starts from: the project as it was opened."""

from __future__ import annotations

from typing import Any

from lifecycle.errors import NotAllowed
from lifecycle.records import Settings
from lifecycle.stores.database import Database
from lifecycle.verbs.context import Caller, Context
from lifecycle.verbs.guarding import Guarded, refusal
from lifecycle.verbs.predictions import recording

__all__ = ["Opened"]

GOVERNING = frozenset({"release", "four_eyes", "approval_expires", "ramp", "guardrails"})


class Opened(Guarded):
    """A project that exists, what it is and how it behaves."""

    def __init__(self, context: Context) -> None:
        self._context = context
        context.config  # noqa: B018  a project that does not exist is refused here, not at its first verb

    def __repr__(self) -> str:
        config = self._context.config
        return f"Project({config.name!r}, {config.schema.task}, {config.schema.modality})"

    def _entrance(self) -> tuple[Database, Caller, str]:
        return self._context.database, self._context.caller, self._context.name

    @property
    def name(self) -> str:
        """The project's name, unique in its workspace."""
        return self._context.name

    def refusal(self, verb: str) -> str:
        """Why whoever calls may not call this verb here, as a sentence; empty where they may, or where nobody has an account."""
        return refusal(self._context.database, self._context.caller, verb, self._context.name)

    @property
    def config(self) -> Any:
        """What the project is: schema, window, whether it is only watched."""
        return self._context.config

    @property
    def settings(self) -> Settings:
        """How the project behaves, as stored now."""
        return self._context.settings

    def configure(self, by: str | None = None, **changes: Any) -> Settings:
        """Change settings by name; the change is an event.

        Raises
        ------
        UnknownName, InvalidValue : no such setting, or a value outside what is allowed. Nothing is changed.
        NotAllowed : who lets a version go live is changed by those who may let one.
        """
        if not GOVERNING.isdisjoint(changes) and (why := refusal(*self._entrance()[:2], "configure_release", self._context.name, by)):
            raise NotAllowed(why)
        return recording.configure(self._context, by, changes)
