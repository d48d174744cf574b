"""Model files in and out, and the key that they are signed with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import lifecycle
from lifecycle.commands.shell import by_option, command
from lifecycle.project import Project
from lifecycle.workspace import Workspace

__all__ = ["commands"]

commands = click.Group()


@click.argument("path")
@click.option("--reason", default="")
@by_option
@command(commands)
def register(project: Project, path: str, reason: str, by: str | None) -> Any:
    """Register the fitted model at PATH as a candidate: a skops file, an ONNX file, or a folder that MLflow saved."""
    return project.register_model(Path(path), by=by, reason=reason)


@click.argument("path")
@click.argument("version", type=int)
@command(commands, "export-version")
def export_version(project: Project, version: int, path: str) -> str:
    """Write VERSION into the zip file PATH: model, card, manifest, requirements."""
    return f"Written to {project.export_version(version, path)}."


@click.option("--adopt", is_flag=True, help="Also sign files that have no good signature, when their content is what their name says.")
@by_option
@command(commands, "rotate-key", project=False)
def rotate_key(workspace: Workspace, adopt: bool, by: str | None) -> str:
    """Sign all model files with a new key (or with the first of LIFECYCLE_KEY), and forget the keys before it."""
    signed, left = workspace.rotate_key(adopt, by)
    if left:
        raise lifecycle.StoreError(f"{signed} model files were signed, {len(left)} were not: {' '.join(left)}")
    return f"{signed} model files are signed with the new key."
