"""Passwords as Argon2id hashes, and secrets as SHA-256: what is stored opens no door."""

from __future__ import annotations

import functools
import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lifecycle.errors import InvalidValue

__all__ = ["LEAST", "digest", "hashed", "matches", "new_secret", "outdated", "require"]

LEAST, MOST, DISTINCT = 10, 256, 5

_HASHER = PasswordHasher()  # the library's defaults: RFC 9106's low-memory profile, 64 MiB and 3 passes
_nobody = functools.cache(lambda: _HASHER.hash(secrets.token_hex(16)))  # verified for names that nobody has, so that they take as long as others


def require(password: str, name: str) -> str:
    """A password that may be used.

    Raises
    ------
    InvalidValue : it is short, very long, the account's name, or a few characters over and over.
    """
    if not isinstance(password, str) or not LEAST <= len(password) <= MOST:
        raise InvalidValue(f"A password has {LEAST} to {MOST} characters; a sentence is easier to remember than signs.")
    if len(password.casefold().replace(name.casefold(), "")) < LEAST // 2:
        raise InvalidValue("The password is little more than the account's name; choose another.")
    if len(set(password)) < DISTINCT:
        raise InvalidValue(f"The password repeats fewer than {DISTINCT} characters; choose another.")
    return password


def hashed(password: str) -> str:
    """Argon2id with its parameters and salt, as one text."""
    return _HASHER.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Is it this password? Takes as long where there is none stored."""
    try:
        return _HASHER.verify(stored or _nobody(), password[: MOST + 1]) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    """Was it hashed with weaker parameters than today's?"""
    return _HASHER.check_needs_rehash(stored)


def new_secret(kind: str) -> str:
    """256 random bits with a mark in front, so that a secret that leaks is recognised by those who search for it."""
    return f"{kind}_{secrets.token_urlsafe(32)}"


def digest(secret: str) -> str:
    """What is stored of a secret; it is random enough for a plain hash to be safe."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
