"""Signing in and out, as plain forms that need no script: the cookie is set by the server and no script can read it."""

from __future__ import annotations

import asyncio
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

import lifecycle
from pages.parts.accounts import forms, oidc
from pages.parts.accounts.door import cookie_name, home, same_origin, secret_of

__all__ = ["routes"]

NEXT = "lifecycle_next"
DAYS = 30  # the browser's own limit; the server's is shorter and counts


async def sign_in(request: Request) -> Response:
    """The form, and what it sends: a session and the way back to the page that was wanted."""
    wanted = forms.local(request.query_params.get("next"))
    if not home().people.needed():
        return RedirectResponse(wanted, 303)
    if request.method != "POST":
        secret = secret_of(request)
        known = await asyncio.to_thread(home().people.session, secret) if secret else None
        changed = "The password is changed; sign in with the new one." if "changed" in request.query_params else ""
        return RedirectResponse(wanted, 303) if known else forms.sign_in(wanted, oidc.providers(), told=changed)
    try:
        given = await forms.sent(request)
        address = request.client.host if request.client else ""
        made = await asyncio.to_thread(home().people.sign_in, given.get("name", ""), given.get("password", ""), address)
    except lifecycle.LifecycleError as refusal:
        return forms.sign_in(wanted, oidc.providers(), refused=str(refusal), status=403)
    return await _entered(request, made, wanted)


async def sign_in_with(request: Request) -> Response:
    """Off to the identity provider; where to go afterwards waits in a cookie."""
    chosen = request.query_params.get("provider", "")
    if chosen not in oidc.providers():
        return forms.sign_in("/", oidc.providers(), refused="This identity provider is not configured.", status=404)
    answer = RedirectResponse(oidc.login_url(chosen), 303)
    wanted = quote(forms.local(request.query_params.get("next")), safe="")
    answer.set_cookie(NEXT, wanted, max_age=600, httponly=True, samesite="lax", secure=request.url.scheme == "https")
    return answer


async def arrived(request: Request) -> Response:
    """Back from the identity provider: its word is exchanged for a session of our own."""
    said = oidc.identity(request)
    answer: Response
    try:
        address = oidc.address_of(said)
        made = await asyncio.to_thread(home().people.sign_in_as, address, str(said.get("provider") or "oidc"))
    except lifecycle.LifecycleError as refusal:
        answer = forms.sign_in("/", oidc.providers(), refused=str(refusal), status=403)
    else:
        answer = await _entered(request, made, forms.local(unquote(request.cookies.get(NEXT, ""))))
    for name in [found for found in request.cookies if found.startswith(oidc.COOKIES[0])] + [NEXT]:
        answer.delete_cookie(name)
    return answer


async def sign_out(request: Request) -> Response:
    """End the session. Another site's link only leads to a button, so that nobody is signed out behind their back."""
    if not same_origin(request):
        return forms.sign_out()
    await asyncio.to_thread(home().people.sign_out, secret_of(request))
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(cookie_name(request.headers.get("host")))
    return answer


async def password(request: Request) -> Response:
    """Change one's own password; every session of the account ends with it."""
    if request.method != "POST":
        return forms.password()
    try:
        given = await forms.sent(request)
        name = await asyncio.to_thread(home().people.session, secret_of(request)) or ""
        if given.get("new", "") != given.get("again", ""):
            raise lifecycle.InvalidValue("The two new passwords are not the same; type it again.")
        address = request.client.host if request.client else ""
        await asyncio.to_thread(home().people.change_password, name, given.get("old", ""), given.get("new", ""), address)
    except lifecycle.LifecycleError as refusal:
        return forms.password(str(refusal))
    return RedirectResponse("/sign-in?changed=1", 303)


async def _entered(request: Request, secret: str, wanted: str) -> Response:
    await asyncio.to_thread(home().people.sign_out, secret_of(request))  # the one before, if there was any
    answer = RedirectResponse(wanted, 303, {"Cache-Control": "no-store"})
    name, secure = cookie_name(request.headers.get("host")), request.url.scheme == "https"
    answer.set_cookie(name, secret, max_age=DAYS * 86400, httponly=True, samesite="lax", secure=secure)
    return answer


routes = [
    Route("/sign-in", sign_in, methods=["GET", "POST"]),
    Route("/sign-in/with", sign_in_with),
    Route("/sign-in/arrived", arrived),
    Route("/sign-out", sign_out, methods=["GET", "POST"]),
    Route("/password", password, methods=["GET", "POST"]),
]
