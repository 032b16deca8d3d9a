"""Problems: every refusal as application/problem+json (RFC 9457). One table says which error is which status."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.access import NotAllowed
from api.answers.reconcile import BatchTooLarge
from api.body import BodyRefused, BodyTooLarge, BodyTooSlow, MediaTypeRefused
from api.page import as_page
from api.parameters import ParameterRefused
from graph.errors import EngineFailed, QueryRefused, StoreUnreachable, SyntaxRefused
from graph.guard import QueryTooLong
from graph.readers import Busy, Interrupted, NotAcceptable, OverMemory, OverSize, OverTime
from graph.store import StoreBusy
from graph.tabular.master import SparkMissing, SparkUnreachable
from graph.writer import (
    DocumentRefused,
    GraphAbsent,
    GraphProtected,
    WriteOverMemory,
    WriteOverTime,
    WriterDied,
)
from ontology.errors import InputRefused, SubsidiaError

__all__ = ["STATUS", "NotFound", "add_problem_handlers", "problem"]


class NotFound(SubsidiaError):
    """Nothing is known under that name."""


STATUS: Final[Mapping[type[SubsidiaError], tuple[int, str]]] = {
    DocumentRefused: (400, "Not RDF"),
    BodyRefused: (400, "Request not understood"),
    NotAllowed: (401, "Not allowed"),
    GraphProtected: (403, "Graph cannot be written"),
    GraphAbsent: (404, "Not found"),
    BodyTooSlow: (408, "Body too slow"),
    BatchTooLarge: (413, "Batch too large"),
    BodyTooLarge: (413, "Body too large"),
    MediaTypeRefused: (415, "Body not understood"),
    WriterDied: (500, "Write ended its process"),
    StoreBusy: (503, "Other writes under way"),
    WriteOverTime: (504, "Write took too long"),
    WriteOverMemory: (507, "Write took too much memory"),
    SyntaxRefused: (400, "Not SPARQL"),
    QueryTooLong: (413, "Query too large"),
    QueryRefused: (400, "Query refused"),
    NotFound: (404, "Not found"),
    NotAcceptable: (406, "Not acceptable"),
    OverSize: (413, "Result too large"),
    ParameterRefused: (422, "Parameter not understood"),
    InputRefused: (422, "Input refused"),
    EngineFailed: (502, "Engine failed"),
    StoreUnreachable: (503, "Store unreachable"),
    SparkMissing: (503, "Spark not installed"),
    SparkUnreachable: (503, "Spark unreachable"),
    Busy: (503, "Too many long queries"),
    Interrupted: (503, "Query interrupted"),
    OverTime: (504, "Query took too long"),
    OverMemory: (507, "Query took too much memory"),
    SubsidiaError: (400, "Refused"),
}


def problem(status: int, title: str, detail: str, headers: Mapping[str, str] | None = None, **facts: Any) -> Response:
    """Make a problem document; facts that are None are left out."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    body.update({name: value for name, value in facts.items() if value is not None})
    return Response(
        json.dumps(body, ensure_ascii=False), status, media_type="application/problem+json", headers=dict(headers or {})
    )


def from_error(error: SubsidiaError) -> Response:
    """Make the problem document of one of our errors, with its facts."""
    cause = next(cause for cause in type(error).__mro__ if cause in STATUS)
    status, title = STATUS[cause]
    facts: dict[str, Any] = {}
    if isinstance(error, SyntaxRefused):
        facts = {"line": error.line, "column": error.column}
    elif isinstance(error, ParameterRefused):
        facts = {"parameter": error.parameter, "value": error.value, "near": error.near or None}
    headers = {"Retry-After": "5"} if status == 503 else {}
    if isinstance(error, NotAllowed):
        headers["WWW-Authenticate"] = error.challenge
    elif isinstance(error, BodyTooSlow | BodyTooLarge):
        headers["Connection"] = "close"
    return problem(status, title, str(error), headers, **facts)


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, SubsidiaError)
    return as_page(request, from_error(error))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    titles = {404: "Not found", 405: "Method not allowed", 406: "Not acceptable"}
    detail = error.detail if error.detail != titles.get(error.status_code) else f"{request.method} {request.url.path}"
    refusal = problem(error.status_code, titles.get(error.status_code, "Refused"), str(detail), error.headers)
    return as_page(request, refusal)


async def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    name = str(first["loc"][-1])
    given = first.get("input")
    detail = f"{name}={given}: {first['msg'].lower()}"
    value = None if given is None else str(given)
    return as_page(request, problem(422, "Parameter not understood", detail, parameter=name, value=value))


def add_problem_handlers(app: FastAPI) -> None:
    """Let every refusal of the application be a problem document."""
    app.add_exception_handler(SubsidiaError, _ours)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
