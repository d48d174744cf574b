"""Passwords, sessions and guessing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import lifecycle
from lifecycle.stores import passwords
from lifecycle.verbs.accounts import signing
from tests.people.conftest import PASSWORD


def test_passwords_are_argon2id_and_secrets_are_not_stored(peopled: lifecycle.Workspace) -> None:
    secret = peopled.people.sign_in("vera", PASSWORD)
    token = peopled.as_user("root").people.create_token("shop", ["predict"])
    peopled.database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    stored = b"".join(path.read_bytes() for path in Path(peopled.path).glob("lifecycle.db*"))
    assert peopled.database.value("SELECT password FROM accounts WHERE name = 'vera'").startswith("$argon2id$")
    for text in (PASSWORD, secret, token):
        assert text.encode() not in stored


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaa", "vera-vera-12", "x" * 300, ""])
def test_weak_passwords_are_refused(peopled: lifecycle.Workspace, password: str) -> None:
    with pytest.raises(lifecycle.InvalidValue):
        peopled.people.set_password("vera", password, by="root")
    assert peopled.people.sign_in("vera", PASSWORD)


def test_a_session_says_who_and_ends(peopled: lifecycle.Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = peopled.people.sign_in("VERA", PASSWORD)
    project = peopled.as_session(secret).project("demo")
    assert peopled.people.session(secret) == "vera"
    assert project.champion.version == 1
    for column, ago in (("seen", timedelta(hours=13)), ("started", timedelta(hours=169))):
        secret = peopled.people.sign_in("vera", PASSWORD)
        with peopled.database.write() as connection:
            then = (datetime.now(UTC) - ago).isoformat()
            connection.execute(f"UPDATE sessions SET {column} = ? WHERE hash = ?", (then, passwords.digest(secret)))
        assert peopled.people.session(secret) is None
        with pytest.raises(lifecycle.SignedOut):
            peopled.as_session(secret)
    peopled.people.sign_out(secret)
    monkeypatch.setenv("LIFECYCLE_SESSION_HOURS", "soon")
    with pytest.raises(lifecycle.InvalidValue, match="LIFECYCLE_SESSION_HOURS"):
        project.drift()


@pytest.mark.parametrize("end", ["password", "own password", "disable", "end_sessions"])
def test_every_session_ends_at_once(peopled: lifecycle.Workspace, end: str) -> None:
    held = [peopled.as_session(peopled.people.sign_in("vera", PASSWORD)).project("demo") for _ in range(2)]
    root = peopled.as_user("root").people
    acts = {
        "password": lambda: root.set_password("vera", "another long sentence"),
        "own password": lambda: peopled.people.change_password("vera", PASSWORD, "another long sentence"),
        "disable": lambda: root.disable("vera"),
        "end_sessions": lambda: root.end_sessions("vera"),
    }
    acts[end]()
    for project in held:
        with pytest.raises(lifecycle.SignedOut):
            project.drift()


@pytest.mark.parametrize("name", ["vera", "nobody-of-that-name"])
def test_guessing_gets_ever_slower_for_all_names_alike(peopled: lifecycle.Workspace, name: str) -> None:
    said = []
    for _ in range(7):
        with pytest.raises(lifecycle.NotAllowed) as refusal:
            peopled.people.sign_in(name, "guess after guess", "203.0.113.9")
        said.append(str(refusal.value))
    assert said[:5] == [signing.WRONG] * 5
    assert said[5] == said[6] == "Too many sign-ins failed; wait 1 seconds and try again."
    with peopled.database.write() as connection:  # eight more failures later
        connection.execute("UPDATE failed_sign_ins SET failures = 12")
    with pytest.raises(lifecycle.NotAllowed, match="wait 128 seconds"):
        peopled.people.sign_in(name, PASSWORD, "203.0.113.9")  # the right one has to wait, too
    if name == "vera":
        assert peopled.people.sign_in("vera", PASSWORD, "198.51.100.7")  # from elsewhere she is not locked out


def test_an_unknown_name_is_verified_like_a_known_one(peopled: lifecycle.Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    verified = []

    def spy(stored: str | None, password: str) -> bool:
        verified.append(stored)
        return False

    monkeypatch.setattr(signing.passwords, "matches", spy)
    for name in ("vera", "nobody"):
        with pytest.raises(lifecycle.NotAllowed):
            peopled.people.sign_in(name, "guess after guess")
    assert verified[0] is not None
    assert verified[1] is None
    monkeypatch.undo()
    assert not passwords.matches(None, "nobody")  # not even the password of nobody's own hash


def test_the_first_account_is_an_admin(home: Path) -> None:
    people = lifecycle.open_workspace(home).people
    with pytest.raises(lifecycle.InvalidValue, match="first account has to be an admin"):
        people.add("vera", "viewer", PASSWORD)
    with pytest.raises(lifecycle.InvalidValue, match="not allowed"):
        people.add("lifecycle", "admin", PASSWORD)
    assert not people.needed()
    people.add("root", "admin", PASSWORD)
    with pytest.raises(lifecycle.Conflict, match="belongs to an account"):
        people.add("ROOT", "viewer", PASSWORD, by="root")


def test_a_provider_s_word_is_mapped_by_address(peopled: lifecycle.Workspace) -> None:
    assert peopled.people.session(peopled.people.sign_in_as("Vera@Example.org", "default")) == "vera"
    with pytest.raises(lifecycle.NotAllowed, match="Nobody here has the e-mail address"):
        peopled.people.sign_in_as("mallory@example.org", "default")
    with pytest.raises(lifecycle.NotAllowed):
        peopled.people.sign_in_as("", "default")
    peopled.people.disable("vera", by="root")
    with pytest.raises(lifecycle.NotAllowed, match="disabled"):
        peopled.people.sign_in_as("vera@example.org", "default")
