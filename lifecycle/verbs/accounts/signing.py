"""Signing in and out: passwords that are guessed are slowed down, sessions are secrets that only the browser has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd

from lifecycle.errors import NotAllowed
from lifecycle.stores import accounts, passwords
from lifecycle.stores import sessions as stored
from lifecycle.verbs.accounts import people
from lifecycle.verbs.accounts.durations import idle, longest
from lifecycle.verbs.context import Context

__all__ = ["change_password", "end_sessions", "session", "sessions", "sign_in", "sign_in_as", "sign_out"]

WRONG = "The name or the password is not right."
TOUCH = timedelta(minutes=1)
# What is guarded: failures that are free, and the longest wait in seconds. A name alone waits little, so that nobody can lock others out for long.
GUARDED = {"pair": (4, 900.0), "address": (20, 900.0), "name": (50, 30.0)}


def sign_in(context: Context, name: str, password: str, address: str) -> str:
    """Sign in with a password; returns the session's secret, which is stored nowhere but with whoever asked.

    Every failure after the fourth in a row doubles the wait, for names that nobody has just as for others.

    Raises
    ------
    NotAllowed : the name or the password is wrong, or it was tried too often; the sentence says how long to wait.
    """
    _verify(context, name, password, address)
    return _start(context, name.strip(), "password")


def sign_in_as(context: Context, email: str, provider: str) -> str:
    """Sign in somebody whom an identity provider vouches for; returns the session's secret.

    Raises
    ------
    NotAllowed : no account has this address, or it is disabled.
    """
    name = accounts.by_email(context.database, email) if email.strip() else None
    if name is None:
        raise NotAllowed(f"Nobody here has the e-mail address {email or '(none)'}; an admin can give it to an account under Set up > People.")
    if accounts.get(context.database, name)["disabled"]:
        raise NotAllowed(f"The account {name!r} is disabled; an admin can enable it.")
    return _start(context, name, provider)


def session(context: Context, secret: str) -> str | None:
    """Who is signed in with this secret; None where the session has ended. Using it keeps it from idling out."""
    hash, now = passwords.digest(secret), datetime.now(UTC)
    found = stored.holder(context.database, hash, now, idle(), longest())
    if found is None:
        return None
    if now - found[1] > min(TOUCH, idle() / 10):
        stored.touch(context.database, hash, now)
    return found[0]


def sign_out(context: Context, secret: str) -> None:
    """End this session."""
    stored.end(context.database, passwords.digest(secret))


def sessions(context: Context) -> pd.DataFrame:
    """Who is signed in, the newest use first: name, started, seen, source."""
    now = datetime.now(UTC)
    frame = pd.DataFrame(stored.sessions(context.database, now - idle(), now - longest()), columns=["name", "started", "seen", "source"])
    return frame.assign(**{column: pd.to_datetime(frame[column], utc=True, format="ISO8601") for column in ("started", "seen")})


def end_sessions(context: Context, name: str, by: str | None) -> int:
    """Sign somebody out everywhere; returns how many sessions ended.

    Raises
    ------
    UnknownName : no such account.
    """
    with context.database.write():
        found = accounts.get(context.database, name)
        ended = stored.end_all(context.database, found["name"])
        context.happened(by, "end_sessions", found["name"], {"sessions": ended})
    return ended


def change_password(context: Context, name: str, old: str, new: str, address: str) -> None:
    """Change one's own password; every session of the account ends, this one too.

    Raises
    ------
    NotAllowed : the old password is wrong, or it was tried too often. InvalidValue : the new one is not allowed.
    """
    _verify(context, name, old, address)
    people.set_password(context, name, new, name)


def _verify(context: Context, name: str, password: str, address: str) -> None:
    """The failure is counted before the password is looked at, so that many guesses at once gain nothing."""
    subjects = _subjects(name, address)
    with context.database.write():
        now = datetime.now(UTC)
        _require_patience(context, subjects, now)
        counted = stored.note_failure(context.database, subjects.values(), now)
        if counted[subjects["pair"]] == GUARDED["pair"][0] + 1:
            context.happened("lifecycle", "sign_in_slowed", name.strip()[:64], {"address": address, "failures": counted[subjects["pair"]]})
    hash = accounts.password(context.database, name.strip())
    if not passwords.matches(hash, password):
        raise NotAllowed(WRONG)
    stored.forget_failures(context.database, subjects.values())
    if hash is not None and passwords.outdated(hash):
        accounts.set_password(context.database, name.strip(), passwords.hashed(password))


def _require_patience(context: Context, subjects: dict[str, str], now: datetime) -> None:
    seen = stored.failures(context.database, subjects.values())
    waits = [0.0]
    for kind, subject in subjects.items():
        failures, last = seen.get(subject, (0, now))
        free, most = GUARDED[kind]
        if failures > free:
            waits.append((last + timedelta(seconds=min(2.0 ** min(failures - free - 1, 20), most)) - now).total_seconds())
    if (seconds := max(waits)) > 0:
        raise NotAllowed(f"Too many sign-ins failed; wait {int(seconds) + 1} seconds and try again.")


def _subjects(name: str, address: str) -> dict[str, str]:
    """What failures are counted for, as digests: a mistyped name may be a password."""
    known = {"pair": f"{name.strip().casefold()}\x1f{address}", "address": address, "name": name.strip().casefold()}
    return {kind: f"{kind}:{passwords.digest(text)}" for kind, text in known.items()}


def _start(context: Context, name: str, source: str) -> str:
    secret = passwords.new_secret("lcs")
    stored.start(context.database, passwords.digest(secret), name, datetime.now(UTC), source)
    return secret
