"""POST /projects/{name}/predict, the one path that is asked all the time: FastAPI describes it, pydantic reads its body at once."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import ValidationError

from lifecycle.errors import BadData
from lifecycle.serving import bodies
from lifecycle.serving.batching import Batcher

__all__ = ["add"]


class _Straight(APIRoute):
    """A route that hands `name` and the body to its endpoint itself; FastAPI's own way, for any endpoint, takes longer than a model."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Called by FastAPI once, when the route is made."""
        endpoint = self.endpoint

        async def handle(sent: Request) -> Response:
            response: Response = await endpoint(sent.path_params["name"], _read(sent.headers.get("content-type", ""), await sent.body()))
            return response

        return handle


def add(app: FastAPI, batcher_of: Callable[[str], Batcher], most: int) -> None:
    """Add the path. `batcher_of`: a project's queue by its name; `most`: how many records one request may have."""

    async def predict(name: str, request: bodies.Request) -> Response:
        """Answer rows. All of them or none: a bad record refuses the request, with a reason for each, and nothing is logged."""
        batcher = batcher_of(name)
        if len(request.records) > most:
            raise BadData(f"There are {len(request.records)} records; one request takes at most {most}. Send them in several.")
        return Response(await batcher.answer(request.records, request.entity), media_type="application/json")

    told: dict[str, Any] = {"response_model": bodies.Answers, "responses": bodies.REFUSED, "methods": ["POST"]}
    app.router.add_api_route("/projects/{name}/predict", predict, route_class_override=_Straight, **told)


def _read(kind: str, body: bytes) -> bodies.Request:
    """The body as the model says; only as JSON by its own account, which a page of another site cannot send unasked.

    Raises
    ------
    RequestValidationError : it is no JSON, or of another shape.
    """
    subtype = kind.partition(";")[0].strip().lower()
    if subtype != "application/json" and not (subtype.startswith("application/") and subtype.endswith("+json")):
        raise RequestValidationError([{"loc": ("body",), "msg": "Send JSON, with the header Content-Type: application/json"}])
    try:
        return bodies.Request.model_validate_json(body)
    except ValidationError as error:
        raise RequestValidationError([{**found, "loc": ("body", *found["loc"])} for found in error.errors(include_url=False)]) from error
