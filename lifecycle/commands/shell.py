"""What every command shares: the workspace, the project, files in, results out."""

from __future__ import annotations

import functools
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pandas as pd

import lifecycle
from lifecycle.plain import plain
from lifecycle.project import Project
from lifecycle.workspace import Workspace

__all__ = ["by_option", "command", "project_of", "read", "scalar", "show", "workspace_of"]

by_option = click.option("--by", default=None, help="Who does it; the operating-system user by default.")


def workspace_of(context: click.Context) -> Workspace:
    """The workspace that --home, LIFECYCLE_HOME or the default names."""
    return lifecycle.open_workspace(context.obj)


def project_of(context: click.Context, name: str) -> Project:
    """A project of that workspace."""
    return workspace_of(context).project(name)


def command(group: click.Group, name: str | None = None, project: bool = True) -> Callable[[Callable[..., Any]], Any]:
    """A subcommand that prints what its function returns, as a table or with --json, and refuses in one sentence."""

    def wrap(function: Callable[..., Any]) -> Any:
        @functools.wraps(function)
        def run(context: click.Context, as_json: bool, **options: Any) -> None:
            try:
                if project:
                    options["project"] = project_of(context, options["project"])
                else:
                    options["workspace"] = workspace_of(context)
                show(function(**options), as_json)
            except lifecycle.LifecycleError as error:
                refuse(error)

        decorated: Any = click.option("--json", "as_json", is_flag=True, help="Print JSON.")(run)
        if project:
            decorated = click.argument("project")(decorated)
        decorated = click.pass_context(decorated)
        return group.command(name or function.__name__.replace("_", "-"), help=function.__doc__)(decorated)

    return wrap


def refuse(error: lifecycle.LifecycleError) -> None:
    """One sentence on standard error, the refused rows below it, exit status 1."""
    click.echo(str(error), err=True)
    refused = getattr(error, "refused", None)
    if refused is not None and len(refused):
        click.echo(refused.head(20).to_string(index=False), err=True)
    sys.exit(1)


def read(path: str) -> pd.DataFrame:
    """A CSV or Parquet file; '-' is standard input."""
    if path == "-":
        data = sys.stdin.buffer.read()
        return lifecycle.read_table(io.BytesIO(data), "stdin.parquet" if data[:4] == b"PAR1" else "stdin.csv")
    if not Path(path).is_file():
        raise lifecycle.BadFile(f"There is no file {path!r}; name a CSV or Parquet file, or - for standard input.")
    return lifecycle.read_table(Path(path), Path(path).name)


def scalar(text: str, project: Project) -> Any:
    """What a person typed, as the project's class or number."""
    if text == "unsure":
        return lifecycle.UNSURE
    known = {str(value): value for value in project.config.schema.classes}
    if known:
        return known.get(text, text)
    try:
        return float(text)
    except ValueError:
        raise lifecycle.InvalidValue(f"{text!r} is not a number; this project predicts numbers, such as 2.5.") from None


def show(value: Any, as_json: bool) -> None:
    """Print a result."""
    if as_json:
        click.echo(json.dumps(plain(value), ensure_ascii=False, indent=None if isinstance(value, pd.DataFrame) else 1))
    elif isinstance(value, pd.DataFrame):
        with pd.option_context("display.float_format", "{:.4g}".format):
            click.echo(value.to_string(index=False, max_colwidth=60) if len(value) else "Nothing yet.")
    elif isinstance(value, str):
        click.echo(value)
    elif value is not None:
        _show_plain(plain(value))


def _show_plain(value: Any, indent: str = "") -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            nested = isinstance(item, dict | list) and item
            click.echo(f"{indent}{key}:" + ("" if nested else f" {'' if item in (None, {}, []) else _short(item)}"))
            if nested:
                _show_plain(item, indent + "  ")
    elif isinstance(value, list):
        if not value:
            click.echo(f"{indent}Nothing yet.")
        for item in value:
            if isinstance(item, dict):
                click.echo(indent + "  ".join(f"{k}={_short(v)}" for k, v in item.items() if not isinstance(v, dict | list)))
            else:
                click.echo(f"{indent}{item}")
    else:
        click.echo(f"{indent}{value}")


def _short(value: Any) -> Any:
    return f"{value:.4g}" if isinstance(value, float) else value
