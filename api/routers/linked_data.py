"""Linked data: every thing, term and graph at its own address, as a page or as RDF."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

from fastapi import APIRouter, Request
from pyoxigraph import NamedNode, RdfFormat, serialize
from rdflib import Graph, URIRef
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, RedirectResponse, Response

from api.answers.ontology import term_row
from api.dependencies import SnapshotGiven, etag, not_modified
from api.negotiation import best
from api.page import page
from api.problems import NotFound, problem
from graph.evidence import passage_words
from graph.rdf import to_rdflib
from graph.snapshot import Snapshot
from ontology.identifiers import DEF, GRAPH, ID, PREFIXES, compact, slug
from ontology.terms import terms
from ontology.versions import published
from ontology.vocabulary import vocabulary

__all__ = ["RDF", "SUFFIXES", "router"]

router = APIRouter(tags=["linked data"])

RDF: Final = {
    "text/turtle": "turtle",
    "application/ld+json": "json-ld",
    "application/rdf+xml": "xml",
    "application/n-triples": "nt",
}
_PROBLEM: Final[dict[str, Any]] = {"content": {"application/problem+json": {}}}
_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {name: {} for name in ["text/html", *RDF]}, "description": "what is stated"},
    303: {"description": "see the page of the actor"},
    304: {"description": "unchanged since the ETag that was sent"},
    404: {"description": "nothing is stated about it", **_PROBLEM},
    406: {"description": "none of the accepted types", **_PROBLEM},
    503: {"description": "the store cannot be read", **_PROBLEM},
}
_MOST_THINGS: Final = 200
_NAME: Final = re.compile(r"[A-Za-z0-9._~/-]*")
SUFFIXES: Final = {
    ".ttl": "text/turtle",
    ".jsonld": "application/ld+json",
    ".rdf": "application/rdf+xml",
    ".nt": "application/n-triples",
    ".html": "text/html",
}


@router.get("/id/{kind}/{name:path}", responses=_RESPONSES, response_class=Response)
@router.head("/id/{kind}/{name:path}", include_in_schema=False)
def thing(request: Request, kind: str, name: str, snapshot: SnapshotGiven) -> Response:
    """Describe a thing; an actor's page is its page in the application."""
    plain, media_type = _asked(request, f"{kind}/{name}")
    if kind == "actor" and media_type == "text/html" and snapshot.has(ID + plain):
        return RedirectResponse(str(request.url_for("actor_page", name=slug(plain))), status_code=303)
    return _describe(request, snapshot, ID + plain, media_type)


@router.get("/def/{term:path}", responses=_RESPONSES, response_class=Response)
@router.head("/def/{term:path}", include_in_schema=False)
def term(request: Request, term: str, snapshot: SnapshotGiven) -> Response:
    """Describe a class, property, scheme or concept; /def/ is the ontology itself, /def/0.2.0 a version of it."""
    plain, media_type = _asked(request, term)
    if not plain or plain in published():
        path = "ontology" if not plain else f"ontology/{plain}.ttl"
        return RedirectResponse(str(request.url_for("home")) + path, status_code=303)
    return _describe(request, snapshot, DEF + plain, media_type)


@router.get("/graph/{name}", responses=_RESPONSES, response_class=Response)
@router.head("/graph/{name}", include_in_schema=False)
def graph(request: Request, name: str, snapshot: SnapshotGiven) -> Response:
    """Give all statements of a named graph."""
    plain, media_type = _asked(request, name)
    iri = GRAPH + plain
    if media_type is None:
        return problem(406, "Not acceptable", f"this can be had as text/html, {', '.join(RDF)}")
    if next(snapshot.graph(iri), None) is None:
        raise NotFound(f"nothing is stated about {iri}")
    tag = etag(request, snapshot.generation, media_type)
    cached = not_modified(request, tag)
    if cached is not None:
        return cached
    if media_type == "text/html":
        count, things = _contents(snapshot, iri)
        context = {"iri": iri, "count": count, "things": things, "most": _MOST_THINGS}
        return page(request, snapshot, "graph.html", context)
    return _file(snapshot, iri, media_type, {"ETag": tag, "Vary": "Accept"})


def _contents(snapshot: Snapshot, iri: str) -> tuple[int, list[str]]:
    """Count the statements of a graph, and give the first things in it that have an IRI."""
    count, things = 0, dict[str, None]()
    for quad in snapshot.graph(iri):
        count += 1
        if len(things) < _MOST_THINGS and isinstance(quad.subject, NamedNode):
            things[quad.subject.value] = None
    return count, sorted(things)


def _file(snapshot: Snapshot, iri: str, media_type: str, headers: dict[str, str]) -> Response:
    """Write a graph to a file that is sent and then removed: a graph may be larger than memory."""
    with NamedTemporaryFile(prefix="subsidia-", delete=False) as file:
        triples = (quad.triple for quad in snapshot.graph(iri))
        serialize(triples, file, format=RdfFormat.from_media_type(media_type), prefixes=PREFIXES)
    done = BackgroundTask(Path(file.name).unlink, missing_ok=True)
    return FileResponse(file.name, media_type=f"{media_type}; charset=utf-8", headers=headers, background=done)


def _asked(request: Request, name: str) -> tuple[str, str | None]:
    """Split an ending off a name; give the plain name and the media type that ending or Accept asks for."""
    plain = name.rstrip("/")
    if not _NAME.fullmatch(plain):
        raise NotFound(f"{plain!r} names nothing here")
    for suffix, media_type in SUFFIXES.items():
        if plain.endswith(suffix):
            return plain.removesuffix(suffix), media_type
    return plain, best(request.headers.get("accept"), ["text/html", *RDF])


def _describe(request: Request, snapshot: Snapshot, iri: str, media_type: str | None) -> Response:
    if media_type is None:
        return problem(406, "Not acceptable", f"this can be had as text/html, {', '.join(RDF)}")
    rdf = description(snapshot, iri)
    if not len(rdf):
        raise NotFound(f"nothing is stated about {iri}")
    tag = etag(request, snapshot.generation, media_type)
    cached = not_modified(request, tag)
    if cached is not None:
        return cached
    headers = {"ETag": tag, "Vary": "Accept"}
    if media_type == "text/html":
        context = {
            "iri": iri,
            "statements": _statements(snapshot, iri, rdf),
            "quoted": _words(request, snapshot, iri),
            "defined": term_row(snapshot, terms()[iri]) if iri in terms() else None,
        }
        folder = request.app.state.settings.sources
        return page(request, snapshot, "thing.html", context, lasting=folder is None)
    text = rdf.serialize(format=RDF[media_type])
    return Response(text, media_type=f"{media_type}; charset=utf-8", headers=headers)


def description(snapshot: Snapshot, iri: str) -> Graph:
    """Give the statements about a thing, and those that point at it, as an rdflib graph with our prefixes."""
    return to_rdflib([*snapshot.quads(subject=iri), *snapshot.quads(object_=iri)])


def _words(request: Request, snapshot: Snapshot, iri: str) -> str | None:
    """Give the words of a passage where whoever runs the service holds the document."""
    folder = request.app.state.settings.sources
    if not folder or not iri.startswith(f"{ID}passage/"):
        return None
    return passage_words(snapshot, [iri], folder).get(iri)


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
