"""monitor, label, train and release: one subcommand a verb."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
import pandas as pd

import lifecycle
from lifecycle.commands.shell import by_option, command, scalar
from lifecycle.project import Project

__all__ = ["register"]


def register(group: click.Group) -> None:
    """Add the commands of the four stages."""
    _monitor(group)
    _label(group)
    _train(group)
    _release(group)


def _monitor(group: click.Group) -> None:
    @click.option("--alarms", is_flag=True, help="A row a window instead of a row a window and column.")
    @command(group)
    def drift(project: Project, alarms: bool) -> pd.DataFrame:
        """Which columns of which windows differ from the reference."""
        report = project.drift()
        return report.alarms if alarms else report.frame

    @click.option("--metric", "metrics", multiple=True, help="May be given several times.")
    @command(group)
    def performance(project: Project, metrics: tuple[str, ...]) -> pd.DataFrame:
        """How good the model is in each window, with intervals."""
        return project.performance(list(metrics) or None).frame

    @command(group)
    def quality(project: Project) -> pd.DataFrame:
        """Data quality by window and column."""
        return project.quality()

    @command(group)
    def health(project: Project) -> Any:
        """Is the model OK, and why."""
        return project.health()


def _label(group: click.Group) -> None:
    @click.argument("annotator")
    @click.option("-n", default=1, show_default=True)
    @command(group, "next-tasks")
    def next_tasks(project: Project, annotator: str, n: int) -> Any:
        """Lease the next samples to ANNOTATOR."""
        return project.next_tasks(annotator, n)

    @click.argument("annotator")
    @click.argument("value")
    @click.argument("task", type=int)
    @click.option("--seconds", default=None, type=float)
    @click.option("--comment", default="")
    @command(group)
    def annotate(project: Project, task: int, value: str, annotator: str, seconds: float | None, comment: str) -> str:
        """Answer TASK with VALUE (a class, a number or 'unsure') as ANNOTATOR."""
        project.annotate(task, scalar(value, project), annotator, seconds=seconds, comment=comment)
        return f"Task {task}: {value}."

    @click.argument("annotator")
    @click.argument("task", type=int)
    @command(group)
    def skip(project: Project, task: int, annotator: str) -> str:
        """Pass TASK on to others."""
        project.skip(task, annotator)
        return f"Task {task} is passed on."

    @click.argument("annotator")
    @command(group)
    def undo(project: Project, annotator: str) -> str:
        """Take back ANNOTATOR's last answer."""
        task = project.undo(annotator)
        return "There is nothing to take back." if task is None else f"The answer to task {task} is taken back."

    @click.argument("annotator")
    @command(group, "release-tasks")
    def release_tasks(project: Project, annotator: str) -> str:
        """Give back what ANNOTATOR holds."""
        return f"{project.release_tasks(annotator)} samples given back."

    @click.argument("ids", nargs=-1, required=True)
    @click.option("--reason", default="")
    @by_option
    @command(group, "request-labels")
    def request_labels(project: Project, ids: tuple[str, ...], by: str | None, reason: str) -> str:
        """Send predictions by id to the front of the queue."""
        return f"{project.request_labels(list(ids), by=by, reason=reason)} samples sent to labeling."

    @command(group)
    def labels(project: Project) -> pd.DataFrame:
        """The labels that count."""
        return project.labels()

    @command(group)
    def agreement(project: Project) -> Any:
        """How far the experts agree."""
        return project.agreement()

    @command(group)
    def suspects(project: Project) -> pd.DataFrame:
        """Labels that are likely wrong, the worst first."""
        return project.suspects()

    @click.argument("by")
    @click.argument("value")
    @click.argument("id")
    @command(group)
    def adjudicate(project: Project, id: str, value: str, by: str) -> str:
        """Settle the label of prediction ID as VALUE, decided BY."""
        answer = scalar(value, project)
        if answer is lifecycle.UNSURE:
            raise lifecycle.InvalidValue("A decision cannot be 'unsure'; give a class or a number.")
        project.adjudicate(id, answer, by)
        return f"{id}: {value}."


def _train(group: click.Group) -> None:
    @command(group)
    def triggers(project: Project) -> Any:
        """Which triggers would fire now, and why or why not."""
        return project.triggers()

    @click.option("--now", default=None, type=click.DateTime(), help="Live in that time (UTC), to replay a history.")
    @command(group)
    def tick(project: Project, now: datetime | None) -> Any:
        """Monitor, evaluate triggers, run what fires, release by policy."""
        return project.tick(now)

    for name, verb, text in (
        ("retrain", "retrain", "Retrain here and now."),
        ("request-retrain", "request_retrain", "Queue a retraining for the worker."),
    ):
        _retraining(group, name, verb, text)

    @command(group)
    def runs(project: Project) -> Any:
        """All runs, the newest first."""
        return project.runs()

    @click.argument("id")
    @command(group)
    def run(project: Project, id: str) -> Any:
        """One run with its steps."""
        return project.run(id)

    @click.argument("id")
    @by_option
    @command(group)
    def cancel(project: Project, id: str, by: str | None) -> Any:
        """Stop a run."""
        return project.cancel(id, by=by)

    @click.argument("version", type=int)
    @command(group)
    def reproduce(project: Project, version: int) -> Any:
        """Train VERSION again and compare bit by bit."""
        return project.reproduce(version)


def _retraining(group: click.Group, name: str, verb: str, text: str) -> None:
    def start(project: Project, reason: str, by: str | None) -> Any:
        return getattr(project, verb)(reason=reason, by=by)

    start.__doc__ = text
    click.option("--reason", default="manual", show_default=True)(by_option(command(group, name)(start)))


def _release(group: click.Group) -> None:
    @command(group)
    def versions(project: Project) -> pd.DataFrame:
        """All versions, the newest first."""
        return project.versions()

    @click.option("--old", default=None, type=int)
    @click.option("--new", default=None, type=int)
    @command(group)
    def compare(project: Project, old: int | None, new: int | None) -> Any:
        """Old against new on the same labelled rows; the champion against the newest candidate by default."""
        found = project.compare(old, new)
        return {"verdict": found.verdict, "old": found.old, "new": found.new, "rows": found.rows, "metrics": found.metrics}

    for name in ("approve", "reject"):
        _decision(group, name)

    @click.argument("version", type=int)
    @click.option("--mode", default="full", show_default=True, type=click.Choice(["shadow", "canary", "full"]))
    @click.option("--share", default=None, type=float, help="Of a canary: between 0 and 1.")
    @click.option("--reason", default="")
    @by_option
    @command(group, "roll-out")
    def roll_out(project: Project, version: int, mode: str, share: float | None, reason: str, by: str | None) -> str:
        """Let VERSION serve."""
        project.roll_out(version, mode=mode, share=share, by=by, reason=reason)
        return f"Version {version} is rolled out ({mode})."

    @click.option("--reason", required=True)
    @by_option
    @command(group, "roll-back")
    def roll_back(project: Project, reason: str, by: str | None) -> str:
        """Return to the champion before this one."""
        return f"Version {project.roll_back(by=by, reason=reason)} is live again."

    @command(group)
    def trial(project: Project) -> Any:
        """The live comparison now."""
        return project.trial()

    @click.option("--limit", default=None, type=int)
    @command(group)
    def history(project: Project, limit: int | None) -> pd.DataFrame:
        """Everything that happened, the newest first."""
        return project.history(limit)


def _decision(group: click.Group, name: str) -> None:
    def decide(project: Project, version: int, reason: str, by: str | None) -> str:
        getattr(project, name)(version, by=by, reason=reason)
        return f"Version {version}: {name}d." if name == "approve" else f"Version {version}: rejected."

    decide.__doc__ = f"{name.capitalize()} VERSION, with a reason."
    click.argument("version", type=int)(click.option("--reason", required=True)(by_option(command(group, name)(decide))))
