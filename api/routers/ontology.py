"""The ontology: its page, itself as RDF by Accept or ending, its published versions, and what goes with it."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import FileResponse, Response

from api.answers.completions import completions
from api.answers.ontology import ontology_document
from api.dependencies import SnapshotGiven, etag, not_modified
from api.negotiation import best
from api.page import page
from api.problems import NotFound, problem
from api.routers.linked_data import RDF, SUFFIXES
from graph.snapshot import Snapshot
from ontology.identifiers import notation
from ontology.terms import terms, version
from ontology.versions import ontology_graph, published
from ontology.vocabulary import FOLDER

__all__ = ["router"]

router = APIRouter(tags=["ontology"])

_PROBLEM: Final[dict[str, Any]] = {"content": {"application/problem+json": {}}}
_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {name: {} for name in ["text/html", *RDF]}, "description": "the ontology"},
    304: {"description": "unchanged since the ETag that was sent"},
    404: {"description": "no such version or file", **_PROBLEM},
    406: {"description": "none of the accepted types", **_PROBLEM},
    503: {"description": "the store cannot be read", **_PROBLEM},
}
WordsAsked = Annotated[str, Query(max_length=200, description="words that the terms shown on the page hold")]
_FILES: Final = {
    "context.jsonld": (FOLDER / "context.jsonld", "application/ld+json"),
    "alignments.ttl": (FOLDER / "alignments.ttl", "text/turtle"),
}


@router.get("/ontology", responses=_RESPONSES, response_class=Response)
@router.head("/ontology", include_in_schema=False)
def ontology(request: Request, snapshot: SnapshotGiven, q: WordsAsked = "") -> Response:
    """Show the ontology, or give it as RDF; `q` narrows what is shown to the terms that hold all its words."""
    media_type = best(request.headers.get("accept"), ["text/html", *RDF])
    if media_type != "text/html":
        return _rdf(request, media_type)
    words = q.strip()
    document = ontology_document(snapshot, _holding(words) if words else None).as_dict()
    by_kind: dict[str, list[Any]] = {"class": [], "property": [], "scheme": [], "concept": []}
    for row in document["data"] + (_schemes_of(snapshot, document["data"]) if words else []):
        by_kind[row["kind"]].append(row)
    context = {
        "document": document,
        "by_kind": by_kind,
        "words": words,
        "found": len(document["data"]),
        "version_number": version(),
        "versions": list(published()),
    }
    return page(request, snapshot, "ontology.html", context)


@router.get("/ontology.{ending}", responses=_RESPONSES, response_class=Response)
@router.head("/ontology.{ending}", include_in_schema=False)
def ontology_file(request: Request, ending: str) -> Response:
    """Give the ontology in the form that the ending names: ttl, jsonld, rdf, nt."""
    media_type = SUFFIXES.get(f".{ending}")
    if media_type not in RDF:
        raise NotFound(f"the ontology cannot be had as {ending!r}; known: ttl, jsonld, rdf, nt")
    return _rdf(request, media_type)


@router.get("/ontology/terms.json", include_in_schema=False)
def ontology_terms(request: Request, snapshot: SnapshotGiven) -> Response:
    """Give what the query editor completes: our terms, and the classes and properties in use that VoID counts."""
    tag = etag(request, snapshot.generation, "terms")
    cached = not_modified(request, tag)
    if cached is not None:
        return cached
    return Response(json.dumps(completions(snapshot)), media_type="application/json", headers={"ETag": tag})


@router.get("/ontology/{name}", responses=_RESPONSES, response_class=Response)
@router.head("/ontology/{name}", include_in_schema=False)
def ontology_part(name: str) -> Response:
    """Give the JSON-LD context, the alignments, or a published version such as 0.3.0.ttl."""
    if name in _FILES:
        path, media_type = _FILES[name]
        return FileResponse(path, media_type=media_type)
    found = published().get(name.removesuffix(".ttl"))
    if found is None:
        known = ", ".join([*_FILES, *(f"{each}.ttl" for each in published())])
        raise NotFound(f"there is no {name!r} here; known: {known}")
    return FileResponse(found, media_type="text/turtle; charset=utf-8")


def _holding(words: str) -> list[str]:
    """Find the terms that hold all words in name, label or definition, by IRI; a concept comes without its scheme."""
    wanted = words.casefold().split()
    texts = {iri: f"{term.name} {term.label} {term.definition}".casefold() for iri, term in terms().items()}
    return [iri for iri, text in texts.items() if all(word in text for word in wanted)]


def _schemes_of(snapshot: Snapshot, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the schemes, not among the rows, that concepts among them are from: their headings."""
    names = {row["scheme"] for row in rows if row["kind"] == "concept"}
    there = {row["term"] for row in rows}
    schemes = [iri for iri, term in terms().items() if term.kind == "scheme" and notation(iri) in names - {None}]
    found: list[dict[str, Any]] = ontology_document(snapshot, [iri for iri in schemes if iri not in there]).data
    return found


def _rdf(request: Request, media_type: str | None) -> Response:
    if media_type is None:
        return problem(406, "Not acceptable", f"this can be had as text/html, {', '.join(RDF)}")
    tag = f'"{version()}-{RDF[media_type]}"'
    cached = not_modified(request, tag)
    headers = {"ETag": tag, "Vary": "Accept"}
    if cached is not None:
        return cached
    text = ontology_graph().serialize(format=RDF[media_type])
    return Response(text, media_type=f"{media_type}; charset=utf-8", headers=headers)
