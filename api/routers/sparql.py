"""SPARQL 1.1 query over HTTP: GET and both POST forms, each query in a reader that can be stopped."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.dependencies import ReadersGiven, SettingsGiven, SnapshotGiven, etag, not_modified
from api.negotiation import best
from api.parameters import ParameterRefused
from api.problems import problem
from api.routers.pages import query_page
from graph.reader_process import SOLUTIONS, TRIPLES, Question
from graph.readers import Readers
from graph.snapshot import Snapshot

__all__ = ["router"]

router = APIRouter(tags=["sparql"])

_FORMATS: Final = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "rdfxml": "application/rdf+xml",
    "jsonld": "application/ld+json",
}
_BODY_LIMIT: Final = 2 * 2**20
_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {name: {} for name in [*SOLUTIONS, *TRIPLES]}, "description": "the result"},
    304: {"description": "unchanged since the ETag that was sent"},
    400: {"description": "no SPARQL, with line and column, or refused", "content": {"application/problem+json": {}}},
    406: {"description": "none of the accepted types", "content": {"application/problem+json": {}}},
    413: {"description": "the query or its result is too large", "content": {"application/problem+json": {}}},
    415: {"description": "the body is no query", "content": {"application/problem+json": {}}},
    422: {"description": "a parameter that is not understood", "content": {"application/problem+json": {}}},
    504: {"description": "the query took too long", "content": {"application/problem+json": {}}},
    507: {"description": "the query took too much memory", "content": {"application/problem+json": {}}},
}


@router.get("/sparql", responses=_RESPONSES, response_class=Response)
async def query_by_get(
    request: Request, snapshot: SnapshotGiven, readers: ReadersGiven, settings: SettingsGiven
) -> Response:
    """Run the query in the parameter `query`; `format` overrides Accept."""
    wants_form = best(request.headers.get("accept"), ["text/turtle", "text/html"]) == "text/html"
    if wants_form and "query" not in request.query_params:
        return await asyncio.to_thread(query_page, request, snapshot)
    return await _answer(request, snapshot, readers, settings.result_bytes, list(request.query_params.multi_items()))


@router.post("/sparql", responses=_RESPONSES, response_class=Response)
async def query_by_post(
    request: Request, snapshot: SnapshotGiven, readers: ReadersGiven, settings: SettingsGiven
) -> Response:
    """Run a query sent as a form or as application/sparql-query."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _BODY_LIMIT:
            return problem(413, "Query too large", f"a query may have {_BODY_LIMIT:,} bytes")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        return problem(400, "Query refused", f"the body is not UTF-8 (byte {error.start})")
    parameters = list(request.query_params.multi_items())
    if kind == "application/sparql-query":
        parameters.append(("query", text))
    elif kind == "application/x-www-form-urlencoded":
        parameters += parse_qsl(text, keep_blank_values=True)
    else:
        expected = "application/sparql-query or application/x-www-form-urlencoded"
        return problem(415, "Body not understood", f"content type {kind or 'not given'}: expected {expected}")
    return await _answer(request, snapshot, readers, settings.result_bytes, parameters)


async def _answer(
    request: Request, snapshot: Snapshot, readers: Readers, result_bytes: int, parameters: list[tuple[str, str]]
) -> Response:
    queries = [value for name, value in parameters if name == "query"]
    if len(queries) != 1:
        return problem(400, "Query refused", "send exactly one parameter `query`, as in /sparql?query=ASK%20%7B%7D")
    accept = _accept(request, parameters)
    question = Question(
        folder=str(snapshot.folder),
        query=queries[0],
        solutions=best(accept, list(SOLUTIONS)),
        triples=best(accept, list(TRIPLES)),
        default_graphs=tuple(value for name, value in parameters if name == "default-graph-uri"),
        named_graphs=tuple(value for name, value in parameters if name == "named-graph-uri"),
        result_bytes=result_bytes,
    )
    tag = etag(request, snapshot.generation, question.solutions, question.triples)
    cached = not_modified(request, tag)
    if cached is not None:
        return cached
    future = readers.submit(question)
    found = await asyncio.to_thread(readers.outcome, future)
    charset = "; charset=utf-8" if found.media_type.startswith("text/") else ""
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept"}
    return Response(found.body, media_type=found.media_type + charset, headers=headers)


def _accept(request: Request, parameters: list[tuple[str, str]]) -> str | None:
    asked = next((value for name, value in parameters if name == "format"), None)
    if asked is None:
        return request.headers.get("accept")
    if asked not in _FORMATS:
        raise ParameterRefused("format", asked, f"one of {', '.join(_FORMATS)}")
    return f"{_FORMATS[asked]}, */*;q=0.1"
