"""The page of comparison: places side by side, with how far each was searched, and the profiles of their countries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from api.answers.compare import EXAMPLES, MOST_PLACES, compare_document, example_places, named_place, read_places
from api.answers.profile import profile_document
from api.dependencies import FiltersGiven, SnapshotGiven
from api.page import page
from api.parameters import read_filters
from api.routers.pages.parts import GET, scheme
from graph.compare import PENNINX
from graph.places import places
from graph.remember import remembered
from graph.snapshot import Snapshot
from ontology.identifiers import slug
from visualisations.comparison import absence, aspect_table, indicator_panels, share_panels

__all__ = ["router"]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.api_route("/compare", methods=GET)
def compare(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    place: Annotated[list[str] | None, Query()] = None,
    example: str = EXAMPLES[0],
) -> Response:
    """Set places side by side; where fewer than two are chosen, show the ready example as an overview."""
    filters = read_filters(snapshot, replace(raw, country=None), "any")
    words = [part.strip() for word in place or [] for part in word.split(",") if part.strip()]
    ready = example_places(snapshot, example)
    given = [named_place(snapshot, "country", raw.country)] if raw.country else []
    given = list(dict.fromkeys([*given, *(named_place(snapshot, "place", word) for word in words)]))
    overview = len(given) < 2
    chosen = ready if overview else read_places(snapshot, [raw.country] if raw.country else [], words)
    document = compare_document(snapshot, chosen, filters).as_dict() if chosen else None
    keys = [item["key"] for item in document["data"]["places"]] if document else []
    codes = [] if overview else _countries(snapshot, chosen)
    profiles = {code: profile_document(snapshot, replace(filters, country=code)).as_dict() for code in codes}
    mainstreaming = [row for found in profiles.values() for row in found["data"]["mainstreaming"]]
    context: dict[str, Any] = {
        "document": document or {"meta": {"not_applied": {}}},
        "found": document["data"] if document else None,
        "keys": keys,
        "names": {item["key"]: item["label"] for item in document["data"]["places"]} if document else {},
        "overview": overview,
        "given": [snapshot.label(iri) for iri in given],
        "chosen": ",".join(slug(iri) for iri in chosen),
        "example": example,
        "ready": [{"slug": slug(iri), "label": snapshot.label(iri)} for iri in ready],
        "pairs": _pairs(snapshot, ready),
        "known": _names(snapshot),
        "most": MOST_PLACES,
        "panels": indicator_panels(document["data"]["rows"], keys) if document else None,
        "field_labels": dict(scheme("field")),
        "shares": share_panels(mainstreaming, codes) if codes else None,
        "aspects": PENNINX,
        "table": aspect_table(document["data"]["places"], document["data"]["rows"]) if document else {},
        "absence": absence,
        "profiles": profiles,
        "selected": filters,
    }
    return page(request, snapshot, "compare.html", context)


def _countries(snapshot: Snapshot, territories: Sequence[str]) -> list[str]:
    """Give the countries that places are or lie in, each once, in their order; the Union is none."""
    where = places(snapshot)
    codes = [where.country(territory) for territory in territories]
    return list(dict.fromkeys(code for code in codes if code and code != "EU"))


def _pairs(snapshot: Snapshot, ready: Sequence[str]) -> list[dict[str, Any]]:
    """Give the places of the example by country, to be compared with each other."""
    where = places(snapshot)
    found: dict[str, list[str]] = {}
    for territory in ready:
        found.setdefault(where.country(territory) or "", []).append(territory)
    return [
        {"labels": [snapshot.label(iri) for iri in group], "slugs": ",".join(map(slug, group))}
        for group in found.values()
        if 2 <= len(group) <= MOST_PLACES
    ]


@remembered(2)
def _names(snapshot: Snapshot) -> tuple[str, ...]:
    """Give the names of all territories, for a form; none where they are too many to be sent along."""
    found = sorted({snapshot.label(iri) for iri in snapshot.instances("gov:Territory")}, key=str.casefold)
    return tuple(found) if len(found) <= 1000 else ()
