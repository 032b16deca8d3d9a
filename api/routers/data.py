"""The data API, version 1: JSON documents of what the graph knows."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.answers import lists
from api.answers.actor import actor_document
from api.answers.actors import SORTS, actors_document
from api.answers.chain import chain_document
from api.answers.changes import changes_document
from api.answers.conversion import converted, read_conversion
from api.answers.document import Document
from api.answers.funding import flows_document, matrix_document, sankey_document
from api.answers.gaps import GAP_DIMENSIONS, gap_matrix_document, gaps_document
from api.answers.network import network_document
from api.answers.overview import search_document, stats_document
from api.answers.path import known_actor, path_document
from api.answers.sources import coverage_document, source_document, source_kinds, sources_document
from api.answers.territories import geojson, territories_document
from api.dependencies import FiltersGiven, PageGiven, SnapshotGiven
from api.exports import network_file
from api.parameters import RawFilters, one_of, read_currency, read_filters
from api.problems import NotFound
from api.respond import respond, respond_json
from api.routers import actor_parts, analysis
from api.routers import map as map_answers
from api.routers import measures as network_measures
from graph.funding.grain import GRAINS
from graph.funding.matrix import DIMENSIONS, SUMMABLE
from graph.network import KINDS
from graph.snapshot import Snapshot
from ontology.identifiers import is_slug
from ontology.vocabulary import vocabulary

__all__ = ["router"]

_PROBLEM: dict[str, Any] = {"content": {"application/problem+json": {}}}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/json": {}, "text/csv": {}},
        "description": "the document: `data`, and `meta` with what it rests on. `meta.query` is the SPARQL behind it; "
        "where several are behind it, `meta.queries` has each by name, and `meta.query` is the first of them",
    },
    304: {"description": "unchanged since the ETag that was sent"},
    404: {"description": "nothing of that name", **_PROBLEM},
    422: {"description": "a parameter that is not understood, with near matches", **_PROBLEM},
    503: {"description": "the store cannot be read", **_PROBLEM},
}

router = APIRouter(prefix="/api/v1", tags=["data"], responses=_RESPONSES, default_response_class=Response)

router.include_router(network_measures.router)
router.include_router(analysis.router)
router.include_router(actor_parts.router)
router.include_router(map_answers.router)

ConvertAsked = Annotated[
    str | None, Query(description="a currency (ISO 4217): each amount in it as well, at the rate of the day `on`")
]
OnAsked = Annotated[str | None, Query(description="the day of the rates, as 2006-12-29; only with `convert`")]
FormatAsked = Annotated[str | None, Query(alias="format", description="json or csv")]


def _list(
    name: str, request: Request, snapshot: Snapshot, raw: RawFilters, page: PageGiven, form: str | None
) -> Response:
    filters = read_filters(snapshot, raw, lists.TYPE_SCHEMES[name])
    return respond(request, lists.list_document(snapshot, name, filters, page.limit, page.offset), form)


@router.get("/actors")
def actors(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    page: PageGiven,
    q: Annotated[str, Query(description="words that the name has", max_length=200)] = "",
    sort: Annotated[str | None, Query(description="name, level or ties; without it by IRI")] = None,
    form: FormatAsked = None,
) -> Response:
    """List the bodies that decide, pay, deliver, coordinate or receive, with the ties that statements make."""
    filters = read_filters(snapshot, raw, lists.TYPE_SCHEMES["actors"])
    order = one_of("sort", sort, SORTS) if sort else None
    return respond(request, actors_document(snapshot, filters, q, order, page.limit, page.offset), form)


@router.get("/actors/{name}")
def actor(request: Request, name: str, snapshot: SnapshotGiven, raw: FiltersGiven) -> Response:
    """Give one body with its money in and out, duties, ties, measures, events and gaps."""
    document = actor_document(snapshot, name, read_filters(snapshot, raw, "any")) if is_slug(name) else None
    if document is None:
        raise NotFound(f"no actor is called {name}")
    return respond(request, document)


@router.get("/competences")
def competences(
    request: Request, snapshot: SnapshotGiven, raw: FiltersGiven, page: PageGiven, form: FormatAsked = None
) -> Response:
    """List the duties, the explicit absences and the norms."""
    return _list("competences", request, snapshot, raw, page, form)


@router.get("/mechanisms")
def mechanisms(
    request: Request, snapshot: SnapshotGiven, raw: FiltersGiven, page: PageGiven, form: FormatAsked = None
) -> Response:
    """List the coordination mechanisms."""
    return _list("mechanisms", request, snapshot, raw, page, form)


@router.get("/events")
def events(
    request: Request, snapshot: SnapshotGiven, raw: FiltersGiven, page: PageGiven, form: FormatAsked = None
) -> Response:
    """List the events by date."""
    return _list("events", request, snapshot, raw, page, form)


@router.get("/programmes")
def programmes(
    request: Request, snapshot: SnapshotGiven, raw: FiltersGiven, page: PageGiven, form: FormatAsked = None
) -> Response:
    """List the funds and programmes."""
    return _list("programmes", request, snapshot, raw, page, form)


@router.get("/measures")
def measures(
    request: Request, snapshot: SnapshotGiven, raw: FiltersGiven, page: PageGiven, form: FormatAsked = None
) -> Response:
    """List the acts, plans, services and projects."""
    return _list("measures", request, snapshot, raw, page, form)


@router.get("/flows")
def flows(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    page: PageGiven,
    convert: ConvertAsked = None,
    on: OnAsked = None,
    form: FormatAsked = None,
) -> Response:
    """List the funding flows, each as what it is; `type` is the quantity."""
    filters, conversion = read_filters(snapshot, raw, "quantity"), read_conversion(convert, on)
    return respond(request, converted(flows_document(snapshot, filters, page.limit, page.offset), conversion), form)


@router.get("/flows/matrix")
def matrix(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    by: Annotated[str, Query(description=f"one of {', '.join(DIMENSIONS)}")] = "level",
    convert: ConvertAsked = None,
    on: OnAsked = None,
    form: FormatAsked = None,
) -> Response:
    """Give the funding matrix: sums from key to key, like added to like."""
    filters, conversion = read_filters(snapshot, raw, "quantity"), read_conversion(convert, on)
    document = matrix_document(snapshot, filters, one_of("by", by, DIMENSIONS))
    return respond(request, converted(document, conversion), form)


@router.get("/flows/sankey")
def sankey(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    quantity: Annotated[str, Query(description=f"one of {', '.join(SUMMABLE)}")] = "transfer",
    currency: Annotated[str | None, Query(description="ISO 4217 code; the most frequent one by default")] = None,
    grain: Annotated[
        str | None, Query(description=f"sums at one of {', '.join(GRAINS)}; without it every flow of a link is named")
    ] = None,
    form: FormatAsked = None,
) -> Response:
    """Give the funding chain as nodes and links, in one quantity and currency, of amounts of one year."""
    filters, kind = read_filters(snapshot, raw, "quantity"), one_of("quantity", quantity, SUMMABLE)
    if grain:
        document = chain_document(snapshot, filters, kind, read_currency(currency), one_of("grain", grain, GRAINS))
    else:
        document = sankey_document(snapshot, filters, kind, read_currency(currency))
    return respond(request, document, form, rows=document.data["links"])


@router.get("/gaps")
def gaps(
    request: Request, snapshot: SnapshotGiven, raw: FiltersGiven, page: PageGiven, form: FormatAsked = None
) -> Response:
    """List the coordination gaps: reported by a source, or indicated by a rule."""
    filters = read_filters(snapshot, raw, "gapType")
    return respond(request, gaps_document(snapshot, filters, page.limit, page.offset), form)


@router.get("/gaps/matrix")
def gaps_matrix(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    by: Annotated[str, Query(description=f"one of {', '.join(GAP_DIMENSIONS)}")] = "country",
    form: FormatAsked = None,
) -> Response:
    """Give the state of each country (or actor) and field: reported, indicated, coordinated or not assessed."""
    filters = read_filters(snapshot, raw, "gapType")
    return respond(request, gap_matrix_document(snapshot, filters, one_of("by", by, GAP_DIMENSIONS)), form)


@router.get("/changes")
def changes(request: Request, snapshot: SnapshotGiven, raw: FiltersGiven, form: FormatAsked = None) -> Response:
    """Give what began, ended and changed hands between two years (`from`, `to`), and the events in between."""
    document = changes_document(snapshot, read_filters(snapshot, raw, "any"))
    return respond(request, document, form, document.data["statements"])


@router.get("/network")
def network(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    kind: Annotated[str, Query(description=f"kinds of tie divided by commas: {', '.join(KINDS)}; or all")] = "all",
    form: Annotated[str | None, Query(alias="format", description="json, csv (edges), graphml or gexf")] = None,
) -> Response:
    """Give the network of actors."""
    filters = read_filters(snapshot, raw, "actorType")
    kinds = KINDS if kind == "all" else tuple(one_of("kind", word.strip(), KINDS) for word in kind.split(","))
    if form in ("graphml", "gexf"):
        return network_file(request, snapshot, filters, kinds, form)
    document = network_document(snapshot, filters, kinds)
    return respond(request, document, form, rows=document.data["edges"])


@router.get("/network/path")
def path(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    start: Annotated[str, Query(description="slug or name of an actor")],
    goal: Annotated[str, Query(description="slug or name of another")],
    kind: Annotated[str, Query(description=f"kinds of tie divided by commas: {', '.join(KINDS)}; or all")] = "all",
    form: FormatAsked = None,
) -> Response:
    """Give a shortest path between two actors: a row a tie on it, with its evidence."""
    filters = read_filters(snapshot, raw, "actorType")
    kinds = KINDS if kind == "all" else tuple(one_of("kind", word.strip(), KINDS) for word in kind.split(","))
    ends = known_actor(snapshot, "start", start), known_actor(snapshot, "goal", goal)
    return respond(request, path_document(snapshot, filters, kinds, *ends), form)


@router.get("/territories")
def territories(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    page: PageGiven,
    form: Annotated[str | None, Query(alias="format", description="json, csv or geojson")] = None,
) -> Response:
    """List the places with their codes and points."""
    document = territories_document(snapshot, read_filters(snapshot, raw, "any"), page.limit, page.offset)
    if form == "geojson":
        return respond_json(request, document, geojson(document), "application/geo+json")
    return respond(request, document, form)


@router.get("/sources")
def sources(request: Request, snapshot: SnapshotGiven, form: FormatAsked = None) -> Response:
    """List the sources with how much of each is covered by statements."""
    return respond(request, sources_document(snapshot, request.app.state.settings.sources), form)


@router.get("/sources/{name}")
def source(
    request: Request,
    name: str,
    snapshot: SnapshotGiven,
    page: PageGiven,
    kind: Annotated[str | None, Query(description="one kind of statement, as flow or competence")] = None,
    form: FormatAsked = None,
) -> Response:
    """List the statements that rest on a source, in the order of its text."""
    chosen: str | None = one_of("kind", kind, list(source_kinds(snapshot, name))) if kind and is_slug(name) else None
    document = source_document(snapshot, name, page.limit, page.offset, chosen) if is_slug(name) else None
    if document is None:
        raise NotFound(f"no source is called {name}")
    return respond(request, document, form)


@router.get("/sources/{name}/coverage")
def source_coverage(request: Request, name: str, snapshot: SnapshotGiven, form: FormatAsked = None) -> Response:
    """Give the coverage of a source: by kind of mention and country, and every line that nothing rests on."""
    folder = request.app.state.settings.sources
    document = coverage_document(snapshot, name, folder) if is_slug(name) else None
    if document is None:
        raise NotFound(f"no source is called {name}")
    return respond(request, document, form, rows=document.data["uncovered"])


@router.get("/search")
def search(
    request: Request,
    snapshot: SnapshotGiven,
    q: Annotated[str, Query(min_length=1, max_length=200, description="words of a name")],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """Find actors, programmes, fields, places and other named things."""
    return respond(request, search_document(snapshot, q, limit))


@router.get("/stats")
def stats(request: Request, snapshot: SnapshotGiven) -> Response:
    """Count what the graph holds."""
    return respond(request, stats_document(snapshot))


@router.get("/fields")
def fields(request: Request, snapshot: SnapshotGiven) -> Response:
    """List the policy fields with their definitions."""
    rows = [
        {
            "field": item.notation,
            "iri": item.iri,
            "label": item.label,
            "definition": item.definition,
            "broader": item.broader,
        }
        for item in vocabulary().schemes["field"].values()
    ]
    return respond(request, Document(rows, snapshot.generation, rows=len(rows)))
