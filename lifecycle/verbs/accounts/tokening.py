"""Tokens of the prediction API: made by an admin, shown once, revoked at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import pandas as pd

from lifecycle.errors import InvalidValue, NotReady, UnknownName
from lifecycle.roles import require_scopes
from lifecycle.stores import accounts, passwords
from lifecycle.stores import tokens as stored
from lifecycle.verbs.context import Context, who

__all__ = ["create_token", "revoke_token", "tokens"]

COLUMNS = ["id", "label", "owner", "project", "scopes", "rate", "created", "expires", "revoked", "state"]


def create_token(context: Context, label: str, scopes: Iterable[str], project: str, expires: str | None, rate: float | None, by: str | None) -> str:
    """Make a token that opens `scopes` in one project ('' for all), for so long ("90D"; None: until it is revoked); returns its secret, this once.

    Raises
    ------
    NotReady : nobody has an account, so the API asks for no token. InvalidValue, UnknownName : an argument outside what is allowed.
    """
    if not accounts.exist(context.database):
        raise NotReady(
            "Nobody has an account here, so the prediction API asks for no token; add an account first: lifecycle user add NAME --role admin."
        )
    text = label.strip() if isinstance(label, str) else ""
    if not 1 <= len(text) <= 64:
        raise InvalidValue("A token needs a label of 1 to 64 characters that says what it is for, such as 'shop checkout'.")
    if rate is not None and (isinstance(rate, bool) or not 0 < rate <= 1e6):
        raise InvalidValue(f"The rate is {rate}; it must be a number of requests a second above 0, or None for the server's own limit.")
    if project and context.database.value("SELECT 1 FROM projects WHERE name = ?", (project,)) is None:
        raise UnknownName.among("project", project, (row["name"] for row in context.database.rows("SELECT name FROM projects")))
    kept, until = require_scopes(scopes), _until(expires)
    secret = passwords.new_secret("lct")
    with context.database.write():
        owner = accounts.get(context.database, who(by))["name"]
        id = stored.add(context.database, passwords.digest(secret), text, owner, project, kept, rate, datetime.now(UTC), until)
        context.happened(by, "create_token", f"token {id}", {"label": text, "project": project, "scopes": kept, "expires": until})
    return secret


def tokens(context: Context) -> pd.DataFrame:
    """All tokens, the newest first, without their secrets: id, label, owner, project, scopes, rate, created, expires, revoked, state."""
    now, rows = datetime.now(UTC), []
    off = {row["name"] for row in accounts.accounts(context.database) if row["disabled"]}
    for row in stored.tokens(context.database):
        expired = row["expires"] is not None and datetime.fromisoformat(row["expires"]) <= now
        state = "revoked" if row["revoked"] else "expired" if expired else "owner disabled" if row["owner"] in off else "valid"
        rows.append({**row, "scopes": list(row["scopes"]), "state": state})
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.assign(**{name: pd.to_datetime(frame[name], utc=True, format="ISO8601") for name in ("created", "expires", "revoked")})


def revoke_token(context: Context, id: int, by: str | None) -> None:
    """From now on it opens nothing; serving processes know within a second.

    Raises
    ------
    UnknownName : there is none of that number.
    """
    with context.database.write():
        found = stored.get(context.database, id)
        if found["revoked"] is None:
            stored.revoke(context.database, id, datetime.now(UTC))
            context.happened(by, "revoke_token", f"token {id}", {"label": found["label"]})


def _until(expires: str | None) -> datetime | None:
    if expires is None or not expires.strip():
        return None
    try:
        span = pd.Timedelta(expires)
    except ValueError:
        span = pd.Timedelta(0)
    if span <= pd.Timedelta(0):
        raise InvalidValue(f"The token cannot expire after {expires!r}; give a span such as '90D' or '12h', or none for one that stays.")
    return datetime.now(UTC) + span.to_pytimedelta()
