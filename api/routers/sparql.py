"""SPARQL 1.1 query over HTTP: GET and both POST forms, each query in a reader that can be stopped.

ASK as CSV or TSV is one line, `true` or `false`: those formats have no boolean results, and a header would make it look
like a solution. A query's ETag holds the generation, so that it is unchanged until the next commit; a query that asks
the clock, chance or another service has none, and is not kept.
"""

from __future__ import annotations

import asyncio
from hashlib import sha256
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.answering import answered
from api.dependencies import SettingsGiven, SnapshotGiven, etag, not_modified
from api.descriptions.service import service_description
from api.negotiation import accepts_gzip, best
from api.problems import problem
from api.protocol import DIRECT, FORM, Asked, read_asked
from api.repeats import allow_repeats
from api.routers.descriptions import describe
from api.routers.pages.query import query_page
from api.settings import Settings
from graph.questions import SOLUTIONS, TRIPLES, Answer, Question
from graph.snapshot import Snapshot

__all__ = ["router"]

router = APIRouter(tags=["sparql"])

_METHODS: Final = "GET, HEAD, POST, OPTIONS"
_PROBLEM: Final[dict[str, Any]] = {"content": {"application/problem+json": {}}}
_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {name: {} for name in [*SOLUTIONS, *TRIPLES, "text/html"]}, "description": "the result"},
    304: {"description": "unchanged since the ETag that was sent"},
    400: {"description": "no SPARQL, with line and column, or refused", **_PROBLEM},
    406: {"description": "none of the accepted types", **_PROBLEM},
    408: {"description": "the body did not arrive in time", **_PROBLEM},
    413: {"description": "the query or its result is too large", **_PROBLEM},
    415: {"description": "the body is no query", **_PROBLEM},
    422: {"description": "a parameter that is not understood", **_PROBLEM},
    429: {"description": "too many requests", **_PROBLEM},
    503: {"description": "the readers are busy with long queries, or the store cannot be read", **_PROBLEM},
    504: {"description": "the query took too long", **_PROBLEM},
    507: {"description": "the query took too much memory", **_PROBLEM},
}
_TEXT: Final = {"schema": {"type": "string"}}
_BODY: Final[dict[str, Any]] = {"requestBody": {"content": {DIRECT: _TEXT, FORM: {"schema": {"type": "object"}}}}}


@router.get("/sparql/", include_in_schema=False)
@router.head("/sparql/", include_in_schema=False)
@router.get("/sparql", responses=_RESPONSES, response_class=Response)
@router.head("/sparql", include_in_schema=False)
async def query_by_get(request: Request, snapshot: SnapshotGiven, settings: SettingsGiven) -> Response:
    """Run the query in `query`; without one, describe the service. `format` overrides Accept.

    A browser that prefers text/html gets the query editor, with the query in it.
    """
    asked = await read_asked(request, settings.query_length, settings.body_timeout)
    if not asked.chosen and best(asked.accept, [*SOLUTIONS, *TRIPLES, "text/html"]) == "text/html":
        return await asyncio.to_thread(query_page, request, snapshot)
    if asked.query is None:
        return await asyncio.to_thread(describe, request, snapshot, service_description, "service")
    return await _answer(request, snapshot, settings, asked)


@router.post("/sparql/", include_in_schema=False)
@router.post("/sparql", responses=_RESPONSES, response_class=Response, openapi_extra=_BODY)
async def query_by_post(request: Request, snapshot: SnapshotGiven, settings: SettingsGiven) -> Response:
    """Run a query sent as a form or as application/sparql-query."""
    asked = await read_asked(request, settings.query_length, settings.body_timeout)
    return await _answer(request, snapshot, settings, asked)


@router.options("/sparql/", include_in_schema=False)
@router.options("/sparql", include_in_schema=False)
async def methods() -> Response:
    """Say which methods there are."""
    return Response(status_code=204, headers={"Allow": _METHODS, "Accept-Post": f"{DIRECT}, {FORM}"})


@router.api_route("/sparql/", methods=["PUT", "DELETE", "PATCH", "TRACE"], include_in_schema=False)
@router.api_route("/sparql", methods=["PUT", "DELETE", "PATCH", "TRACE"], include_in_schema=False)
async def refuse_method(request: Request) -> Response:
    """Refuse any other method with those that there are."""
    detail = f"{request.method} /sparql: queries are sent by GET or POST, updates to /update"
    return problem(405, "Method not allowed", detail, {"Allow": _METHODS})


async def _answer(request: Request, snapshot: Snapshot, settings: Settings, asked: Asked) -> Response:
    question = _question(request, snapshot, settings, asked)
    if question.solutions is None and question.triples is None:
        offered = ", ".join([*SOLUTIONS, *TRIPLES])
        return problem(406, "Not acceptable", f"results can be had as {offered}")
    tag = etag(request, snapshot.generation, _digest(question))
    if request.method != "POST" and tag in request.headers.get("if-none-match", ""):
        unchanged = not_modified(request, tag)
        if unchanged is not None:
            return unchanged
    found = await answered(request, snapshot, question)
    if found.lasting:
        allow_repeats(request.scope)
    return _response(found, tag if found.lasting and request.method != "POST" else None)


def _question(request: Request, snapshot: Snapshot, settings: Settings, asked: Asked) -> Question:
    return Question(
        folder=str(snapshot.folder),
        query=asked.query or "",
        solutions=best(asked.accept, list(SOLUTIONS)),
        triples=best(asked.accept, list(TRIPLES)),
        default_graphs=asked.default_graphs,
        named_graphs=asked.named_graphs,
        result_bytes=settings.result_bytes,
        gzip=accepts_gzip(request.headers.get("accept-encoding", "")),
        hosts=settings.federation,
        union=snapshot.union,
    )


def _digest(question: Question) -> str:
    """Tell apart whatever tells the answers of one generation apart; only who had the answer knows it."""
    parts = (question.query, *question.default_graphs, "", *question.named_graphs, question.solutions or "")
    text = "\0".join((*parts, question.triples or "", str(question.gzip)))
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _response(found: Answer, tag: str | None) -> Response:
    charset = "; charset=utf-8" if found.media_type.startswith("text/") else ""
    headers = {"Cache-Control": "no-cache", "Vary": "Accept, Accept-Encoding"}
    if tag is not None:
        headers["ETag"] = tag
    if found.encoding:
        headers["Content-Encoding"] = found.encoding
    return Response(found.body, media_type=found.media_type + charset, headers=headers)
