"""Accounts and roles change: each change is an event, and there is always an admin who can undo it."""

from __future__ import annotations

import json
import re
import sqlite3
from typing import Any

import pandas as pd

from lifecycle.errors import Conflict, InvalidValue, UnknownName
from lifecycle.roles import NEEDS, ROLES, allows, require_role
from lifecycle.stores import accounts as stored
from lifecycle.stores import passwords, sessions
from lifecycle.verbs.context import Context, who

__all__ = ["accounts", "add", "findings", "matrix", "me", "set_disabled", "set_email", "set_password", "set_role"]

NAME = re.compile(r"[\w][\w.@+ -]{0,62}[\w]|[\w]")
RESERVED = ("lifecycle", "prediction api", "demo")
COLUMNS = ["name", "role", "projects", "email", "disabled", "password", "created", "created_by", "seen"]


def accounts(context: Context) -> pd.DataFrame:
    """A row an account: name, role (in the whole workspace), projects (role by project), email, disabled, password, created, created_by, seen."""
    roles = stored.roles_of(context.database)
    rows = []
    for row in stored.accounts(context.database):
        held = dict(roles.get(row["name"], {}))
        rows.append(row | {"role": held.pop("", None), "projects": held, "disabled": bool(row["disabled"]), "password": bool(row["password"])})
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.assign(
        created=pd.to_datetime(frame["created"], utc=True, format="ISO8601"), seen=pd.to_datetime(frame["seen"], utc=True, format="ISO8601")
    )


def me(context: Context, name: str) -> dict[str, Any]:
    """One person as they see themselves: name, role (in the whole workspace), projects (role by project)."""
    found = stored.get(context.database, name)
    held = stored.roles_of(context.database, found["name"]).get(found["name"], {})
    return {"name": found["name"], "role": held.get(""), "projects": {project: role for project, role in held.items() if project}}


def add(context: Context, name: str, role: str, password: str | None, project: str, email: str | None, by: str | None) -> None:
    """Add an account with its first role.

    Raises
    ------
    InvalidValue : the name, the address or the password is not allowed, or the first account is no admin of the workspace.
    Conflict : the name or the address is taken. UnknownName : no such role or project.
    """
    name, role = _require_name(name), require_role(role)
    _require_project(context, project)
    address = _require_email(email)
    if password is None and address is None:
        raise InvalidValue(f"{name} could not sign in: give a password, or the e-mail address that your identity provider knows.")
    hash = passwords.hashed(passwords.require(password, name)) if password is not None else None
    with context.database.write():
        first = not stored.exist(context.database)
        if first and (role, project) != ("admin", ""):
            raise InvalidValue("The first account has to be an admin of the workspace, so that somebody can add the others: --role admin.")
        try:
            stored.add(context.database, name, address, hash, context.now(), who(by))
        except sqlite3.IntegrityError as error:
            taken = f"address {address}" if "email" in str(error) else f"name {name!r}"
            raise Conflict(f"The {taken} belongs to an account already; choose another, or change that account.") from error
        stored.set_role(context.database, name, project, role)
        context.happened(by, "add_account", name, {"role": role, "project": project, "email": address, "first": first})


def set_role(context: Context, name: str, role: str | None, project: str, by: str | None) -> None:
    """Give a role in a project ('' for the whole workspace), or take it (None).

    Raises
    ------
    UnknownName : no such account, role or project. Conflict : nobody could administer the workspace after it.
    """
    given = None if role is None else require_role(role)
    _require_project(context, project)
    with context.database.write():
        found = stored.get(context.database, name)
        before = stored.roles_of(context.database, found["name"]).get(found["name"], {}).get(project)
        stored.set_role(context.database, found["name"], project, given)
        _require_admin(context)
        if before != given:
            context.happened(by, "set_role", found["name"], {"role": given, "before": before, "project": project})


def set_disabled(context: Context, name: str, disabled: bool, by: str | None) -> None:
    """Shut an account out (its sessions and tokens end at once), or let it in again.

    Raises
    ------
    UnknownName : no such account. Conflict : nobody could administer the workspace after it.
    """
    with context.database.write():
        found = stored.get(context.database, name)
        stored.set_disabled(context.database, found["name"], disabled)
        _require_admin(context)
        ended = sessions.end_all(context.database, found["name"]) if disabled else 0
        if bool(found["disabled"]) != disabled:
            context.happened(by, "disable_account" if disabled else "enable_account", found["name"], {"sessions": ended})


def set_password(context: Context, name: str, password: str, by: str | None) -> None:
    """Set a password; whoever is signed in under the account is signed out everywhere.

    Raises
    ------
    UnknownName : no such account. InvalidValue : the password is not allowed.
    """
    found = stored.get(context.database, name)
    hash = passwords.hashed(passwords.require(password, found["name"]))
    with context.database.write():
        stored.set_password(context.database, found["name"], hash)
        ended = sessions.end_all(context.database, found["name"])
        context.happened(by, "set_password", found["name"], {"sessions": ended})


def set_email(context: Context, name: str, email: str | None, by: str | None) -> None:
    """Set the address that an identity provider knows the account by; None takes it away.

    Raises
    ------
    UnknownName : no such account. InvalidValue : no address. Conflict : it belongs to another account.
    """
    address = _require_email(email)
    with context.database.write():
        found = stored.get(context.database, name)
        try:
            stored.set_email(context.database, found["name"], address)
        except sqlite3.IntegrityError as error:
            raise Conflict(f"The address {address} belongs to another account; take it from that one first.") from error
        sessions.end_all(context.database, found["name"])
        context.happened(by, "set_email", found["name"], {"before": found["email"], "email": address})


def matrix() -> pd.DataFrame:
    """Who may do what: a row a verb, in the order of the roles, and a column a role with whether it may."""
    verbs = sorted((verb for verb in NEEDS if NEEDS[verb] in ROLES), key=lambda verb: (ROLES.index(NEEDS[verb]), verb))
    return pd.DataFrame([{"verb": verb.removeprefix("people."), **{role: allows(role, verb) for role in ROLES}} for verb in verbs])


def findings(context: Context) -> list[str]:
    """Roles that are not what the history says, a sentence each: somebody wrote the table past the verbs."""
    told: dict[tuple[str, str], str | None] = {}
    for row in context.database.rows("SELECT subject, details FROM events WHERE verb IN ('add_account', 'set_role') ORDER BY id"):
        details = json.loads(row["details"])
        told[row["subject"], details["project"]] = details["role"]
    said = {key: role for key, role in told.items() if role is not None}
    held = {(name, project): role for name, roles in stored.roles_of(context.database).items() for project, role in roles.items()}
    wrong = sorted({name for name, _ in said.items() ^ held.items()})
    return [f"The role of {name} in {project or 'the workspace'} is not what the history says; set it again." for name, project in wrong]


def _require_name(name: str) -> str:
    text = name.strip() if isinstance(name, str) else ""
    if not NAME.fullmatch(text) or text.casefold() in RESERVED:
        raise InvalidValue(
            f"The name {name!r} is not allowed; use 1 to 64 letters, digits and . _ - @ + or spaces, and none of {', '.join(RESERVED)}."
        )
    return text


def _require_email(email: str | None) -> str | None:
    text = (email or "").strip()
    if not text:
        return None
    if not re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,190}", text):
        raise InvalidValue(f"{email!r} is no e-mail address; give one such as ann@example.org.")
    return text


def _require_project(context: Context, project: str) -> None:
    if project and context.database.value("SELECT 1 FROM projects WHERE name = ?", (project,)) is None:
        raise UnknownName.among("project", project, (row["name"] for row in context.database.rows("SELECT name FROM projects")))


def _require_admin(context: Context) -> None:
    if not stored.admins(context.database):
        raise Conflict("Nobody could administer the workspace after that; make somebody else an admin first.")
