"""What the monitor pages draw, as tables: windows, the drift map, a column's distributions, confusion, calibration, residuals, samples."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import click
import pandas as pd

from lifecycle.commands.monitor import span
from lifecycle.commands.shell import command
from lifecycle.project import Project

__all__ = ["commands"]

commands = click.Group()


def between(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a command that looks at the windows between two times."""
    end = click.option("--end", default=None, type=click.DateTime(), help="Only windows that begin before this time (UTC).")
    start = click.option("--start", default=None, type=click.DateTime(), help="Only windows that begin at this time (UTC) or later.")
    return start(end(function))


@command(commands)
def windows(project: Project) -> pd.DataFrame:
    """The windows in order: name, start, end, rows."""
    return project.windows()


@click.option("--most", default=72, show_default=True, help="How many runs of windows at most.")
@click.option("--last", default=None, metavar="WINDOW", help="The last window; the newest by default.")
@click.option("--first", default=None, metavar="WINDOW", help="The first window; the oldest by default.")
@command(commands)
def drift_map(project: Project, first: str | None, last: str | None, most: int) -> pd.DataFrame:
    """The drift report as few enough rows to draw: of each run of windows the worst, a row a column."""
    return project.drift_map(first, last, most)


@click.option("--against", default=None, metavar="WINDOW[..WINDOW]", help="What they are compared with; the reference by default.")
@click.option("--window", default=None, metavar="WINDOW[..WINDOW]", help="The newest by default.")
@click.argument("column")
@command(commands)
def drift_column(project: Project, column: str, window: str | None, against: str | None) -> pd.DataFrame:
    """How a column is distributed in some windows and in what they are compared with: a row a bin."""
    return project.drift_column(column, span(window), span(against)).frame


@click.option("--count", default=50, show_default=True, help="How many rows at most.")
@click.option("--bin", "bin_", default=None, help="Only rows in this bin of the column, as `drift-column` names it.")
@click.option("--column", default=None, help="The most unusual for this column; for all by default.")
@click.argument("window", metavar="WINDOW[..WINDOW]")
@command(commands)
def drift_samples(project: Project, window: str, column: str | None, bin_: str | None, count: int) -> pd.DataFrame:
    """The rows of some windows, the most unusual first."""
    return project.drift_samples(span(window), column, count, bin_)


@between
@command(commands)
def confusion(project: Project, start: datetime | None, end: datetime | None) -> pd.DataFrame:
    """How many rows of each truth were answered how."""
    return project.confusion(start, end)


@between
@command(commands)
def calibration(project: Project, start: datetime | None, end: datetime | None) -> pd.DataFrame:
    """How sure the model was against how often it came true."""
    return project.calibration(start, end)


@between
@command(commands)
def residuals(project: Project, start: datetime | None, end: datetime | None) -> pd.DataFrame:
    """Answer minus truth of at most 2,000 labelled rows (regression)."""
    return project.residuals(start, end)
