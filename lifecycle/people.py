"""A workspace's people: accounts, roles, sessions and tokens. The work is in `lifecycle.verbs`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from lifecycle.stores import accounts as stored
from lifecycle.stores.database import Database
from lifecycle.verbs.accounts import people, signing, tokening
from lifecycle.verbs.context import Caller, Context, who
from lifecycle.verbs.guarding import Guarded

__all__ = ["People"]


class People(Guarded):
    """Who may do what here. While there is no account, any name may do anything, on this machine alone.

    `project` is '' for the whole workspace in all of these. An admin of a project can give roles and tokens of that project.
    """

    _prefix = "people."

    def __init__(self, context: Context) -> None:
        self._context = context

    def _entrance(self) -> tuple[Database, Caller, str]:
        return self._context.database, self._context.caller, ""

    def needed(self) -> bool:
        """Do people have to sign in? They do from the first account on."""
        return stored.exist(self._context.database)

    def accounts(self) -> pd.DataFrame:
        """A row an account: name, role (in the workspace), projects (role by project), email, disabled, password (is there one),
        created, created_by, seen."""
        return people.accounts(self._context)

    def me(self) -> dict[str, Any]:
        """Whoever calls: name, role (in the workspace), projects (role by project)."""
        return people.me(self._context, self._context.caller.name or who(None))

    def matrix(self) -> pd.DataFrame:
        """Who may do what: a row a verb, a column a role."""
        return people.matrix()

    def add(self, name: str, role: str, password: str | None = None, project: str = "", email: str | None = None, by: str | None = None) -> None:
        """Add an account. `role`: viewer, labeler, data scientist, approver or admin. The first one has to be an admin."""
        people.add(self._context, name, role, password, project, email, by)

    def set_role(self, name: str, role: str | None, project: str = "", by: str | None = None) -> None:
        """Give a role in a project or in the workspace, or take it (None)."""
        people.set_role(self._context, name, role, project, by)

    def set_email(self, name: str, email: str | None, by: str | None = None) -> None:
        """Set the address that an identity provider knows the account by."""
        people.set_email(self._context, name, email, by)

    def set_password(self, name: str, password: str, by: str | None = None) -> None:
        """Set somebody's password; they are signed out everywhere."""
        people.set_password(self._context, name, password, by)

    def disable(self, name: str, by: str | None = None) -> None:
        """Shut an account out: its sessions and tokens end at once. What it did stays in the history."""
        people.set_disabled(self._context, name, True, by)

    def enable(self, name: str, by: str | None = None) -> None:
        """Let a disabled account in again."""
        people.set_disabled(self._context, name, False, by)

    def sign_in(self, name: str, password: str, address: str = "") -> str:
        """Sign in; returns the session's secret. `address`: where the attempt comes from, so that guessing is slowed down there.

        Raises
        ------
        NotAllowed : the name or the password is wrong, or it was tried too often.
        """
        return signing.sign_in(self._context, name, password, address)

    def sign_in_as(self, email: str, provider: str) -> str:
        """Sign in somebody whom an identity provider vouches for; returns the session's secret."""
        return signing.sign_in_as(self._context, email, provider)

    def session(self, secret: str) -> str | None:
        """Who is signed in with this secret, None where the session has ended."""
        return signing.session(self._context, secret)

    def sign_out(self, secret: str) -> None:
        """End this session."""
        signing.sign_out(self._context, secret)

    def sessions(self) -> pd.DataFrame:
        """Who is signed in: name, started, seen, source."""
        return signing.sessions(self._context)

    def end_sessions(self, name: str, by: str | None = None) -> int:
        """Sign somebody out everywhere; returns how many sessions ended."""
        return signing.end_sessions(self._context, name, by)

    def change_password(self, name: str, old: str, new: str, address: str = "") -> None:
        """Change one's own password with the old one; every session of the account ends."""
        signing.change_password(self._context, name, old, new, address)

    def create_token(
        self, label: str, scopes: Iterable[str], project: str = "", expires: str | None = "90D", rate: float | None = None, by: str | None = None
    ) -> str:
        """Make a token of the prediction API; returns its secret, which is shown this once. `scopes`: predict, label, retrain, read, admin.
        `rate`: requests a second; None: the server's own limit."""
        return tokening.create_token(self._context, label, scopes, project, expires, rate, by)

    def tokens(self) -> pd.DataFrame:
        """All tokens without their secrets: id, label, owner, project, scopes, rate, created, expires, revoked, state."""
        return tokening.tokens(self._context)

    def revoke_token(self, id: int, by: str | None = None) -> None:
        """From now on it opens nothing; serving processes know within a second."""
        tokening.revoke_token(self._context, id, by)
