"""Notifications: `lifecycle notify ...`."""

from __future__ import annotations

import sys

import click
import pandas as pd

from lifecycle.commands.shell import by_option, command
from lifecycle.errors import InvalidValue
from lifecycle.workspace import Workspace

__all__ = ["commands"]

commands = click.Group()
project_option = click.option("--project", default="", help="About this project alone; every project without it.")


@commands.group()
def notify() -> None:
    """Notifications: who is told what, by mail, chat or web hook."""


@click.argument("name")
@project_option
@click.option(
    "--url", envvar="LIFECYCLE_NOTIFY_URL", default=None, help="As Apprise writes it; asked for when it is missing, '-' reads it from a pipe."
)
@click.option("--kind", "kinds", multiple=True, help="What it is told; give it again for more, all kinds without it (see `lifecycle notify kinds`).")
@click.option("--quiet", default="", help="Hours in UTC such as 22-6, told afterwards.")
@click.option("--digest", default="", help="Told together so often, such as 1D.")
@by_option
@command(notify, "add", project=False)
def add(workspace: Workspace, name: str, project: str, url: str | None, kinds: tuple[str, ...], quiet: str, digest: str, by: str | None) -> str:
    """Add the channel NAME. An address on the command line is seen by other users of this machine; leave it out to be asked."""
    workspace.notices.add(name, _address(url), kinds or None, project, quiet, digest, by)
    return f"{name} is told from now on; send a test with `lifecycle notify test {name!r}`."


@command(notify, "list", project=False)
def listed(workspace: Workspace) -> pd.DataFrame:
    """All channels, their addresses masked, and what was sent, waits or failed."""
    return workspace.notices.channels()


@command(notify, "kinds", project=False)
def kinds(workspace: Workspace) -> dict[str, str]:
    """What a channel can be told."""
    return workspace.notices.kinds()


@click.option("--limit", default=50)
@command(notify, "messages", project=False)
def messages(workspace: Workspace, limit: int) -> pd.DataFrame:
    """What waits, was sent or failed, the newest first."""
    return workspace.notices.messages(limit)


@click.argument("name")
@project_option
@command(notify, "test", project=False)
def test(workspace: Workspace, name: str, project: str) -> str:
    """Send a test message to NAME now."""
    workspace.notices.test(name, project)
    return f"{name} took the test message."


@click.argument("name")
@project_option
@by_option
@command(notify, "remove", project=False)
def remove(workspace: Workspace, name: str, project: str, by: str | None) -> str:
    """Forget NAME, its address and what waits for it."""
    workspace.notices.remove(name, project, by)
    return f"{name} is removed."


def _address(given: str | None) -> str:
    if given == "-" or (given is None and not sys.stdin.isatty()):
        given = sys.stdin.readline().strip()
        if not given:
            raise InvalidValue("There is no address; give one with --url, in LIFECYCLE_NOTIFY_URL, or on standard input.")
    return given if given is not None else str(click.prompt("Address", hide_input=True))
