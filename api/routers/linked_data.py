"""Linked data: every thing, term and graph at its own address, as a page or as RDF."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from rdflib import Graph, URIRef
from starlette.responses import RedirectResponse, Response

from api.dependencies import SnapshotGiven, not_modified
from api.negotiation import best
from api.page import page
from api.problems import NotFound, problem
from graph.rdf import to_rdflib
from graph.snapshot import Snapshot
from ontology.identifiers import DEF, GRAPH, ID, compact
from ontology.vocabulary import vocabulary

__all__ = ["router"]

router = APIRouter(tags=["linked data"])

RDF: Final = {
    "text/turtle": "turtle",
    "application/ld+json": "json-ld",
    "application/rdf+xml": "xml",
    "application/n-triples": "nt",
}
_SUFFIXES: Final = {
    ".ttl": "text/turtle",
    ".jsonld": "application/ld+json",
    ".rdf": "application/rdf+xml",
    ".nt": "application/n-triples",
    ".html": "text/html",
}


@router.api_route("/id/{kind}/{name}", methods=["GET", "HEAD"], response_class=Response)
def thing(request: Request, kind: str, name: str, snapshot: SnapshotGiven) -> Response:
    """Describe a thing; an actor's page is its page in the application."""
    plain, media_type = _asked(request, name)
    if kind == "actor" and media_type == "text/html" and snapshot.has(f"{ID}{kind}/{plain}"):
        return RedirectResponse(str(request.url_for("actor_page", name=plain)), status_code=303)
    return _describe(request, snapshot, f"{ID}{kind}/{plain}", media_type)


@router.api_route("/def/{term:path}", methods=["GET", "HEAD"], response_class=Response)
def term(request: Request, term: str, snapshot: SnapshotGiven) -> Response:
    """Describe a class, property, scheme or concept; /def/ describes the ontology."""
    plain, media_type = _asked(request, term)
    return _describe(request, snapshot, DEF + plain, media_type)


@router.api_route("/graph/{name}", methods=["GET", "HEAD"], response_class=Response)
def graph(request: Request, name: str, snapshot: SnapshotGiven) -> Response:
    """Give all statements of a named graph."""
    plain, media_type = _asked(request, name)
    return _describe(request, snapshot, GRAPH + plain, media_type, whole_graph=True)


def _asked(request: Request, name: str) -> tuple[str, str | None]:
    """Split an ending off a name; give the plain name and the media type that ending or Accept asks for."""
    plain = name.rstrip("/")
    for suffix, media_type in _SUFFIXES.items():
        if plain.endswith(suffix):
            return plain.removesuffix(suffix), media_type
    return plain, best(request.headers.get("accept"), ["text/html", *RDF])


def _describe(
    request: Request, snapshot: Snapshot, iri: str, media_type: str | None, *, whole_graph: bool = False
) -> Response:
    if media_type is None:
        return problem(406, "Not acceptable", f"this can be had as text/html, {', '.join(RDF)}")
    rdf = to_rdflib(snapshot.graph(iri)) if whole_graph else description(snapshot, iri)
    if not len(rdf):
        raise NotFound(f"nothing is stated about {iri}")
    tag = f'"{snapshot.generation}-{media_type}"'
    cached = not_modified(request, tag)
    if cached is not None:
        return cached
    headers = {"ETag": tag, "Vary": "Accept"}
    if media_type == "text/html":
        return page(request, snapshot, "thing.html", {"iri": iri, "statements": _statements(snapshot, iri, rdf)})
    text = rdf.serialize(format=RDF[media_type])
    return Response(text, media_type=f"{media_type}; charset=utf-8", headers=headers)


def description(snapshot: Snapshot, iri: str) -> Graph:
    """Give the statements about a thing, and those that point at it, as an rdflib graph with our prefixes."""
    return to_rdflib([*snapshot.quads(subject=iri), *snapshot.quads(object_=iri)])


def _statements(snapshot: Snapshot, iri: str, rdf: Graph) -> list[dict[str, str | None]]:
    """List a description for the page: what is said of the thing, then what points at it."""
    rows = []
    for subject, predicate, value in sorted(rdf):
        about = str(subject) == iri
        other = value if about else subject
        link = str(other) if isinstance(other, URIRef) else None
        rows.append(
            {
                "direction": "out" if about else "in",
                "predicate": str(predicate),
                "predicate_name": compact(str(predicate)),
                "value": str(other),
                "label": _name(snapshot, link) if link else str(other),
                "link": link,
                "language": getattr(other, "language", None),
            }
        )
    return sorted(rows, key=lambda row: (row["direction"] != "out", row["predicate_name"], row["label"]))


def _name(snapshot: Snapshot, iri: str) -> str:
    if iri.startswith(DEF):
        return vocabulary().label(iri)
    return snapshot.label(iri) if iri.startswith(ID) else compact(iri)
