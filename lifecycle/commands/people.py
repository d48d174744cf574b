"""Accounts, roles and tokens: `lifecycle user ...` and `lifecycle token ...`."""

from __future__ import annotations

import sys
from typing import Any

import click
import pandas as pd

from lifecycle.commands.shell import by_option, command
from lifecycle.errors import InvalidValue
from lifecycle.workspace import Workspace

__all__ = ["commands"]

commands = click.Group()


@commands.group()
def user() -> None:
    """Accounts: from the first one on, everybody signs in and roles rule."""


@commands.group()
def token() -> None:
    """Tokens of the prediction API."""


project_option = click.option("--project", default="", help="In this project alone; the whole workspace without it.")
stdin_option = click.option("--password-stdin", is_flag=True, help="Read the password from standard input's first line.")


@click.argument("name")
@click.option("--role", required=True, help="viewer, labeler, data-scientist, approver or admin; the first account has to be an admin.")
@project_option
@click.option("--email", default=None, help="What an identity provider knows them by.")
@click.option("--no-password", is_flag=True, help="They sign in through the identity provider alone.")
@stdin_option
@by_option
@command(user, "add", project=False)
def add(workspace: Workspace, name: str, role: str, project: str, email: str | None, no_password: bool, password_stdin: bool, by: str | None) -> str:
    """Add an account; asks for a password."""
    workspace.people.add(name, role, None if no_password else _password(password_stdin), project, email, by)
    return f"{name} can sign in."


@command(user, "list", project=False)
def listed(workspace: Workspace) -> pd.DataFrame:
    """All accounts and their roles."""
    return workspace.people.accounts()


@command(user, "matrix", project=False)
def matrix(workspace: Workspace) -> pd.DataFrame:
    """Which role may call which verb."""
    return workspace.people.matrix()


@command(user, "sessions", project=False)
def sessions(workspace: Workspace) -> pd.DataFrame:
    """Who is signed in."""
    return workspace.people.sessions()


@click.argument("role")
@click.argument("name")
@project_option
@by_option
@command(user, "role", project=False)
def role(workspace: Workspace, name: str, role: str, project: str, by: str | None) -> str:
    """Give NAME the role ROLE; 'none' takes it away."""
    workspace.people.set_role(name, None if role == "none" else role, project, by)
    return f"{name} is {role} now in {project or 'the whole workspace'}."


@click.argument("email")
@click.argument("name")
@by_option
@command(user, "email", project=False)
def email(workspace: Workspace, name: str, email: str, by: str | None) -> str:
    """Set the address that an identity provider knows NAME by; 'none' takes it away."""
    workspace.people.set_email(name, None if email == "none" else email, by)
    return "Done."


@click.argument("name")
@stdin_option
@by_option
@command(user, "password", project=False)
def password(workspace: Workspace, name: str, password_stdin: bool, by: str | None) -> str:
    """Set the password of NAME; they are signed out everywhere."""
    workspace.people.set_password(name, _password(password_stdin), by)
    return f"The password of {name} is changed; they are signed out everywhere."


@click.argument("name")
@by_option
@command(user, "disable", project=False)
def disable(workspace: Workspace, name: str, by: str | None) -> str:
    """Shut NAME out: sessions and tokens end at once."""
    workspace.people.disable(name, by)
    return f"{name} is disabled."


@click.argument("name")
@by_option
@command(user, "enable", project=False)
def enable(workspace: Workspace, name: str, by: str | None) -> str:
    """Let NAME in again."""
    workspace.people.enable(name, by)
    return f"{name} can sign in again."


@click.argument("name")
@by_option
@command(user, "sign-out", project=False)
def sign_out(workspace: Workspace, name: str, by: str | None) -> str:
    """Sign NAME out everywhere."""
    return f"{workspace.people.end_sessions(name, by)} sessions of {name} have ended."


@click.argument("label")
@click.option("--scope", "scopes", multiple=True, required=True, help="predict, label, retrain, read or admin; give it again for more.")
@project_option
@click.option("--expires", default="90D", help="A span such as 90D; 'never' for one that stays.")
@click.option("--rate", default=None, type=float, help="Requests a second; the server's own limit without it.")
@by_option
@command(token, "create", project=False)
def create(workspace: Workspace, label: str, scopes: tuple[str, ...], project: str, expires: str, rate: float | None, by: str | None) -> Any:
    """Make a token for LABEL; its secret is printed this once."""
    secret = workspace.people.create_token(label, scopes, project, None if expires == "never" else expires, rate, by)
    return {"token": secret, "use": "Authorization: Bearer TOKEN", "note": "It is not stored and cannot be shown again."}


@command(token, "list", project=False)
def tokens(workspace: Workspace) -> pd.DataFrame:
    """All tokens, without their secrets."""
    return workspace.people.tokens()


@click.argument("id", type=int)
@by_option
@command(token, "revoke", project=False)
def revoke(workspace: Workspace, id: int, by: str | None) -> str:
    """From now on token ID opens nothing."""
    workspace.people.revoke_token(id, by)
    return f"Token {id} is revoked."


def _password(from_stdin: bool) -> str:
    """Asked for twice without echo, or read from a pipe; never an argument, which other users of the machine could see."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InvalidValue("There is no terminal to ask for the password; give it on standard input with --password-stdin.")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
