"""up, serve, worker, demo, status, backup, restore, verify, projects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import lifecycle
from lifecycle.commands.shell import command, refuse, workspace_of
from lifecycle.supervisor import Supervisor, parts
from lifecycle.workspace import Workspace

__all__ = ["commands"]

commands = click.Group()


@commands.command()
@click.option("--port", default=8501, show_default=True, help="Of the dashboard.")
@click.option("--api-port", default=None, type=int, help="Of the prediction API; the dashboard's plus one by default.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen; elsewhere than on this machine only with accounts.")
@click.option("--allowed-host", "allowed", multiple=True, help="A name that browsers may call the dashboard by; give it again for more.")
@click.option("--demo", is_flag=True, help="Make the demo projects first when the workspace is empty.")
@click.pass_context
def up(context: click.Context, port: int, api_port: int | None, host: str, allowed: tuple[str, ...], demo: bool) -> None:
    """Start dashboard, worker and prediction API together; Ctrl-C stops all of it."""
    from lifecycle.serving.process import require_accounts

    try:
        workspace = workspace_of(context).as_worker()
        require_accounts(workspace, host)
        if demo and not workspace.projects():
            _make_demo(workspace)
        api = port + 1 if api_port is None else api_port
        supervisor = Supervisor(workspace.path, parts(workspace.path, host, port, api, allowed), click.echo)
        click.echo("Starting...")
        supervisor.run(
            f"\n  Lifecycle is up. Open  http://localhost:{port}\n  (prediction API: http://localhost:{api}/docs; Ctrl-C stops everything)\n"
        )
        click.echo("Stopped.")
    except lifecycle.LifecycleError as error:
        refuse(error)


@commands.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8502, show_default=True)
@click.pass_context
def serve(context: click.Context, host: str, port: int) -> None:
    """Serve the prediction API alone."""
    from lifecycle.serving import main

    try:
        main(workspace_of(context).path, host, port)
    except lifecycle.LifecycleError as error:
        refuse(error)


@commands.command()
@click.pass_context
def worker(context: click.Context) -> None:
    """Run the worker alone: triggers, retraining, monitoring."""
    from lifecycle.worker import main

    try:
        main(workspace_of(context).path)
    except lifecycle.LifecycleError as error:
        refuse(error)


@command(commands, project=False)
def demo(workspace: Workspace) -> str:
    """Make the demo projects that are missing."""
    _make_demo(workspace)
    return "The demo projects are there: " + ", ".join(project.name for project in workspace.projects()) + "."


@command(commands, project=False)
def projects(workspace: Workspace) -> Any:
    """The projects of the workspace."""
    return [project.config for project in workspace.projects()]


@command(commands, project=False)
def status(workspace: Workspace) -> Any:
    """The workers and their heartbeat; each project's health, queue and next due; notifications that wait or failed."""
    return workspace.status()


@command(commands, project=False)
def verify(workspace: Workspace) -> Any:
    """Check history, log segments and model files against what was recorded."""
    findings = workspace.verify()
    if findings:
        raise lifecycle.StoreError("The workspace is not what was recorded: " + " ".join(findings))
    return "Everything is as it was recorded."


@click.argument("file")
@command(commands, project=False)
def backup(workspace: Workspace, file: str) -> str:
    """Write the whole workspace into one FILE, while it is in use."""
    workspace.backup(Path(file))
    secrets = " It holds the addresses of your notification channels, which are secret." if len(workspace.notices.channels()) else ""
    return f"Written to {file}.{secrets}"


@click.argument("url")
@command(commands, project=False)
def keep_files(workspace: Workspace, url: str) -> str:
    """Copy segments, models and snapshots to URL (s3://bucket/prefix) and keep them there from now on, too."""
    return f"{workspace.keep_files(url):,} files were copied to {url}; new ones go there before they count."


@commands.command()
@click.argument("file")
@click.pass_context
def restore(context: click.Context, file: str) -> None:
    """Put a backup FILE into an empty workspace folder."""
    try:
        click.echo(f"Restored into {lifecycle.restore(Path(file), context.obj).path}.")
    except lifecycle.LifecycleError as error:
        refuse(error)


def _make_demo(workspace: Workspace) -> None:
    """The demo projects, with a line that grows."""
    from lifecycle.demo import create

    if why := workspace.refusal("create_project"):
        raise lifecycle.NotAllowed(why)
    bar: Any = click.progressbar(length=1000, label="Making the demo projects", item_show_func=lambda step: step.message if step else "")
    with bar:
        done = 0
        for step in create(workspace.as_worker()):
            bar.update(int(step.fraction * 1000) - done, step)
            done = int(step.fraction * 1000)
        bar.update(1000 - done)
