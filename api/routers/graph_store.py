"""The SPARQL 1.1 Graph Store HTTP Protocol: each graph by its IRI, read by anybody, written with a token.

A graph is named by `?graph=` and its IRI, the one without a name by `?default` (indirect identification, section 4.2).
What stands below /store is a graph whose IRI is its own address (direct identification, section 4.1).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from secrets import token_hex
from tempfile import SpooledTemporaryFile
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from pyoxigraph import DefaultGraph, NamedNode, RdfFormat
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from api.access import TOKEN, writer_of
from api.body import BodyRefused, media_type_of, read_body
from api.dependencies import SettingsGiven, SnapshotGiven, etag, not_modified
from api.multipart import parts_of
from api.negotiation import best
from api.problems import NotFound, problem
from api.routers.update import REFUSALS
from api.writes import WritesGiven
from graph.snapshot import Snapshot
from graph.write_task import PROTECTED, RDF_TYPES, Changed, Document, Task
from graph.writer import GraphProtected
from ontology.identifiers import PREFIXES, slug

__all__ = ["router"]

_FORMATS: Final = dict(
    zip(RDF_TYPES, (RdfFormat.TURTLE, RdfFormat.N_TRIPLES, RdfFormat.RDF_XML, RdfFormat.JSON_LD), strict=True)
)
_MULTIPART: Final = "multipart/form-data"
_IN_MEMORY: Final = 8 * 2**20
_CHUNK: Final = 2**18
_PROBLEM: Final[dict[str, Any]] = {"content": {"application/problem+json": {}}}
_ABSENT: Final[dict[int | str, dict[str, Any]]] = {404: {"description": "there is no such graph", **_PROBLEM}}
_READ: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {name: {} for name in RDF_TYPES}, "description": "the graph"},
    304: {"description": "unchanged since the ETag that was sent"},
    406: {"description": "none of the accepted types", **_PROBLEM},
    **{status: REFUSALS[status] for status in (400, 429, 503)},
    **_ABSENT,
}
_WRITTEN: Final[dict[int | str, dict[str, Any]]] = {
    201: {"description": "done, and the graph is new"},
    204: {"description": "done"},
    **REFUSALS,
}
_PARAMETERS: Final[list[dict[str, Any]]] = [
    {"name": "graph", "in": "query", "schema": {"type": "string"}, "description": "IRI of a named graph"},
    {"name": "default", "in": "query", "schema": {"type": "string"}, "allowEmptyValue": True}
    | {"description": "the graph without a name, in place of `graph`"},
]
_NO_BODY: Final[dict[str, Any]] = {"parameters": _PARAMETERS}
_BELOW: Final = "/store/{path:path}"
_WRITING: Final[dict[str, Any]] = {
    "responses": _WRITTEN,
    "status_code": 204,
    "response_class": Response,
    "dependencies": [TOKEN],
}
_BODY: Final[dict[str, Any]] = {
    **_NO_BODY,
    "requestBody": {"content": {name: {"schema": {"type": "string"}} for name in RDF_TYPES}},
}


class _Store(APIRoute):
    """A route that, asked with another method, names all of this address and not only its own."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse with the methods that there are."""
        if scope["method"] not in (self.methods or ()):
            raise HTTPException(405, headers={"Allow": "GET, HEAD, PUT, POST, DELETE"})
        await super().handle(scope, receive, send)


router = APIRouter(tags=["sparql"], route_class=_Store)


@router.get(_BELOW, include_in_schema=False)
@router.head(_BELOW, include_in_schema=False)
@router.get("/store", responses=_READ, response_class=Response, openapi_extra=_NO_BODY)
@router.head("/store", include_in_schema=False)
def read_graph(request: Request, snapshot: SnapshotGiven) -> Response:
    """Give the statements of one graph; `default` is the graph without a name, not the union of all."""
    graph = _graph(request)
    media_type = best(request.headers.get("accept"), RDF_TYPES)
    if media_type is None:
        return problem(406, "Not acceptable", f"a graph can be had as {', '.join(RDF_TYPES)}")
    if graph is not None and not snapshot.database.contains_named_graph(NamedNode(graph)):
        raise NotFound(f"there is no graph {graph} in the store")
    tag = etag(request, snapshot.generation, media_type)
    return not_modified(request, tag) or _stream(snapshot, graph, media_type, tag)


@router.put(_BELOW, status_code=204, include_in_schema=False)
@router.put("/store", **_WRITING, openapi_extra=_BODY)
async def replace_graph(request: Request, settings: SettingsGiven, writes: WritesGiven) -> Response:
    """Let a graph hold the statements of the body and no others."""
    who = writer_of(request, settings.token)
    graph = _writable(request)
    kind = media_type_of(request.headers.get("content-type", ""), RDF_TYPES)
    body = await read_body(request, settings.update_bytes, settings.body_timeout)
    document = Document(kind, body, graph or str(request.url))
    return _done(await writes.do(who, Task("put", (document,), graph)))


@router.post(_BELOW, status_code=204, include_in_schema=False)
@router.post("/store", **_WRITING, openapi_extra=_BODY)
async def add_to_graph(request: Request, settings: SettingsGiven, writes: WritesGiven) -> Response:
    """Add the statements of the body to a graph; with neither `graph` nor `default`, to a new one (see Location)."""
    who = writer_of(request, settings.token)
    named = request.path_params.get("path") or "graph" in request.query_params or "default" in request.query_params
    graph = _writable(request) if named else _address(request, f"/store/posted-{token_hex(8)}")
    header = request.headers.get("content-type", "")
    kind = media_type_of(header, [*RDF_TYPES, _MULTIPART])
    body = await read_body(request, settings.update_bytes, settings.body_timeout)
    base = graph or str(request.url)
    documents = await asyncio.to_thread(_documents, kind, header, body, base)
    done = _done(await writes.do(who, Task("post", documents, graph)))
    if not named and graph is not None:
        done.headers["Location"] = graph
    return done


@router.delete(_BELOW, status_code=204, include_in_schema=False)
@router.delete("/store", **{**_WRITING, "responses": {**_WRITTEN, **_ABSENT}}, openapi_extra=_NO_BODY)
async def delete_graph(request: Request, settings: SettingsGiven, writes: WritesGiven) -> Response:
    """Remove a graph; the default graph is emptied."""
    who = writer_of(request, settings.token)
    return _done(await writes.do(who, Task("delete", graph=_writable(request))))


def _graph(request: Request) -> str | None:
    """Give the IRI of the graph that is asked for, None for the default graph; BodyRefused where it is not clear."""
    named, default = request.query_params.getlist("graph"), "default" in request.query_params
    if request.path_params.get("path"):
        if named or default:
            raise BodyRefused("an address below /store is a graph already: ?graph and ?default are for /store itself")
        named = [_address(request)]
    if len(named) + default != 1:
        raise BodyRefused("name one graph: ?graph=<IRI, escaped> or ?default")
    if default:
        return None
    try:
        return NamedNode(named[0]).value
    except ValueError as error:
        raise BodyRefused(f"graph={named[0]}: not an absolute IRI ({error})") from error


def _address(request: Request, path: str | None = None) -> str:
    """Give the address of the request without its query, escapes as they were sent, or that of another path here."""
    root: str = request.scope.get("root_path", "")
    own = request.scope["raw_path"].decode("ascii").partition("?")[0]
    return f"{request.url.scheme}://{request.url.netloc}" + (own if path is None else root + path)


def _writable(request: Request) -> str | None:
    graph = _graph(request)
    if graph in PROTECTED:
        raise GraphProtected(f"the graph {graph} cannot be changed here")
    return graph


def _documents(kind: str, header: str, body: bytes, base: str) -> tuple[Document, ...]:
    if kind != _MULTIPART:
        return (Document(kind, body, base),)
    return tuple(Document(media_type_of(each, RDF_TYPES), part, base) for each, part in parts_of(body, header))


def _done(changed: Changed) -> Response:
    headers = {"Subsidia-Generation": str(changed.after)}
    return Response(status_code=201 if changed.created else 204, headers=headers)


def _stream(snapshot: Snapshot, graph: str | None, media_type: str, tag: str) -> Response:
    """Send a graph of any size: written to a file first, so that its length is known and no memory is held."""
    file = SpooledTemporaryFile[bytes](_IN_MEMORY)
    source = NamedNode(graph) if graph is not None else DefaultGraph()
    snapshot.database.dump(file, _FORMATS[media_type], from_graph=source, prefixes=PREFIXES)
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept", "Content-Length": str(file.tell())}
    name = slug(graph) if graph is not None else "default"
    headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}"
    file.seek(0)
    charset = "; charset=utf-8" if media_type == "text/turtle" else ""
    sent = BackgroundTask(file.close)
    return StreamingResponse(_chunks(file), headers=headers, media_type=media_type + charset, background=sent)


def _chunks(file: SpooledTemporaryFile[bytes]) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk
