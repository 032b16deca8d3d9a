"""SPARQL 1.1 Update over HTTP: a form or a direct body, whole or not at all, with a token."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import TOKEN, writer_of
from api.dependencies import SettingsGiven
from api.protocol import FORM, UPDATE, read_update
from api.writes import WritesGiven

__all__ = ["REFUSALS", "router"]

router = APIRouter(tags=["sparql"])

_PROBLEM: Final[dict[str, Any]] = {"content": {"application/problem+json": {}}}
REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"description": "not understood, with line and column where there are any, or refused", **_PROBLEM},
    401: {"description": "no token, or one that is not known", **_PROBLEM},
    403: {"description": "the graph is not to be written", **_PROBLEM},
    408: {"description": "the body did not arrive in time", **_PROBLEM},
    413: {"description": "the body is too large", **_PROBLEM},
    415: {"description": "the body is of no media type that is taken", **_PROBLEM},
    429: {"description": "too many requests", **_PROBLEM},
    500: {"description": "the write ended its process; nothing was changed", **_PROBLEM},
    503: {"description": "other writes are under way, or the store cannot be written", **_PROBLEM},
    504: {"description": "the write took too long; nothing was changed", **_PROBLEM},
    507: {"description": "the write took too much memory; nothing was changed", **_PROBLEM},
}
_RESPONSES: Final = {204: {"description": "done, and current"}, **REFUSALS}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {"content": {UPDATE: {"schema": {"type": "string"}}, FORM: {"schema": {"type": "object"}}}},
}


@router.post("/update/", status_code=204, include_in_schema=False)
@router.post(
    "/update",
    responses=_RESPONSES,
    status_code=204,
    response_class=Response,
    dependencies=[TOKEN],
    openapi_extra=_BODY,
)
async def update(request: Request, settings: SettingsGiven, writes: WritesGiven) -> Response:
    """Run an update; it is current when this answers 204, and nothing was changed where it answers otherwise.

    WHERE is matched against the default graph, or the graphs that `using-graph-uri` or USING name; GRAPH names others.
    """
    who = writer_of(request, settings.token)
    task = await read_update(request, settings.update_bytes, settings.body_timeout)
    changed = await writes.do(who, task)
    return Response(status_code=204, headers={"Subsidia-Generation": str(changed.after)})
