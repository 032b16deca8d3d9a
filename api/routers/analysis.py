"""Analysis over HTTP: traces, indicators, what-if and comparison."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.answers.compare import compare_document, example_places, read_places
from api.answers.indicators import indicators_document
from api.answers.profile import profile_document
from api.answers.timeline import TIMELINE_KINDS, read_kinds, timeline_document
from api.answers.trace import step_rows, trace_document
from api.answers.whatif import read_target, what_if_document
from api.dependencies import FiltersGiven, SnapshotGiven
from api.parameters import ParameterRefused, RawFilters, one_of, read_filters
from api.respond import respond
from graph.funding.trace import MOST_PATHS
from graph.snapshot import Snapshot

__all__ = ["router"]

router = APIRouter()

FormatAsked = Annotated[str | None, Query(alias="format", description="json or csv")]


@router.get("/flows/trace")
def flows_trace(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    direction: Annotated[str, Query(description="down to who receives, or up to who pays")] = "down",
    limit: Annotated[int, Query(ge=1, le=5000, description="paths at most")] = MOST_PATHS,
    form: FormatAsked = None,
) -> Response:
    """Give every path of money from an actor, or up to it, with what is known at each step and where it breaks."""
    filters = read_filters(snapshot, raw, "any")
    if filters.actor is None:
        raise ParameterRefused("actor", "", "the slug of an actor, as es-state")
    document = trace_document(snapshot, filters, one_of("direction", direction, ("down", "up")), limit)
    return respond(request, document, form, rows=step_rows(document))


@router.get("/flows/indicators")
def flows_indicators(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    toward: Annotated[str | None, Query(description="slug of a second actor, for the maximum flow to it")] = None,
    form: FormatAsked = None,
) -> Response:
    """Give pass-through, concentration, leverage, co-financing, absorption and conservation of a selection of flows."""
    filters = read_filters(snapshot, raw, "quantity")
    other = _other(snapshot, toward) if toward else None
    if other and filters.actor in (None, other):
        raise ParameterRefused("toward", toward or "", "it together with actor, another one, from whom the money comes")
    return respond(request, indicators_document(snapshot, filters, other), form)


@router.get("/whatif")
def whatif(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    remove: Annotated[
        str,
        Query(max_length=300, description="an actor, a programme, a flow or a mechanism: slug, kind/slug, IRI or name"),
    ],
    rules: Annotated[bool, Query(description="whether to ask the rules again too, which takes seconds")] = True,
) -> Response:
    """Say what would be lost without an actor, a programme, a flow or a mechanism; nothing is changed."""
    filters = read_filters(snapshot, raw, "any")
    return respond(request, what_if_document(snapshot, read_target(snapshot, remove), filters, rules=rules))


@router.get("/timeline")
def timeline(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    kind: Annotated[list[str] | None, Query(description=f"{', '.join(TIMELINE_KINDS)}; divided by commas")] = None,
    form: FormatAsked = None,
) -> Response:
    """Give events, duties, flows and mechanisms in the order of their years, those without any last."""
    document = timeline_document(snapshot, read_filters(snapshot, raw, "any"), read_kinds(",".join(kind or [])))
    return respond(request, document, form)


@router.get("/compare")
def compare(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    country: Annotated[list[str] | None, Query(description="ISO 3166-1 alpha-2 codes, EU for the Union")] = None,
    place: Annotated[list[str] | None, Query(description="slugs or names of territories, as nl-rotterdam")] = None,
    example: Annotated[str | None, Query(description="a ready set instead: upstream, the ten cities")] = None,
    form: FormatAsked = None,
) -> Response:
    """Set two to four countries or places side by side on the same indicators, with what was researched in each."""
    filters = read_filters(snapshot, replace(raw, country=None), "any")
    if example and not (country or place):
        found = example_places(snapshot, example)
        if not found:
            raise ParameterRefused("example", example, "one of which this store has the places")
    else:
        found = read_places(snapshot, country or [], place or [])
    document = compare_document(snapshot, found, filters)
    return respond(request, document, form, rows=document.data["rows"])


@router.get("/profiles")
def profiles(request: Request, snapshot: SnapshotGiven, raw: FiltersGiven, form: FormatAsked = None) -> Response:
    """Give relations between levels, by country, field and period; mainstreaming; jurisdictions by level."""
    document = profile_document(snapshot, read_filters(snapshot, raw, "any"))
    return respond(request, document, form, rows=document.data["relations"])


def _other(snapshot: Snapshot, given: str) -> str | None:
    """Give the slug of a second actor, checked as the first one is."""
    try:
        return read_filters(snapshot, RawFilters(actor=given)).actor
    except ParameterRefused as error:
        raise ParameterRefused(
            "toward", error.value, "the last part of the IRI of a known actor", error.near
        ) from error
