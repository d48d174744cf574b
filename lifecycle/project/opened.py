"""What every verb of a project starts from: the project as it was opened."""

from __future__ import annotations

from typing import Any

from lifecycle.records import Settings
from lifecycle.verbs import recording
from lifecycle.verbs.context import Context

__all__ = ["Opened"]


class Opened:
    """A project that exists, what it is and how it behaves."""

    def __init__(self, context: Context) -> None:
        self._context = context
        context.config  # noqa: B018  a project that does not exist is refused here, not at its first verb

    def __repr__(self) -> str:
        config = self._context.config
        return f"Project({config.name!r}, {config.schema.task}, {config.schema.modality})"

    @property
    def name(self) -> str:
        """The project's name, unique in its workspace."""
        return self._context.name

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
        """
        return recording.configure(self._context, by, changes)
