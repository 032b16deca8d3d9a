"""The page of the map: one measure by country and place, and the ties between them."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from pyoxigraph import NamedNode
from starlette.responses import HTMLResponse, Response

from api.answers.map import MEASURES, TYPES, map_document, ties_document
from api.dependencies import FiltersGiven, SnapshotGiven
from api.page import page
from api.parameters import ParameterRefused, one_of, read_filters
from api.routers.map import read_kind
from api.routers.pages.parts import GET, scheme
from graph.filters import Filters
from graph.labels import label_in
from graph.snapshot import Snapshot
from graph.ties_between import BETWEEN, TIES
from ontology.identifiers import ID, expand, is_slug
from visualisations.language import language
from visualisations.map import MOST_OUTLINES, View, map_picture, view_of
from visualisations.map_words import headline, kind_words, measure_name, short, things_name, type_word, value_words

__all__ = ["router"]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_DRAWN: Final = (*TIES, "none")
_AT: Final = (
    "gov:jurisdiction",
    "gov:over",
    "gov:participant",
    "gov:payer",
    "gov:recipient",
    "gov:holder",
    "gov:between",
)


@router.api_route("/map", methods=GET)
def map_(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    measure: str = MEASURES[0],
    currency: str | None = None,
    phase: str | None = None,
    period: str | None = None,
    ties: str = TIES[0],
    between: str | None = None,
    view: str | None = None,
) -> Response:
    """Show where things are recorded: countries shaded by a measure, places, and ties as arcs.

    The country that is asked for is shown from near among the others, with its places and ties alone.
    """
    filters = read_filters(snapshot, raw, TYPES.get(one_of("measure", measure, MEASURES), "any"))
    asked = read_kind(currency, phase, period)
    document = map_document(snapshot, measure, filters.without("country"), asked).as_dict()
    joined = _ties(snapshot, measure, filters, one_of("ties", ties, _DRAWN), between)
    countries = document["data"]["countries"]
    places = [row for row in document["data"]["places"] if filters.country in (None, row["country"])]
    names = {row["code"]: label_in(snapshot, row["territory"], language()) for row in countries}
    chosen = next((row for row in countries if row["code"] == filters.country), None)
    picture = map_picture(
        countries,
        places,
        joined["data"] if joined else [],
        name=lambda iri: label_in(snapshot, iri, language()),
        outlines=_outlines(snapshot, places, filters),
        chosen=filters.country,
        view=_view(view),
    )
    context: dict[str, Any] = {
        "document": document,
        "joined": joined,
        "measure": measure,
        "measures": MEASURES,
        "measure_name": measure_name,
        "kind_words": kind_words,
        "said": lambda row: value_words(measure, row, document["meta"]["unit"]),
        "headline": headline(measure, countries, chosen, document["meta"]["unit"], names),
        "ties": ties,
        "all_ties": _DRAWN,
        "names": names,
        "short": short,
        "things": things_name,
        "rows": sorted(countries, key=lambda row: (row["value"] is None, -(row["value"] or 0), names[row["code"]])),
        "places": places,
        "picture": picture,
        "spots": _spots(snapshot, request),
        "types": scheme(TYPES[measure]) if measure in TYPES else [],
        "type_word": type_word(measure),
        "selected": filters,
    }
    return page(request, snapshot, "map.html", context)


def _ties(snapshot: Snapshot, measure: str, filters: Filters, ties: str, between: str | None) -> dict[str, Any] | None:
    """Give the ties that are drawn, between places where one country is looked at; None where none are wanted."""
    if ties == "none":
        return None
    same = measure == ties or (ties == "flows" and measure in ("paid", "received"))
    usual = "places" if filters.country else "countries"
    chosen = one_of("between", between or usual, BETWEEN)
    return ties_document(snapshot, ties, chosen, filters if same else filters.without("type")).as_dict()


def _view(text: str | None) -> View | None:
    found = view_of(text) if text else None
    if text and found is None:
        raise ParameterRefused("view", text, "the middle of the view and how near it is, as 500,430,2")
    return found


def _outlines(snapshot: Snapshot, places: list[dict[str, Any]], filters: Filters) -> dict[str, str]:
    """Give the outlines of the places that are drawn with one: those with a value, and all of the country asked for."""
    wanted = [row for row in places if row["outline"] and (filters.country or row["value"] is not None)]
    found = {}
    for row in wanted[:MOST_OUTLINES]:
        quads = snapshot.quads(row["outline"], expand("locn:geometry"))
        found[row["territory"]] = min(getattr(quad.object, "value", "") for quad in quads)
    return found


def _spots(snapshot: Snapshot, request: Request) -> frozenset[str]:
    """Give the places of what is selected: itself, those it is over, or those of its bodies."""
    kind, _, name = request.query_params.get("mark", "").partition("/")
    if not (kind.isascii() and kind.isalpha() and is_slug(name)):
        return frozenset()
    found = {f"{ID}{kind}/{name}"}
    for _again in range(2):
        found |= {
            quad.object.value
            for iri in sorted(found)
            if "/territory/" not in iri
            for curie in _AT
            for quad in snapshot.quads(iri, expand(curie))
            if isinstance(quad.object, NamedNode)
        }
    return frozenset(iri for iri in found if "/territory/" in iri)
