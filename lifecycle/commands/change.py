"""multivariate, root-cause, concept, target-drift: what changed, and why."""

from __future__ import annotations

import click
import pandas as pd

from lifecycle.commands.shell import command
from lifecycle.project import Project

__all__ = ["commands"]

commands = click.Group()


@click.option("--method", default="pca_reconstruction", help="domain_classifier, mmd or pca_reconstruction.")
@click.option("--last", type=int, default=None, help="Only the newest windows.")
@command(commands)
def multivariate(project: Project, method: str, last: int | None) -> pd.DataFrame:
    """Drift of the columns together, by window."""
    return project.multivariate(method, last)


@click.option("--window", default=None, help="A window's name; the newest that alarms by default.")
@click.option("--metric", default=None, help="The headline metric by default.")
@command(commands)
def root_cause(project: Project, window: str | None, metric: str | None) -> pd.DataFrame:
    """Why a metric changed: each column's part, the most harmful first."""
    return project.root_cause(window, metric)


@click.option("--metric", default=None, help="The headline metric by default.")
@click.option("--detector", default="adwin", help="adwin or page_hinkley.")
@click.option("--changes", is_flag=True, help="Where the detector finds changes, instead of the windows.")
@command(commands)
def concept(project: Project, metric: str | None, detector: str, changes: bool) -> pd.DataFrame:
    """What the inputs explain of a change of performance, and what a changed concept does."""
    report = project.concept(metric, detector)
    return report.changes if changes else report.frame


@command(commands)
def target_drift(project: Project) -> pd.DataFrame:
    """Whether other outcomes have become frequent, by the labels."""
    return project.target_drift()
