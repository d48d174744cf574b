"""A workspace: a folder with one database, the log, the models and the snapshots of its projects."""

from __future__ import annotations

import copy
import json
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from lifecycle import schema as door
from lifecycle.costs import require_costs
from lifecycle.errors import Conflict, InvalidValue, NotAllowed, SignedOut, StoreError, UnknownName
from lifecycle.notices import Notices
from lifecycle.people import People
from lifecycle.project import Project
from lifecycle.records import Modality, ProjectConfig, Schema, Settings, TaskKind
from lifecycle.stores import archive, events, remote, versions, workers
from lifecycle.stores.database import Database, dumps
from lifecycle.stores.durable import disk
from lifecycle.stores.models import ModelStore
from lifecycle.stores.passwords import digest
from lifecycle.stores.predictions import PredictionLog
from lifecycle.stores.snapshots import SnapshotStore
from lifecycle.train import recipes
from lifecycle.verbs import standing
from lifecycle.verbs.accounts import people as people_verbs
from lifecycle.verbs.configuring import require_settings, require_window
from lifecycle.verbs.context import Caller, Clock, Context, who
from lifecycle.verbs.guarding import Guarded, refusal
from lifecycle.verbs.label import labeling
from lifecycle.verbs.monitor import drifting, performing
from lifecycle.verbs.monitor.drift_policy import require_alarms
from lifecycle.verbs.train import training as training_verbs

__all__ = ["Workspace", "open_workspace", "restore"]

NAME = re.compile(r"[a-z0-9-]{1,64}")
TASKS = ("classification", "regression")
MODALITIES = ("tabular", "image", "text", "series")
DATABASE = "lifecycle.db"


def open_workspace(path: str | Path | None = None) -> Workspace:
    """Open a workspace, and make it when it is missing: `path`, else $LIFECYCLE_HOME, else data/workspace.

    Raises
    ------
    StoreError : the path is a file, or the folder cannot be made or written.
    """
    return Workspace(Path(path if path is not None else os.environ.get("LIFECYCLE_HOME") or "data/workspace"))


def restore(file: str | Path, path: str | Path | None = None) -> Workspace:
    """Put a backup into a workspace folder that is missing or empty, and open it.

    Raises
    ------
    BadFile : it is no backup. Conflict : there is something in the folder already.
    """
    root = Path(path if path is not None else os.environ.get("LIFECYCLE_HOME") or "data/workspace")
    archive.unpack(Path(file), root, DATABASE)
    return Workspace(root)


class Workspace(Guarded):
    """The projects of one folder. Several processes may hold it at once.

    Attributes
    ----------
    path : the folder. clock : the time that its projects live in; set `clock.fixed` to replay a history.
    """

    def __init__(self, path: Path, clock: Clock | None = None) -> None:
        self.path = path.expanduser().resolve()
        if self.path.exists() and not self.path.is_dir():
            raise StoreError(f"{self.path} is a file; a workspace is a folder. Name another path.")
        with disk(f"The workspace {self.path} could not be made"):
            self.path.mkdir(parents=True, exist_ok=True)
        if not os.access(self.path, os.W_OK):
            raise StoreError(f"The folder {self.path} cannot be written; change its permissions or name another path.")
        self.database = Database(self.path / DATABASE)
        self.models = ModelStore(self.path)
        self.snapshots = SnapshotStore(self.path)
        self.clock = clock or Clock()
        self._caller = Caller()

    def __repr__(self) -> str:
        return f"Workspace({str(self.path)!r})"

    @property
    def people(self) -> People:
        """Accounts, roles, sessions and tokens."""
        return People(self._context(""))

    @property
    def notices(self) -> Notices:
        """Notifications: channels that are told what happens, and what was sent to them."""
        return Notices(self._context(""))

    def as_user(self, name: str) -> Workspace:
        """The same workspace bound to a person: the default `by`, who cannot act as somebody else and whose role rules reading, too."""
        return self._as(Caller(name))

    def as_session(self, secret: str) -> Workspace:
        """The same workspace bound to whoever signed in with this secret; every verb is refused once the session has ended.

        Raises
        ------
        SignedOut : it has ended already.
        """
        name = self.people.session(secret)
        if name is None:
            raise SignedOut("You are not signed in, or your session has ended; sign in first.")
        return self._as(Caller(name, digest(secret)))

    def as_worker(self) -> Workspace:
        """The same workspace for its own processes, which have no account: no role is asked of them."""
        return self._as(Caller(trusted=True))

    def refusal(self, verb: str, project: str = "") -> str:
        """Why whoever calls may not call this verb, as a sentence; empty where they may, or where nobody has an account."""
        return refusal(self.database, self._caller, verb, project)

    def create_project(
        self,
        name: str,
        task: TaskKind = "classification",
        modality: Modality = "tabular",
        target: str = "label",
        classes: Sequence[Any] | None = None,
        timestamp: str | None = None,
        window: str = "1000 rows",
        recipe: Any | None = None,
        training: pd.DataFrame | None = None,
        reference: pd.DataFrame | None = None,
        settings: Settings | None = None,
        description: str = "",
        by: str | None = None,
    ) -> Project:
        """Make a project; with a recipe and training data its first champion is fitted. All of it or nothing.

        Parameters
        ----------
        name : 1 to 64 of a-z, 0-9 and -.
        target : its column in training, reference and label frames.
        classes : None: read from training and reference.
        timestamp : its column; None: `timestamp` where there is one, else the time of arrival.
        window : "1000 rows", or a pandas offset such as "1D", "7D", "QS".
        recipe : an unfitted scikit-learn estimator, the name of a ready one (`ready_recipes()`), or the path of a skops file;
            None: the model lives elsewhere and is only watched.
        reference : rows held out from training: what normal looks like; None: a fifth of `training`.

        Raises
        ------
        InvalidValue, BadData : an argument or a row outside what is allowed. Conflict : the name is taken.
        TrainingFailed : the recipe could not be fitted.
        """
        self._require_new(name, task, modality)
        settings = settings or Settings()
        require_settings(settings, task)
        window = require_window(window)
        if recipe is None and training is not None and reference is None and "prediction" not in getattr(training, "columns", ()):
            raise InvalidValue(
                "There is training data but no recipe; give an unfitted scikit-learn estimator as `recipe`, or a reference with predictions."
            )
        schema = door.infer([training, reference], task, modality, target, classes, timestamp)
        settings = replace(settings, costs=require_costs(settings.costs, schema.classes))
        require_alarms(settings, schema, window)
        recipe = self._recipe(recipe, schema)
        if recipe is not None:
            settings = replace(settings, recipe=self.models.save(recipe))
        config = ProjectConfig(name, schema, window, recipe is None, self.clock.now(), who(by), description)
        context = self._context(name)
        context.draft, context.draft_settings = config, settings
        fields = training_verbs.prepare_first(context, recipe, training, reference)
        if fields is None and recipe is None:
            fields = {"model": None}
        self._store(config, settings, fields)
        return self.project(name)

    def project(self, name: str) -> Project:
        """The project of that name.

        Raises
        ------
        UnknownName : there is none. NotAllowed : this workspace is bound to somebody who has no role in it.
        """
        if self._caller.name and (why := refusal(self.database, self._caller, "config", name)):
            raise NotAllowed(why)
        return Project(self._context(name))

    def projects(self) -> list[Project]:
        """All projects, by name; with accounts, those that whoever calls may see."""
        names = [row["name"] for row in self.database.rows("SELECT name FROM projects ORDER BY name")]
        return [Project(self._context(name)) for name in names if not refusal(self.database, self._caller, "config", name)]

    def workers(self) -> list[str]:
        """The workers that were seen alive within half a minute, by name."""
        return workers.alive(self.database, datetime.now(UTC))

    def status(self) -> dict[str, Any]:
        """How it stands: workers (their heartbeat), projects (health, run under way, queue, next due), notifications (waiting, failed)."""
        context = self._context("")
        projects = {project.name: standing.of_project(self._context(project.name)) for project in self.projects()}
        return {"workers": standing.of_workers(context), "projects": projects, "notifications": standing.outbox(context)}

    def verify(self) -> list[str]:
        """What is not as it was recorded, a sentence each: the database, the history's chain, log segments, models, snapshots."""
        found = self.database.findings()
        if (link := events.broken_link(self.database)) is not None:
            found.append(f"The history was changed: event {link} does not follow from the one before; restore a backup.")
        for row in self.database.rows("SELECT DISTINCT project, stream FROM segments ORDER BY project, stream"):
            found += PredictionLog(self.database, self.path, row["project"], row["stream"]).findings()
        for row in self.database.rows("SELECT DISTINCT model FROM versions WHERE model IS NOT NULL ORDER BY model"):
            found += self.models.findings(row["model"])
        stored = "SELECT training AS name FROM versions UNION SELECT reference FROM versions"
        for row in self.database.rows(f"SELECT name FROM ({stored}) WHERE name IS NOT NULL ORDER BY name"):
            found += self.snapshots.findings(row["name"])
        found += people_verbs.findings(self._context(""))
        for text in (row["settings"] for row in self.database.rows("SELECT settings FROM projects ORDER BY name")):
            found += self.models.findings(recipe) if (recipe := json.loads(text).get("recipe")) else []
        return found

    def rotate_key(self, adopt: bool = False, by: str | None = None) -> tuple[int, list[str]]:
        """Sign all model files with a new key (or the first of $LIFECYCLE_KEY) and forget the old ones; `adopt` signs unsigned ones, too.
        Returns how many were signed, and what was left as it was, a sentence each."""
        signed, left = self.models.rotate(adopt)
        with self.database.write():
            self._context("").happened(by, "rotate_key", "model files", {"signed": signed, "left": len(left), "adopt": adopt})
        return signed, left

    def backup(self, file: str | Path) -> Path:
        """Write everything into one file while the workspace is in use; returns its path."""
        return archive.pack(self.database, self.path, Path(file), DATABASE)

    def keep_files(self, url: str) -> int:
        """Copy the log's segments, models and snapshots to a file store (`s3://bucket/prefix`, or any other URL of fsspec) and keep
        them there from now on, too; this disk becomes a cache of it. Returns how many files were copied.

        Raises
        ------
        InvalidValue : it is no URL. StoreError : the service refuses; nothing is changed then.
        """
        return remote.adopt(self.path, url)

    def rebuild(self) -> None:
        """Drop all that is derived and derive it again from the facts."""
        for project in self.projects():
            context = self._context(project.name)
            drifting.rebuild(context)
            performing.rebuild(context)
            labeling.catch_up(context)

    def _context(self, name: str) -> Context:
        return Context(name, self.path, self.database, self.models, self.snapshots, self.clock, caller=self._caller)

    def _entrance(self) -> tuple[Database, Caller, str]:
        return self.database, self._caller, ""

    def _as(self, caller: Caller) -> Workspace:
        bound = copy.copy(self)
        bound._caller = caller
        return bound

    def _recipe(self, recipe: Any | None, schema: Schema) -> Any | None:
        if isinstance(recipe, str) and not recipe.endswith(".skops"):
            return recipes.build(recipe, schema)
        if isinstance(recipe, str | Path):
            return self.models.load(self.models.import_file(Path(recipe)))
        return recipe

    def _require_new(self, name: str, task: str, modality: str) -> None:
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise InvalidValue(f"The name {name!r} is not allowed; use 1 to 64 of a-z, 0-9 and -, such as 'churn-2026'.")
        if task not in TASKS:
            raise UnknownName.among("task", task, TASKS)
        if modality not in MODALITIES:
            raise UnknownName.among("modality", modality, MODALITIES)
        if self.database.value("SELECT 1 FROM projects WHERE name = ?", (name,)):
            raise Conflict(f"There is a project named {name!r} already; choose another name, or open it with workspace.project({name!r}).")

    def _store(self, config: ProjectConfig, settings: Settings, fields: dict[str, Any] | None) -> None:
        with self.database.write() as connection:
            self._require_new(config.name, config.schema.task, config.schema.modality)
            row = (config.name, dumps(config), dumps(settings), config.created.isoformat(), config.created_by)
            connection.execute("INSERT INTO projects (name, config, settings, created, created_by) VALUES (?, ?, ?, ?, ?)", row)
            context = self._context(config.name)
            facts = {
                "task": config.schema.task,
                "modality": config.schema.modality,
                "features": len(config.schema.features),
                "watched": config.watched,
            }
            context.happened(config.created_by, "create_project", config.name, facts)
            if fields is None:
                return
            first = versions.add(self.database, config.name, config.created, config.created_by, **fields)
            reason = "the model lives elsewhere" if config.watched else "the first version"
            context.happened(config.created_by, "register", f"version {first.version}", {"reason": reason})
            versions.release(self.database, config.name, first.version, "full", 1.0, config.created, config.created_by, reason)
            context.happened(config.created_by, "roll_out", f"version {first.version}", {"mode": "full", "share": 1.0, "reason": reason})
