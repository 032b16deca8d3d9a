"""What the service says of itself and its data: VoID, DCAT and query examples, in any RDF form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fastapi import APIRouter, Request
from pyoxigraph import RdfFormat, parse, serialize
from rdflib import Graph
from starlette.responses import Response

from api.dependencies import SnapshotGiven, etag, not_modified
from api.descriptions.catalogue import catalogue
from api.descriptions.examples import query_examples
from api.descriptions.void import void_description
from api.negotiation import best
from api.problems import problem
from graph.remember import remembered
from graph.snapshot import Snapshot

__all__ = ["Description", "describe", "router"]

router = APIRouter(tags=["descriptions"])

Description = Callable[[Snapshot, str, bool], Graph]

_RDF: Final = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
}
_PROBLEM: Final[dict[str, Any]] = {"content": {"application/problem+json": {}}}
_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {name: {} for name in _RDF}, "description": "the description"},
    304: {"description": "unchanged since the ETag that was sent"},
    406: {"description": "none of the accepted types", **_PROBLEM},
    503: {"description": "the store cannot be read", **_PROBLEM},
}


@router.get("/.well-known/void", responses=_RESPONSES, response_class=Response)
@router.head("/.well-known/void", include_in_schema=False)
def void(request: Request, snapshot: SnapshotGiven) -> Response:
    """Describe what the dataset holds, graph by graph, with query examples (VoID)."""
    return describe(request, snapshot, void_description, "void")


@router.get("/dcat", responses=_RESPONSES, response_class=Response)
@router.head("/dcat", include_in_schema=False)
def dcat(request: Request, snapshot: SnapshotGiven) -> Response:
    """Describe the dataset, how it can be had and what it was read from (DCAT)."""
    return describe(request, snapshot, catalogue, "dcat")


@router.get("/.well-known/sparql-examples", responses=_RESPONSES, response_class=Response)
@router.head("/.well-known/sparql-examples", include_in_schema=False)
def examples(request: Request, snapshot: SnapshotGiven) -> Response:
    """Give query examples: the competency questions with their queries."""
    return describe(request, snapshot, query_examples, "examples")


def describe(request: Request, snapshot: Snapshot, description: Description, name: str) -> Response:
    """Give a description in the RDF form that is accepted; made once a generation, site and form."""
    accept = request.headers.get("accept")
    media_type = best(accept, list(_RDF))
    if media_type is None and best(accept, ["text/html"]) is not None:
        media_type = "text/turtle"  # a browser that takes nothing else shows it as text
    if media_type is None:
        return problem(406, "Not acceptable", f"this can be had as {', '.join(_RDF)}")
    root = str(request.base_url).rstrip("/")
    federated = bool(request.app.state.settings.federation)
    tag = etag(request, snapshot.generation, name, media_type.partition("/")[2])
    cached = not_modified(request, tag)
    if cached is not None:
        return cached
    text = _text(snapshot, description, root, federated, media_type)
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept"}
    return Response(text, media_type=f"{media_type}; charset=utf-8", headers=headers)


@remembered(16)
def _text(snapshot: Snapshot, description: Description, root: str, federated: bool, media_type: str) -> str:
    rdf = description(snapshot, root, federated)
    if media_type == "text/turtle":
        return rdf.serialize(format="turtle")
    # rdflib writes these in the order of sets, which changes from one process to the next
    triples = sorted(set(parse(rdf.serialize(format="nt"), format=RdfFormat.N_TRIPLES)), key=str)
    names = {prefix: str(base) for prefix, base in rdf.namespaces()}
    written = serialize((each.triple for each in triples), format=_RDF[media_type], prefixes=names)
    return (written or b"").decode("utf-8")
