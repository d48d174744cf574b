"""The forms that are shown before any page: sign-in, sign-out, a new password. Plain HTML; nothing in them comes from elsewhere."""

from __future__ import annotations

import html
from pathlib import Path
from urllib.parse import parse_qs, quote

from starlette.requests import Request
from starlette.responses import HTMLResponse

import lifecycle
from pages.parts.accounts.door import same_origin
from pages.parts.look import ICON

__all__ = ["local", "password", "sent", "sign_in", "sign_out"]

MOST_BYTES = 8192
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'",
}
STYLE = (Path(__file__).resolve().parent / "forms.css").read_text(encoding="utf-8")


def sign_in(wanted: str, providers: list[str], refused: str = "", told: str = "", status: int = 200) -> HTMLResponse:
    """Name and password, and a button an identity provider."""
    query = f"next={quote(wanted, safe='')}"
    links = "".join(
        f"<a class='button' href='/sign-in/with?provider={quote(name, safe='')}&amp;{query}'>"
        f"Sign in with {html.escape('your organisation' if name == 'default' else name.capitalize())}</a>"
        for name in providers
    )
    body = f"""{_said(refused, told)}<form method="post" action="/sign-in?{html.escape(query)}">
<label>Name<input name="name" autocomplete="username" autocapitalize="none" required autofocus maxlength="64"></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required maxlength="256"></label>
<button>Sign in</button></form>{links}"""
    return _page("Sign in", body, status)


def sign_out() -> HTMLResponse:
    """One button."""
    return _page("Sign out?", '<form method="post" action="/sign-out"><button>Sign out</button></form><p><a href="/">Stay</a></p>')


def password(refused: str = "") -> HTMLResponse:
    """The old password, and twice the new one."""
    fields = "".join(
        f'<label>{said}<input name="{name}" type="password" autocomplete="{kind}" required maxlength="256"></label>'
        for name, said, kind in (
            ("old", "Your password now", "current-password"),
            ("new", "The new one, 10 characters or more", "new-password"),
            ("again", "The new one again", "new-password"),
        )
    )
    note = "<p>You are signed out everywhere and sign in with the new one.</p>"
    body = (
        f'{_said(refused)}<form method="post" action="/password">{fields}<button>Change the password</button></form>{note}<p><a href="/">Back</a></p>'
    )
    return _page("Change your password", body, 403 if refused else 200)


def _said(refused: str = "", told: str = "") -> str:
    text, kind, role = (refused, "refused", "alert") if refused else (told, "told", "status")
    return f"<p class='{kind}' role='{role}'>{html.escape(text)}</p>" if text else ""


def _page(title: str, body: str, status: int = 200) -> HTMLResponse:
    page = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Lifecycle</title><style>{STYLE}</style></head><body><main>{ICON}<h1>{title}</h1>{body}</main></body></html>"""
    return HTMLResponse(page, status, HEADERS)


async def sent(request: Request) -> dict[str, str]:
    """The fields of a form that this dashboard's own page sent.

    Raises
    ------
    NotAllowed : another site sent it. InvalidValue : it is too large.
    """
    if not same_origin(request):
        raise lifecycle.NotAllowed("This form was sent from another site; open the sign-in page here and send it again.")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise lifecycle.InvalidValue("The form is too large.")
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace"), max_num_fields=10).items()}


def local(wanted: str | None) -> str:
    """A path of this dashboard and nothing else, so that a link cannot lead a signed-in person to another site."""
    path = wanted or "/"
    local = path.startswith("/") and not path.startswith(("//", "/\\", "/sign-")) and path.isprintable() and "\\" not in path
    return path if local else "/"
