"""Triggers, runs and reproduction."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from lifecycle.commands.shell import by_option, command
from lifecycle.project import Project

__all__ = ["commands"]

commands = click.Group()


@command(commands)
def triggers(project: Project) -> Any:
    """Which triggers would fire now, and why or why not."""
    return project.triggers()


@click.option("--now", default=None, type=click.DateTime(), help="Live in that time (UTC), to replay a history.")
@command(commands)
def tick(project: Project, now: datetime | None) -> Any:
    """Monitor, evaluate triggers, run what fires, release by policy."""
    return project.tick(now)


@click.option("--reason", default="manual", show_default=True)
@by_option
@command(commands)
def retrain(project: Project, reason: str, by: str | None) -> Any:
    """Retrain here and now."""
    return project.retrain(reason=reason, by=by)


@click.option("--reason", default="manual", show_default=True)
@by_option
@command(commands, "request-retrain")
def request_retrain(project: Project, reason: str, by: str | None) -> Any:
    """Queue a retraining for the worker."""
    return project.request_retrain(reason=reason, by=by)


@command(commands)
def runs(project: Project) -> Any:
    """All runs, the newest first."""
    return project.runs()


@click.argument("id")
@command(commands)
def run(project: Project, id: str) -> Any:
    """One run with its steps."""
    return project.run(id)


@click.argument("id")
@by_option
@command(commands)
def cancel(project: Project, id: str, by: str | None) -> Any:
    """Stop a run."""
    return project.cancel(id, by=by)


@click.argument("version", type=int)
@command(commands)
def reproduce(project: Project, version: int) -> Any:
    """Train VERSION again and compare bit by bit."""
    return project.reproduce(version)


@click.argument("id")
@by_option
@command(commands)
def retry(project: Project, id: str, by: str | None) -> Any:
    """Queue a failed or cancelled run again."""
    return project.retry(id, by=by)


@click.argument("id")
@command(commands, "run-log")
def run_log(project: Project, id: str) -> str:
    """The last of what a run has printed."""
    return project.run_log(id)


@click.argument("file")
@by_option
@command(commands, "set-recipe")
def set_recipe(project: Project, file: str, by: str | None) -> str:
    """Retraining fits the estimator in the skops FILE from now on."""
    project.set_recipe(Path(file), by=by)
    return "The recipe is set."


@click.argument("version", type=int)
@command(commands, "env")
def environment(project: Project, version: int) -> str:
    """What VERSION was trained in, as a requirements file."""
    return project.environment(version)[0]


@click.argument("version", type=int)
@command(commands, "model-card")
def model_card(project: Project, version: int) -> str:
    """The card of VERSION in Markdown."""
    return project.model_card(version)
