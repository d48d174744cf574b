"""Triggers, runs and reproduction."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from lifecycle.commands.shell import by_option, command
from lifecycle.errors import InvalidValue
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


@click.option("--reason", default="")
@by_option
@command(commands, "call-retrain")
def call_retrain(project: Project, reason: str, by: str | None) -> Any:
    """Ask for a retraining from outside, as the API does: triggers of the kind external decide."""
    return project.call_retrain(reason, by=by)


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


@click.argument("recipes", nargs=-1, required=True)
@click.option("--search", default=None, help='JSON: {"parameter": [values]}, of several recipes {"name": {"parameter": [values]}}.')
@by_option
@command(commands, "set-recipe")
def set_recipe(project: Project, recipes: tuple[str, ...], search: str | None, by: str | None) -> str:
    """Retraining fits RECIPES from now on: a skops file or a ready recipe's name; several, as NAME=RECIPE, the simplest first, race."""
    space = _object(search, "--search")
    given = {name: rest or name for name, _, rest in (text.partition("=") for text in recipes)}
    if len(recipes) == 1 and "=" not in recipes[0]:
        project.set_recipe(recipes[0], by=by, search=space)
        return "The recipe is set."
    project.set_recipe(given, by=by, search=space)
    return f"{len(given)} recipes race from now on: {', '.join(given)}."


@click.option("--settings", default=None, help='JSON: settings to try, such as {"training_rows": "last 365D"}.')
@command(commands, "preview-training")
def preview_training(project: Project, settings: str | None) -> Any:
    """What a retraining would learn from now."""
    return project.preview_training(**(_object(settings, "--settings") or {}))


@command(commands, "training-gates")
def training_gates(project: Project) -> Any:
    """What a candidate has to meet; change it with configure gates=JSON."""
    return project.training_gates()


@click.argument("version", type=int)
@command(commands)
def race(project: Project, version: int) -> Any:
    """The recipes that raced for VERSION."""
    return project.race(version)


@click.argument("version", type=int, required=False)
@click.option("--origins", default=8, show_default=True)
@click.option("--level", default=0.9, show_default=True, help="The share that intervals are to hold.")
@command(commands)
def backtest(project: Project, version: int | None, origins: int, level: float) -> Any:
    """What VERSION's recipe would have foretold at moments of the past."""
    return project.backtest(version, origins, level)


@click.argument("version", type=int)
@command(commands, "env")
def environment(project: Project, version: int) -> str:
    """What VERSION was trained in, as a requirements file."""
    return project.environment(version)[0]


@click.argument("version", type=int)
@click.option("--html", is_flag=True, help="One HTML file that needs nothing else.")
@click.option("--out", default=None, help="The file to write; printed by default.")
@command(commands)
def card(project: Project, version: int, html: bool, out: str | None) -> str:
    """The card of VERSION, in Markdown or HTML."""
    text = project.model_card(version, "html" if html else "markdown")
    if out is None:
        return text
    Path(out).write_text(text, encoding="utf-8")
    return f"{out} is written."


commands.add_command(card, "model-card")


def _object(text: str | None, option: str) -> Any:
    if text is None:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise InvalidValue(f"{option} is {text!r}; give a JSON object.")
    return found
