"""create, log, predict, record-labels, predictions, configure."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import pandas as pd

import lifecycle
from lifecycle.commands.shell import by_option, command, read
from lifecycle.project import Project
from lifecycle.workspace import Workspace

__all__ = ["commands", "setting"]

commands = click.Group()


@click.argument("name")
@click.option("--task", default="classification", show_default=True, type=click.Choice(["classification", "regression"]))
@click.option("--modality", default="tabular", show_default=True, type=click.Choice(["tabular", "image", "text", "series"]))
@click.option("--target", default="label", show_default=True, help="The column to predict.")
@click.option("--timestamp", default=None, help="The column with the time of a prediction.")
@click.option("--window", default="1000 rows", show_default=True, help="Rows, or an offset such as 1D, 7D, QS.")
@click.option("--recipe", default=None, help="A ready recipe (linear, gradient_boosting, forest) or a skops file.")
@click.option("--training", default=None, help="CSV or Parquet that the first model learns from.")
@click.option("--reference", default=None, help="CSV or Parquet of what normal looks like.")
@by_option
@command(commands, "create", project=False)
def create(workspace: Workspace, training: str | None, reference: str | None, **options: Any) -> Any:
    """Make a project NAME."""
    frames: dict[str, Any] = {"training": read(training) if training else None, "reference": read(reference) if reference else None}
    return workspace.create_project(**options, **frames).config


@click.argument("file")
@click.option("--skip-bad", is_flag=True, help="Land the good rows and list the bad ones.")
@by_option
@command(commands)
def log(project: Project, file: str, skip_bad: bool, by: str | None) -> Any:
    """Log the predictions in FILE (CSV or Parquet, - is standard input); durable when it returns."""
    return _landed(project.log(read(file), by=by, on_bad="skip" if skip_bad else "raise"))


@click.argument("file")
@click.option("--entity", default=None, help="The column that says who asks.")
@command(commands)
def predict(project: Project, file: str, entity: str | None) -> pd.DataFrame:
    """Answer the rows in FILE, and log them."""
    frame = read(file)
    if entity and entity not in frame:
        raise lifecycle.BadData(f"There is no column {entity!r}; the file has: {', '.join(map(str, frame))}.")
    return project.predict(frame.drop(columns=entity) if entity else frame, entity=frame[entity].astype(str).tolist() if entity else None)


@click.argument("file")
@click.option("--source", default="ground_truth", show_default=True, type=click.Choice(["ground_truth", "feedback"]))
@by_option
@command(commands, "record-labels")
def record_labels(project: Project, file: str, source: str, by: str | None) -> Any:
    """Record the labels in FILE: columns id, label [, probability]."""
    return _landed(project.record_labels(read(file), source=source, by=by))


@click.option("--start", default=None, type=click.DateTime())
@click.option("--end", default=None, type=click.DateTime())
@click.option("--limit", default=None, type=int, help="At most so many rows, the newest.")
@click.option("--out", default=None, help="Write to this CSV or Parquet file instead.")
@command(commands)
def predictions(project: Project, start: datetime | None, end: datetime | None, limit: int | None, out: str | None) -> Any:
    """Print what was logged, with labels where known."""
    frame = project.predictions(start, end, limit)
    if out is None:
        return frame
    lifecycle.write_table(frame, Path(out))
    return f"{len(frame):,} rows written to {out}."


@click.argument("changes", nargs=-1, required=True, metavar="NAME=VALUE...")
@by_option
@command(commands)
def configure(project: Project, changes: tuple[str, ...], by: str | None) -> Any:
    """Change settings; values are JSON, or plain text."""
    return project.configure(by=by, **dict(setting(change) for change in changes))


def _landed(landed: Any) -> dict[str, Any]:
    facts = {"landed": len(landed) - landed.ignored, "ignored": landed.ignored, "waiting": landed.waiting, "notes": list(landed.notes)}
    return facts | {"refused": landed.refused, "ids": list(landed[:20])}


def setting(change: str) -> tuple[str, Any]:
    """What a person typed as NAME=VALUE."""
    name, separator, text = change.partition("=")
    if not separator:
        raise lifecycle.InvalidValue(f"{change!r} is not a setting; write NAME=VALUE, such as audit_share=0.3.")
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        value = text
    if name == "triggers":
        value = tuple(lifecycle.Trigger(**trigger) for trigger in value)
    return name, value
