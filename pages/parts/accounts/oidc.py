"""Signing in through an identity provider: `st.login`'s own routes do the talking, as `[auth]` in secrets.toml configures them.

What comes back is a signed cookie that says who it is. It is exchanged for a session of our own, which expires and can be ended.
"""

from __future__ import annotations

import json
from typing import Any

import streamlit as st
from starlette.requests import Request
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.user_info import generate_login_redirect_url
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value

import lifecycle

__all__ = ["COOKIES", "address_of", "identity", "login_url", "providers"]

COOKIES = ("_streamlit_user", "_streamlit_user_tokens")


def providers() -> list[str]:
    """The providers that secrets.toml names; "default" where [auth] itself has a client_id."""
    if not st.secrets.load_if_toml_exists():
        return []
    section = st.secrets.get("auth", {})
    named = [name for name, value in section.items() if hasattr(value, "get") and value.get("client_id")]
    return (["default"] if section.get("client_id") else []) + named


def login_url(provider: str) -> str:
    """Where `st.login(provider)` sends the browser."""
    return str(generate_login_redirect_url(provider))


def identity(request: Request) -> dict[str, Any]:
    """What the provider said of whoever comes back; empty where nothing valid was sent."""

    def one(name: str) -> bytes | None:
        value = request.cookies.get(name)
        return None if value is None else decode_signed_value(get_cookie_secret(), name, value.encode("latin-1"))

    try:
        found = json.loads(get_cookie_with_chunks(one, COOKIES[0]) or b"{}")
    except (UnicodeDecodeError, json.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) and found.get("is_logged_in") else {}


def address_of(said: dict[str, Any]) -> str:
    """The e-mail address that the provider vouches for.

    Raises
    ------
    NotAllowed : it gave none, or says itself that nobody has verified it.
    """
    address = str(said.get("email") or "").strip()
    if not address or said.get("email_verified") in (False, "false"):
        raise lifecycle.NotAllowed("The identity provider gave no verified e-mail address, so nobody here can be recognised by it.")
    return address
