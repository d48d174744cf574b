"""The one door that every public verb goes through: with accounts, the caller's role has to allow it.

`Guarded` wraps the public methods and properties of each class below it when the class is made, so that a verb cannot be
written around the door; which role it needs stands in `lifecycle.roles`, and one that stands nowhere is the admins' alone.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from types import FunctionType
from typing import Any

from lifecycle.errors import NotAllowed, SignedOut
from lifecycle.roles import ANYBODY, OPEN, allows, higher, needed
from lifecycle.stores import accounts, sessions
from lifecycle.stores.database import Database
from lifecycle.verbs.accounts.durations import idle, longest
from lifecycle.verbs.context import Caller, who

__all__ = ["Guarded", "refusal"]

_ENDED = "You are not signed in, or your session has ended. Sign in and do it again; nothing was changed."


class Guarded:
    """A noun whose verbs look at the caller's role. Its `_entrance()` says the database, who calls, and the project that it is about
    ('' for the workspace)."""

    _prefix = ""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name, member in list(vars(cls).items()):
            if name.startswith("_"):
                continue
            if isinstance(member, FunctionType):
                setattr(cls, name, _guarded(f"{cls._prefix}{name}", member))
            elif isinstance(member, property) and isinstance(member.fget, FunctionType):
                setattr(cls, name, property(_guarded(f"{cls._prefix}{name}", member.fget), doc=member.__doc__))


def refusal(database: Database, caller: Caller, verb: str, project: str, by: str | None = None) -> str:
    """Why the caller may not call the verb, as a sentence; empty where they may."""
    try:
        _require(database, caller, verb, project, by)
    except NotAllowed as error:
        return str(error)
    return ""


def _guarded(verb: str, function: FunctionType) -> Callable[..., Any]:
    """The function behind the door."""
    if needed(verb) == OPEN:
        return function
    names = list(inspect.signature(function).parameters)
    acts = needed(verb) not in (ANYBODY, "viewer")  # reading about an annotator is not acting as one
    actor = next((name for name in ("by", "annotator") if name in names and (acts or name == "by")), None)
    places = {name: names.index(name) - 1 for name in (actor, "project") if name in names}

    @functools.wraps(function)
    def behind(self: Any, *given: Any, **named: Any) -> Any:
        database, caller, project = self._entrance()
        if caller.trusted:
            return function(self, *given, **named)
        by = _given(places.get(actor or ""), actor or "", given, named)
        if accounts.exist(database):
            _require(database, caller, verb, project or _given(places.get("project"), "project", given, named) or "", by)
        if actor and caller.name and not by:
            given, named = given[: places[actor]], {**named, **dict(zip(names[1 + places[actor] :], given[places[actor] :], strict=False))}
            named[actor] = caller.name
        return function(self, *given, **named)

    return behind


def _given(place: int | None, name: str, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
    if place is None:
        return None
    return given[place] if place < len(given) else named.get(name)


def _require(database: Database, caller: Caller, verb: str, project: str, by: str | None) -> None:
    if caller.trusted or not accounts.exist(database) or needed(verb) == OPEN:
        return
    person = caller.name or who(by)
    if caller.session is not None:
        held = sessions.holder(database, caller.session, datetime.now(UTC), idle(), longest())
        if held is None:
            raise SignedOut(_ENDED)
    if caller.name and by and by.strip().casefold() != caller.name.casefold():
        raise NotAllowed(f"You are signed in as {caller.name} and cannot act as {by}; leave the name out.")
    row = database.one("SELECT name, disabled FROM accounts WHERE name = ?", (person,))
    if row is None:
        raise NotAllowed(
            f"There is no account named {person!r}, and this workspace has accounts; {_who_can(database, project)} can add one "
            "(`lifecycle user add`). On this machine, say who you are with `lifecycle --as NAME` or LIFECYCLE_USER."
        )
    if row["disabled"]:
        raise NotAllowed(f"The account {row['name']!r} is disabled; {_who_can(database, project)} can enable it.")
    held_roles = accounts.roles_of(database, row["name"]).get(row["name"], {})
    role = higher((held_roles.get(""), held_roles.get(project)))
    if not allows(role, verb):
        raise NotAllowed(_sentence(database, row["name"], role, verb, project))


def _sentence(database: Database, name: str, role: str | None, verb: str, project: str) -> str:
    where = f"in project {project!r}" if project else "in this workspace"
    has = f"{name} is {_a(role)} {where}" if role else f"{name} has no role {where}"
    what, wanted = verb.removeprefix("people.").replace("_", " "), _a(needed(verb)) + ("" if needed(verb) == "admin" else " or higher")
    return f"{has}, and '{what}' needs {wanted}; {_who_can(database, project)} can give that role."


def _who_can(database: Database, project: str) -> str:
    names = accounts.admins(database, project)
    return f"{', '.join(names[:3])} (admin)" if names else "an admin"


def _a(role: str) -> str:
    return f"an {role}" if role[0] in "aeiou" else f"a {role}"
