"""SPARQL 1.1 Update over HTTP: a form or a direct body, whole or not at all, with a token."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from pyoxigraph import NamedNode
from starlette.responses import Response

from api.access import TOKEN, writer_of
from api.body import BodyRefused, media_type_of, read_body
from api.dependencies import SettingsGiven
from api.writes import WritesGiven
from graph.write_task import Document, Task

__all__ = ["REFUSALS", "router"]

router = APIRouter(tags=["sparql"])

_UPDATE: Final = "application/sparql-update"
_FORM: Final = "application/x-www-form-urlencoded"
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
    "requestBody": {"content": {_UPDATE: {"schema": {"type": "string"}}, _FORM: {"schema": {"type": "object"}}}},
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
    header = request.headers.get("content-type", "")
    kind = media_type_of(header, [_UPDATE, _FORM])
    body = await read_body(request, settings.update_bytes, settings.body_timeout)
    changed = await writes.do(who, _task(kind, body, list(request.query_params.multi_items())))
    return Response(status_code=204, headers={"Subsidia-Generation": str(changed.after)})


def _task(kind: str, body: bytes, in_address: list[tuple[str, str]]) -> Task:
    """Make the task of a request (SPARQL 1.1 Protocol, section 2.2)."""
    parameters, text = in_address, body
    if any(name in ("update", "query") for name, _ in in_address):
        raise BodyRefused("send the update in the body of the request, and queries to /sparql")
    if kind == _FORM:
        parameters = in_address + _form(body)
        updates = [value for name, value in parameters if name == "update"]
        if any(name == "query" for name, _ in parameters):
            raise BodyRefused("a query is sent to /sparql, and never together with an update")
        if len(updates) != 1:
            raise BodyRefused("send exactly one parameter `update`")
        text = updates[0].encode("utf-8")
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BodyRefused(f"the body is not UTF-8 (byte {error.start})") from error
    using, named = (_graphs(parameters, name) for name in ("using-graph-uri", "using-named-graph-uri"))
    return Task("update", (Document(_UPDATE, text),), using=using, using_named=named)


def _form(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        raise BodyRefused(f"the form is not UTF-8 ({error.reason})") from error


def _graphs(parameters: list[tuple[str, str]], name: str) -> tuple[str, ...]:
    """Give the graphs that a parameter names, each an absolute IRI."""
    found = [value for each, value in parameters if each == name]
    for iri in found:
        try:
            NamedNode(iri)
        except ValueError as error:
            raise BodyRefused(f"{name}={iri}: not an absolute IRI ({error})") from error
    return tuple(found)
