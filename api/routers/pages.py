"""Pages: what people see. Each shows the documents of the API, for the same filters."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from importlib.metadata import version
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, Response

from api.answers.actor import actor_document
from api.answers.funding import flows_document, matrix_document, sankey_document
from api.answers.gaps import gap_matrix_document, gaps_document
from api.answers.headline import funding_headline
from api.answers.lists import list_document
from api.answers.network import network_document, selected_network
from api.answers.overview import search_document, stats_document
from api.answers.report import report_document, report_title
from api.answers.sources import coverage_document, source_document, sources_document, totals
from api.dependencies import FiltersGiven, PageAsked, SnapshotGiven, not_modified, read_cursor
from api.page import actor_address, page
from api.parameters import countries, one_of, read_currency, read_filters
from api.problems import NotFound
from graph.duty import duties_by_kind
from graph.evidence import line_words
from graph.filters import Filters
from graph.funding.matrix import DIMENSIONS, SUMMABLE, Dimension
from graph.network import KINDS, Kind
from graph.snapshot import Snapshot
from ontology.identifiers import PREFIXES, is_slug, mint
from ontology.vocabulary import vocabulary
from visualisations.matrix import GRIDS, funding_grid, gap_grid
from visualisations.network_page import network_picture
from visualisations.palette import STATES, css
from visualisations.report import report_html
from visualisations.sankey import KIND_WORDS, sankey_chart

__all__ = ["query_page", "router"]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_ROWS: Final = 200
_MOST_TIES: Final = 2000
_GET: Final = ["GET", "HEAD"]


async def _part(cursor: Annotated[str | None, Query()] = None) -> PageAsked:
    return PageAsked(_ROWS, read_cursor(cursor))


PartGiven = Annotated[PageAsked, Depends(_part)]


def _scheme(name: str) -> list[tuple[str, str]]:
    return [(item.notation, item.label) for item in vocabulary().schemes[name].values()]


@router.api_route("/palette.css", methods=_GET)
def palette(request: Request) -> Response:
    """Give the palette as CSS."""
    tag = f'"{sha256(css().encode()).hexdigest()[:16]}"'
    cached = not_modified(request, tag)
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    return cached if cached is not None else Response(css(), media_type="text/css; charset=utf-8", headers=headers)


@router.api_route("/", methods=_GET)
def home(request: Request, snapshot: SnapshotGiven) -> Response:
    """Show what is in here, and three questions answered."""
    known = countries(snapshot)
    money = Filters(country="ES", at=2006) if "ES" in known else None
    ended = Filters(country="NL", type="discontinuity") if "NL" in known else None
    context = {
        "stats": stats_document(snapshot).as_dict()["data"],
        "money": funding_headline(snapshot, money) if money else None,
        "ended": gaps_document(snapshot, ended).as_dict() if ended else None,
        "example": EXAMPLES[0],
    }
    return page(request, snapshot, "home.html", context)


@router.api_route("/search", methods=_GET)
def search(request: Request, snapshot: SnapshotGiven, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Find actors, programmes, fields, places and other named things."""
    words = q.strip()
    found = search_document(snapshot, words, 100).as_dict() if words else None
    return page(request, snapshot, "search.html", {"words": words, "found": found})


@router.api_route("/flows", methods=_GET)
def flows(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    part: PartGiven,
    by: str = "level",
    quantity: str = "transfer",
    currency: str | None = None,
) -> Response:
    """Show who pays whom: the chain, the matrix, every flow."""
    filters = read_filters(snapshot, raw, "quantity")
    dimension: Dimension = one_of("by", by, DIMENSIONS)
    drawn = filters.type if filters.type in SUMMABLE else one_of("quantity", quantity, SUMMABLE)
    chain = sankey_document(snapshot, filters, drawn, read_currency(currency)).as_dict()
    matrix = matrix_document(snapshot, filters, dimension).as_dict()
    chart = sankey_chart(chain["data"]["nodes"], chain["data"]["links"], chain["meta"]["currency"])
    context = {
        "by": by,
        "dimensions": DIMENSIONS,
        "quantity": drawn,
        "quantities": SUMMABLE,
        "types": _scheme("quantity"),
        "headline": funding_headline(snapshot, filters),
        "chain": chain,
        "chart": chart,
        "names": {node["id"]: node["label"] for node in chain["data"]["nodes"]},
        "kind_words": KIND_WORDS,
        "matrix": matrix,
        "grid": funding_grid(matrix["data"], by) if by in GRIDS else None,
        "list": flows_document(snapshot, filters, part.limit, part.offset).as_dict(),
        "offset": part.offset,
    }
    return page(request, snapshot, "flows.html", context)


@router.api_route("/network", methods=_GET)
def network(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    kind: Annotated[list[str] | None, Query()] = None,
) -> Response:
    """Show the actors and their ties, levels as lanes."""
    filters = read_filters(snapshot, raw, "actorType")
    asked = [word.strip() for value in kind or [] for word in value.split(",") if word.strip()]
    kinds: tuple[Kind, ...] = KINDS
    if asked and asked != ["all"]:
        kinds = tuple(one_of("kind", word, KINDS) for word in dict.fromkeys(asked))
    document = network_document(snapshot, filters, kinds).as_dict()
    left_out = 0
    if not asked and len(document["data"]["edges"]) > _MOST_TIES:
        # who shares a field in nested places: by far the most ties, and the only ones that no source states as such
        kinds = tuple(word for word in KINDS if word != "competence")
        whole = len(document["data"]["edges"])
        document = network_document(snapshot, filters, kinds).as_dict()
        left_out = whole - len(document["data"]["edges"])
    root = request.scope.get("root_path", "").rstrip("/")
    edges = document["data"]["edges"]
    context = {
        "document": document,
        "picture": network_picture(selected_network(snapshot, filters, kinds), lambda iri: actor_address(root, iri)),
        "kinds": kinds,
        "all_kinds": KINDS,
        "kind": None if kinds == KINDS else ",".join(kinds),
        "left_out": left_out,
        "types": _scheme("actorType"),
        "undated": sum(edge["begin"] is None and edge["end"] is None for edge in edges),
        "shown": edges[:_ROWS],
    }
    return page(request, snapshot, "network.html", context)


@router.api_route("/report", methods=_GET)
def report(snapshot: SnapshotGiven, raw: FiltersGiven) -> Response:
    """Show a selection as a report to print, whole in one file; the same that the command writes."""
    filters = read_filters(snapshot, raw)
    names = countries(snapshot)
    found = report_document(snapshot, filters).as_dict()
    html = report_html(found, report_title(filters, names), snapshot.label, names, version("subsidia"))
    return HTMLResponse(html, headers={"Vary": "Accept"})


@router.api_route("/gaps", methods=_GET)
def gaps(request: Request, snapshot: SnapshotGiven, raw: FiltersGiven, part: PartGiven) -> Response:
    """Show where coordination fails: the matrix of country and field, and the gaps behind a cell."""
    filters = read_filters(snapshot, raw, "gapType")
    document = gaps_document(snapshot, filters, part.limit, part.offset).as_dict()
    matrix = gap_matrix_document(snapshot, filters.without("country", "field")).as_dict()
    dated = {**snapshot.values("gov:validFrom"), **snapshot.values("gov:validTo")}
    context = {
        "document": document,
        "matrix": matrix,
        "grid": gap_grid(matrix["data"]),
        "states": STATES,
        "types": _scheme("gapType"),
        "rules": {rule["id"]: rule for rule in document["meta"]["rules"]},
        "undated": sum(gap["state"] == "reported" and gap["id"] not in dated for gap in document["data"]),
        "offset": part.offset,
        "selected": filters,
    }
    return page(request, snapshot, "gaps.html", context)


@router.api_route("/actors", methods=_GET)
def actors(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    part: PartGiven,
    q: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """List the bodies that decide, pay, deliver, coordinate or receive."""
    filters = read_filters(snapshot, raw, "actorType")
    document = list_document(snapshot, "actors", filters).as_dict()
    words = q.casefold().split()
    rows = [row for row in document["data"] if _named(row, words)]
    after = part.offset + _ROWS
    context = {
        "document": document,
        "rows": rows[part.offset : after],
        "total": len(rows),
        "next": after if after < len(rows) else None,
        "undated": sum(row["begin"] is None and row["end"] is None for row in rows),
        "words": q.strip(),
        "types": _scheme("actorType"),
    }
    return page(request, snapshot, "actors.html", context)


def _named(row: Mapping[str, Any], words: list[str]) -> bool:
    names = " ".join([row["label"] or "", *row["names"]]).casefold()
    return all(word in names for word in words)


@router.api_route("/actors/{name}", methods=_GET)
def actor_page(request: Request, name: str, snapshot: SnapshotGiven, raw: FiltersGiven) -> Response:
    """Show all that the graph says of one body."""
    document = actor_document(snapshot, name, read_filters(snapshot, raw)) if is_slug(name) else None
    if document is None:
        words = name.replace("-", " ")
        near = search_document(snapshot, words, 8).as_dict()["data"] if words.strip() else []
        near_names = {"name": name, "near": [row for row in near if row["kind"] == "actor"]}
        return page(request, snapshot, "no_actor.html", near_names, status=404)
    found = document.as_dict()
    statements = [
        row
        for part in ("money_in", "money_out", "competences", "mechanisms", "measures")
        for row in found["data"][part]
    ]
    duties = duties_by_kind(found["data"]["competences"])
    context: dict[str, Any] = {
        "name": name,
        "actor": found["data"],
        "document": found,
        "duties": duties["duty"],
        "absences": duties["absence"],
        "norms": duties["norm"],
        "undated": sum(row["begin"] is None and row["end"] is None for row in statements),
        "statements": len(statements),
        "rules": {},
        "states": STATES,
    }
    return page(request, snapshot, "actor.html", context)


@router.api_route("/sources", methods=_GET)
def sources(request: Request, snapshot: SnapshotGiven) -> Response:
    """List the sources, and how much of each the statements cover."""
    document = sources_document(snapshot, request.app.state.settings.sources).as_dict()
    return page(request, snapshot, "sources.html", {"document": document, "totals": totals(document["data"])})


@router.api_route("/sources/{name}", methods=_GET)
def source_page(request: Request, name: str, snapshot: SnapshotGiven, part: PartGiven) -> Response:
    """Show what a source supports, statement by statement, and what of it is not covered."""
    folder = request.app.state.settings.sources
    document = source_document(snapshot, name, part.limit, part.offset) if is_slug(name) else None
    covered = coverage_document(snapshot, name, folder) if document else None
    if document is None or covered is None:
        raise NotFound(f"no source is called {name}")
    context = {
        "document": document.as_dict(),
        "coverage": covered.as_dict(),
        "words": line_words(snapshot, mint("source", name), folder) if folder else {},
        "offset": part.offset,
    }
    return page(request, snapshot, "source.html", context)


_HEAD: Final = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("gov", "skos", "prov"))

EXAMPLES: Final = (
    (
        "Who passes money on to whom, and which share of it?",
        _HEAD
        + """
SELECT ?flow ?payer ?recipient ?share ?of
WHERE {
  ?flow gov:payer/skos:prefLabel ?payer ;
        gov:recipient/skos:prefLabel ?recipient ;
        gov:share ?share ;
        gov:partOf ?of .
}
ORDER BY ?flow
""",
    ),
    (
        "Which duties of local bodies rest on which passage?",
        _HEAD
        + """
SELECT ?body ?duty ?passage
WHERE {
  ?duty a gov:Competence ;
        gov:holder ?holder ;
        gov:modality <https://w3id.org/subsidia/def/modality/is> ;
        prov:hadPrimarySource ?passage .
  ?holder gov:level <https://w3id.org/subsidia/def/level/local> ;
          skos:prefLabel ?body .
}
ORDER BY ?body ?duty
LIMIT 100
""",
    ),
    (
        "Which gaps do the sources state, by type and country?",
        _HEAD
        + """
SELECT ?type (COUNT(DISTINCT ?gap) AS ?gaps)
WHERE {
  ?gap a gov:ReportedGap ;
       gov:gapType/skos:prefLabel ?type .
}
GROUP BY ?type
ORDER BY DESC(?gaps) ?type
""",
    ),
    (
        "Which coordination mechanisms tie bodies of different levels?",
        _HEAD
        + """
SELECT DISTINCT ?name ?one ?other
WHERE {
  ?mechanism a gov:CoordinationMechanism ;
             skos:prefLabel ?name ;
             gov:participant ?a, ?b .
  ?a gov:level ?upper ; skos:prefLabel ?one .
  ?b gov:level ?lower ; skos:prefLabel ?other .
  ?upper gov:rank ?high .
  ?lower gov:rank ?low .
  FILTER (?high < ?low)
}
ORDER BY ?name ?one ?other
LIMIT 100
""",
    ),
    (
        "Which sources are there, and how many passages of each support a statement?",
        _HEAD
        + """PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX oa: <http://www.w3.org/ns/oa#>

SELECT ?title (COUNT(DISTINCT ?passage) AS ?passages)
WHERE {
  ?source a gov:Source ; dcterms:title ?title .
  OPTIONAL { ?passage oa:hasSource ?source . ?statement prov:hadPrimarySource ?passage }
}
GROUP BY ?title
ORDER BY ?title
""",
    ),
)


def query_page(request: Request, snapshot: Snapshot) -> Response:
    """Show a form for SPARQL with examples; the query in the address, if any, is filled in."""
    return page(
        request,
        snapshot,
        "sparql.html",
        {"query": request.query_params.get("query") or EXAMPLES[0][1], "examples": EXAMPLES},
    )
