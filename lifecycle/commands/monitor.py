"""drift, performance, quality, health, report and what looks closer."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import click
import pandas as pd

from lifecycle.commands.predictions import setting
from lifecycle.commands.shell import command
from lifecycle.errors import InvalidValue
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


@click.option("--slice", "part", default=None, metavar="COLUMN=VALUE", help="Only rows of this slice, as `slices` names it.")
@click.option("--prediction", default=None, help="Only rows that were answered so.")
@click.option("--truth", default=None, help="Only rows whose label is this.")
@click.option("--end", default=None, type=click.DateTime(), help="Only windows that begin before this time (UTC).")
@click.option("--start", default=None, type=click.DateTime(), help="Only windows that begin at this time (UTC) or later.")
@click.option("--count", default=50, show_default=True, help="How many rows at most.")
@click.option("--kind", type=click.Choice(["wrong", "unsure"]), default="wrong", show_default=True, help="What stands first.")
@command(commands)
def performance_samples(project: Project, kind: str, count: int, part: str | None, **asked: Any) -> pd.DataFrame:
    """The rows behind the figures: wrong answers, the surest first, or those without a label, the least sure first."""
    column, sign, value = (part or "").partition("=")
    if part and not sign:
        raise InvalidValue(f"{part!r} is no slice; give a column and a value of it, such as region=north.")
    return project.performance_samples(kind=kind, n=count, part=(column, value) if part else None, **asked)


@click.option("--b", "b", default=None, metavar="WINDOW[..WINDOW]", help="The windows that are looked at; the newest by default.")
@click.option("--a", "a", default=None, metavar="WINDOW[..WINDOW]", help="What they are compared with; the reference by default.")
@command(commands, "compare-ranges")
def compare_ranges(project: Project, a: str | None, b: str | None) -> pd.DataFrame:
    """Every column of some windows against other windows, or the reference, the most different first."""
    return project.compare_ranges(span(a), span(b))


@click.argument("rules", nargs=-1, metavar="COLUMN:CHECK=VALUE...")
@command(commands, "preview-quality")
def preview_quality(project: Project, rules: tuple[str, ...]) -> pd.DataFrame:
    """What would fail by other rules, such as age:missing=0.05 or 'income:range=[0, 1000000]'; nothing is changed."""
    return project.preview_quality(dict(rule(text) for text in rules))


@click.option("--rate", default=None, type=float, help="Another false-alarm rate.")
@click.option("--limit", default=None, type=float, help="Another limit; learned from the reference by default.")
@click.option("--metric", default=None, help="The headline metric by default.")
@command(commands, "preview-limits")
def preview_limits(project: Project, metric: str | None, limit: float | None, rate: float | None) -> pd.DataFrame:
    """Which windows would alarm for a metric with another limit; nothing is changed."""
    return project.preview_limits(metric, limit, rate)


@click.option("--end", default=None, type=click.DateTime(), help="Only windows that begin before this time (UTC).")
@click.option("--start", default=None, type=click.DateTime(), help="Only windows that begin at this time (UTC) or later.")
@click.option("--out", required=True, metavar="FILE", help="Where the HTML file goes.")
@command(commands)
def report(project: Project, out: str, start: datetime | None, end: datetime | None) -> str:
    """The monitoring report as one HTML file that needs nothing else."""
    size = len(project.report(out, start, end).encode())
    return f"Written to {out} ({size / 1e6:.2f} MB)."


@click.option("--end", default=None, type=click.DateTime(), help="Only windows that begin before this time (UTC).")
@click.option("--start", default=None, type=click.DateTime(), help="Only windows that begin at this time (UTC) or later.")
@click.option("--out", required=True, metavar="FILE", help="Where the zip file goes.")
@command(commands)
def figures(project: Project, out: str, start: datetime | None, end: datetime | None) -> str:
    """Every figure of the monitor pages as CSV files in one zip."""
    project.figures(out, start, end)
    return f"Written to {out}."


def span(text: str | None) -> str | tuple[str, str] | None:
    """A range of windows as a person types it: '12' or '3..12'."""
    first, dots, last = (text or "").partition("..")
    return (first, last) if dots else text


def rule(text: str) -> tuple[str, Any]:
    """A rule as a person types it: 'age:missing=0.05'."""
    name, sign, value = text.partition("=")
    if not sign:
        raise InvalidValue(f"{text!r} is no rule; give the column, the check and what is allowed, such as age:missing=0.05.")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
