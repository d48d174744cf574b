"""drift, performance, quality, health."""

from __future__ import annotations

from typing import Any

import click
import pandas as pd

from lifecycle.commands.predictions import setting
from lifecycle.commands.shell import command
from lifecycle.project import Project

__all__ = ["commands"]

commands = click.Group()


@click.option("--alarms", is_flag=True, help="A row a window instead of a row a window and column.")
@command(commands)
def drift(project: Project, alarms: bool) -> pd.DataFrame:
    """Which columns of which windows differ from the reference."""
    report = project.drift()
    return report.alarms if alarms else report.frame


@click.argument("changes", nargs=-1, required=True, metavar="NAME=VALUE...")
@command(commands, "preview-alarms")
def preview_alarms(project: Project, changes: tuple[str, ...]) -> pd.DataFrame:
    """Which windows would alarm under changed settings, such as false_alarm_rate=0.05 or 'drift_alarm=2 of 3'; nothing is changed."""
    return project.preview_alarms(**dict(setting(change) for change in changes))


@click.option("--metric", "metrics", multiple=True, help="May be given several times.")
@command(commands)
def performance(project: Project, metrics: tuple[str, ...]) -> pd.DataFrame:
    """How good the model is in each window, with intervals."""
    return project.performance(list(metrics) or None).frame


@command(commands)
def quality(project: Project) -> pd.DataFrame:
    """Data quality by window and column."""
    return project.quality()


@command(commands)
def health(project: Project) -> Any:
    """Is the model OK, and why."""
    return project.health()


@click.option("--metric", default=None, help="The headline metric by default.")
@command(commands)
def slices(project: Project, metric: str | None) -> pd.DataFrame:
    """For whom is the model worse: by every column's values and bins, the worst first."""
    return project.slices(metric)


@click.option("--column", default=None, help="Every column by default.")
@command(commands)
def drift_slices(project: Project, column: str | None) -> pd.DataFrame:
    """Which groups of rows have changed: by a column's values and bins, the most different first."""
    return project.drift_slices(column)


@command(commands)
def performance_classes(project: Project) -> pd.DataFrame:
    """Precision, recall and F1 of each class."""
    return project.performance_classes()
