"""Accounts and their roles."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lifecycle.errors import UnknownName
from lifecycle.stores.database import Database

__all__ = ["accounts", "add", "admins", "by_email", "exist", "get", "password", "roles_of", "set_disabled", "set_email", "set_password", "set_role"]


def exist(database: Database) -> bool:
    """Does this workspace have accounts?"""
    return database.value("SELECT 1 FROM accounts LIMIT 1") is not None


def get(database: Database, name: str) -> dict[str, Any]:
    """One account without its password: name, email, disabled, created, created_by, seen.

    Raises
    ------
    UnknownName : there is none of that name.
    """
    row = database.one("SELECT name, email, disabled, created, created_by, seen FROM accounts WHERE name = ?", (name,))
    if row is None:
        raise UnknownName.among("account", name, (found["name"] for found in accounts(database)))
    return row


def accounts(database: Database) -> list[dict[str, Any]]:
    """All accounts by name, without passwords; `password` says whether there is one."""
    sql = "SELECT name, email, disabled, created, created_by, seen, password IS NOT NULL AS password FROM accounts ORDER BY name"
    return database.rows(sql)


def by_email(database: Database, email: str) -> str | None:
    """The account that an identity provider's e-mail address belongs to."""
    found = database.value("SELECT name FROM accounts WHERE email = ?", (email.strip(),))
    return None if found is None else str(found)


def add(database: Database, name: str, email: str | None, password: str | None, time: datetime, by: str) -> None:
    """Add an account; `password` is a hash."""
    with database.write() as connection:
        sql = "INSERT INTO accounts (name, email, password, created, created_by) VALUES (?, ?, ?, ?, ?)"
        connection.execute(sql, (name, email, password, time.isoformat(), by))


def password(database: Database, name: str) -> str | None:
    """The stored hash of an account that may sign in, None where there is none."""
    found = database.value("SELECT password FROM accounts WHERE name = ? AND NOT disabled", (name,))
    return None if found is None else str(found)


def set_password(database: Database, name: str, password: str) -> None:
    """Replace the stored hash."""
    with database.write() as connection:
        connection.execute("UPDATE accounts SET password = ? WHERE name = ?", (password, name))


def set_email(database: Database, name: str, email: str | None) -> None:
    """Replace the address."""
    with database.write() as connection:
        connection.execute("UPDATE accounts SET email = ? WHERE name = ?", (email, name))


def set_disabled(database: Database, name: str, disabled: bool) -> None:
    """Shut an account out, or let it in again."""
    with database.write() as connection:
        connection.execute("UPDATE accounts SET disabled = ? WHERE name = ?", (int(disabled), name))


def roles_of(database: Database, name: str | None = None) -> dict[str, dict[str, str]]:
    """Roles by account and project ('' for the whole workspace), of one account or of all."""
    found: dict[str, dict[str, str]] = {}
    for row in database.rows("SELECT name, project, role FROM roles WHERE ? IS NULL OR name = ?", (name, name)):
        found.setdefault(row["name"], {})[row["project"]] = row["role"]
    return found


def set_role(database: Database, name: str, project: str, role: str | None) -> None:
    """Give a role in a project ('' for the whole workspace), or take it (None)."""
    with database.write() as connection:
        if role is None:
            connection.execute("DELETE FROM roles WHERE name = ? AND project = ?", (name, project))
        else:
            sql = "INSERT INTO roles (name, project, role) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET role = excluded.role"
            connection.execute(sql, (name, project, role))


def admins(database: Database, project: str = "") -> list[str]:
    """Who can give roles here: the active admins of the project and of the workspace, by name."""
    sql = """SELECT DISTINCT accounts.name AS name FROM accounts JOIN roles ON roles.name = accounts.name
             WHERE roles.role = 'admin' AND roles.project IN ('', ?) AND NOT accounts.disabled ORDER BY accounts.name"""
    return [row["name"] for row in database.rows(sql, (project,))]
