"""The API's own description says which scope each path asks for, and how it refuses."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from lifecycle.roles import SCOPES
from lifecycle.serving.tokens import wanted

__all__ = ["with_tokens"]

REFUSALS = {
    "401": "No valid token, where the workspace has accounts",
    "403": "The token is for another project, or lacks the scope",
    "413": "The body is too large",
    "429": "Too many requests; Retry-After says how long to wait",
}


def with_tokens(app: FastAPI) -> None:
    """Add the bearer token and the refusals of `TokenDoor` and `BodyLimit`, which answer before a route does, to the description."""
    bare = app.openapi

    def described() -> dict[str, Any]:
        fresh = app.openapi_schema is None
        found = bare()
        if fresh:
            told = "Where the workspace has accounts: a token with the scope " + ", ".join(f"{name} ({what})" for name, what in SCOPES.items())
            schemes = found.setdefault("components", {}).setdefault("securitySchemes", {})
            schemes["token"] = {"type": "http", "scheme": "bearer", "description": f"{told}."}
            for path, verbs in found["paths"].items():
                if (scope := wanted(path, False)) is not None:
                    for operation in verbs.values():
                        operation["security"] = [{"token": [scope]}, {}]
                        operation["responses"] |= {code: {"description": said} for code, said in REFUSALS.items()}
        return found

    app.openapi = described  # type: ignore[method-assign]
