"""A small OpenID provider on loopback, a process of its own: `python provider.py PORT CLIENT_ID CLIENT_SECRET REDIRECT_URI`.

It asks who one is, believes it, and vouches for it as the standard says: authorization code with PKCE, an ID token signed with RS256, keys by JWKS.
It refuses whatever the standard tells it to refuse, so that a client that cuts corners fails.
"""

from __future__ import annotations

import base64
import hashlib
import html
import secrets
import sys
import time
from typing import Any
from urllib.parse import parse_qs, urlencode

import uvicorn
from joserfc import jwk, jwt
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

PEOPLE = {
    "Ann": {"sub": "1", "email": "ann@example.org", "email_verified": True},
    "Stranger": {"sub": "2", "email": "stranger@example.org", "email_verified": True},
    "Unverified": {"sub": "3", "email": "ann@example.org", "email_verified": False},
}


def provider(issuer: str, client: str, secret: str, redirect: str) -> Starlette:
    """The provider's routes."""
    key = jwk.generate_key("RSA", 2048, {"use": "sig", "alg": "RS256", "kid": "only"}, private=True)
    codes: dict[str, dict[str, Any]] = {}

    def configuration(_: Request) -> Response:
        places = {f"{name}_endpoint": f"{issuer}/{name}" for name in ("authorization", "token")}
        kinds = {"response_types_supported": ["code"], "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"]}
        return JSONResponse({"issuer": issuer, **places, "jwks_uri": f"{issuer}/keys", "code_challenge_methods_supported": ["S256"], **kinds})

    def keys(_: Request) -> Response:
        return JSONResponse({"keys": [key.as_dict(private=False)]})

    def authorization(request: Request) -> Response:
        asked = dict(request.query_params)
        wanted = asked.get("client_id"), asked.get("redirect_uri"), asked.get("response_type")
        if wanted != (client, redirect, "code") or "openid" not in asked.get("scope", "").split() or not asked.get("state"):
            return Response(f"refused: {asked}", 400)
        person = asked.pop("person", "")
        if person not in PEOPLE:
            links = [f"<p><a href='?{html.escape(urlencode({**asked, 'person': name}))}'>{name}</a></p>" for name in PEOPLE]
            return HTMLResponse(f"<h1>Who are you?</h1>{''.join(links)}")
        code = secrets.token_urlsafe(16)
        codes[code] = {"person": person, "nonce": asked.get("nonce"), "challenge": asked.get("code_challenge")}
        return RedirectResponse(f"{redirect}?{urlencode({'code': code, 'state': asked['state']})}", 303)

    async def token(request: Request) -> Response:
        sent = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        basic = request.headers.get("authorization", "").removeprefix("Basic ")
        given = tuple(base64.b64decode(basic).decode().split(":", 1)) if basic else (sent.get("client_id"), sent.get("client_secret"))
        known = codes.pop(sent.get("code", ""), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if given != (client, secret) or known is None or sent.get("redirect_uri") != redirect or known["challenge"] not in (None, proof):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {"iss": issuer, "aud": client, "iat": now, "exp": now + 60, "name": known["person"], **PEOPLE[known["person"]]}
        if known["nonce"]:
            claims["nonce"] = known["nonce"]
        signed = jwt.encode({"alg": "RS256", "kid": "only"}, claims, key)
        return JSONResponse({"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 60, "id_token": signed})

    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", configuration),
            Route("/keys", keys),
            Route("/authorization", authorization),
            Route("/token", token, methods=["POST"]),
        ]
    )


if __name__ == "__main__":
    port, *rest = sys.argv[1:]
    uvicorn.run(provider(f"http://127.0.0.1:{port}", *rest), host="127.0.0.1", port=int(port), log_level="warning")
