"""multivariate: what changed, and why."""

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
