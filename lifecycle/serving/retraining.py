"""The web hook: a call from outside that asks for a retraining."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from lifecycle.serving import bodies
from lifecycle.verbs.context import Context
from lifecycle.verbs.train.calling import call_retrain

__all__ = ["Call", "Called", "web_hook"]


class Call(BaseModel):
    """Why, and the figures behind it. What other fields a web hook sends is passed over."""

    model_config = ConfigDict(extra="ignore", json_schema_extra={"examples": [{"reason": "the new catalogue is in", "figures": {"products": 1200}}]})

    reason: Annotated[str, Field(max_length=500)] = ""
    figures: dict[str, Any] = {}


class Called(BaseModel):
    """The run that was queued or joined, null where a trigger holds it back; whether this call started it; and that as a sentence."""

    run: str | None
    fired: bool
    said: str


def web_hook(app: FastAPI, context_of: Any, sender: Any) -> None:
    """Add `POST /projects/{name}/retrain`. `context_of`: a project's context by its name; `sender`: whose request it is."""

    @app.post("/projects/{name}/retrain", response_model=Called, status_code=202, responses=bodies.REFUSED)  # type: ignore[arg-type]
    def retrain(name: str, sent: Request, call: Call | None = None) -> JSONResponse:
        """Ask for a retraining. The worker runs it; a storm of calls starts one."""
        context: Context = context_of(name)
        context.config  # noqa: B018  a project that does not exist is refused here
        asked = call or Call()
        return JSONResponse(call_retrain(context, asked.reason, asked.figures, sender(sent)), 202)
