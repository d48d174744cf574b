"""What every verb is handed: the project's stores, its configuration and its clock."""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from lifecycle.errors import UnknownName
from lifecycle.plain import schema_from, settings_from
from lifecycle.records import ModelVersion, ProjectConfig, Rollout, Schema, Settings
from lifecycle.stores import events
from lifecycle.stores.database import Database
from lifecycle.stores.models import ModelStore
from lifecycle.stores.predictions import PredictionLog
from lifecycle.stores.snapshots import SnapshotStore

__all__ = ["Caller", "Clock", "Context", "Route", "who"]


@dataclass(slots=True)
class Clock:
    """The one clock. Set it, and the project lives in that time until it is set to None."""

    fixed: datetime | None = None

    def now(self) -> datetime:
        """The time, timezone-aware UTC."""
        return self.fixed if self.fixed is not None else datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls the verbs. Without a name each call says who (`by`), else it is the operating-system user.

    Attributes
    ----------
    name : bound to this person, who is the default `by` and cannot act as somebody else.
    session : the stored hash of the session they signed in with; a verb is refused once that has ended.
    trusted : the workspace's own processes, which have no account.
    """

    name: str | None = None
    session: str | None = None
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """Who answers: the champion, and the version on trial with its release row while there is one."""

    champion: ModelVersion
    candidate: ModelVersion | None = None
    trial: Rollout | None = None


@dataclass(slots=True)
class Context:
    """One project of one workspace. Cheap to make; holds nothing that another process could change under it."""

    name: str
    root: Path
    database: Database
    models: ModelStore
    snapshots: SnapshotStore
    clock: Clock = field(default_factory=Clock)
    draft: ProjectConfig | None = None  # a project that is being made and has no row yet
    draft_settings: Settings | None = None
    route: Route | None = None  # a serving process's own, warm and swapped by it; None: as committed at each call
    aside: Callable[[Callable[[], None]], None] | None = None  # where a serving process does what no request waits for
    caller: Caller = Caller()
    _seen: tuple[str, ProjectConfig] | None = None

    def now(self) -> datetime:
        """The project's time."""
        return self.clock.now()

    @property
    def config(self) -> ProjectConfig:
        """What the project is, as stored now.

        Raises
        ------
        UnknownName : the project is not in this workspace.
        """
        if self.draft is not None:
            return self.draft
        text = self.database.value("SELECT config FROM projects WHERE name = ?", (self.name,))
        if text is None:
            raise UnknownName.among("project", self.name, (r["name"] for r in self.database.rows("SELECT name FROM projects")))
        if self._seen is None or self._seen[0] != text:
            values = json.loads(text)
            values |= {"schema": schema_from(values["schema"]), "created": datetime.fromisoformat(values["created"])}
            self._seen = (text, ProjectConfig(**values))
        return self._seen[1]

    @property
    def schema(self) -> Schema:
        """The project's columns and roles."""
        return self.config.schema

    @property
    def settings(self) -> Settings:
        """The project's settings, as stored now."""
        if self.draft_settings is not None:
            return self.draft_settings
        text = self.database.value("SELECT settings FROM projects WHERE name = ?", (self.name,))
        return settings_from(json.loads(text or "{}"))

    def log(self, stream: str = "served") -> PredictionLog:
        """The prediction log of one stream."""
        return PredictionLog(self.database, self.root, self.name, stream, self.aside)

    def reference(self, sha256: str | None) -> pa.Table | None:
        """A reference snapshot, None where the version has none."""
        return self.snapshots.load(sha256) if sha256 else None

    def happened(self, by: str | None, verb: str, subject: str, details: Mapping[str, Any] | None = None) -> None:
        """Append an event; call it inside the transaction of the change that it tells."""
        events.append(self.database, self.name, self.now(), who(by), verb, subject, details or {})


def who(by: str | None) -> str:
    """The person who acts: as given, else $LIFECYCLE_USER, else the operating-system user."""
    if (named := (by or "").strip() or os.environ.get("LIFECYCLE_USER", "").strip()) != "":
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "local"
