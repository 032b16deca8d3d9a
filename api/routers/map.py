"""The map over HTTP: one measure by country and place, and the ties between them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.answers.map import MEASURES, TYPES, KindAsked, map_document, ties_document
from api.dependencies import FiltersGiven, SnapshotGiven
from api.parameters import one_of, read_currency, read_filters
from api.respond import respond
from graph.lists import TYPE_SCHEMES
from graph.ties_between import BETWEEN, TIES
from ontology.vocabulary import vocabulary

__all__ = ["read_kind", "router"]

router = APIRouter()

FormatAsked = Annotated[str | None, Query(alias="format", description="json or csv")]


@router.get("/map")
def map_(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    measure: Annotated[str, Query(description=f"one of {', '.join(MEASURES)}")] = MEASURES[0],
    currency: Annotated[str | None, Query(description="ISO 4217 code of the amounts to add")] = None,
    phase: Annotated[str | None, Query(description="phase of the amounts to add; none for no stated phase")] = None,
    period: Annotated[str | None, Query(description="period of the amounts to add, as in meta.kinds")] = None,
    form: FormatAsked = None,
) -> Response:
    """Give a measure by country and place; a country without a value has the reason in its `state`.

    `recorded`; `none-found`: sources were read for it there, all or partly, and nothing is recorded; `amount-unknown`:
    there are flows, none with an amount of the kind that is added; `nothing-recorded`: which is not zero. `type` is of
    the scheme of what is counted.
    """
    filters = read_filters(snapshot, raw, TYPES.get(one_of("measure", measure, MEASURES), "any"))
    document = map_document(snapshot, measure, filters, read_kind(currency, phase, period))
    return respond(request, document, form, rows=[*document.data["countries"], *document.data["places"]])


@router.get("/map/ties")
def map_ties(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    ties: Annotated[str, Query(description=f"one of {', '.join(TIES)}")] = TIES[0],
    between: Annotated[str, Query(description=f"one of {', '.join(BETWEEN)}")] = BETWEEN[0],
    form: FormatAsked = None,
) -> Response:
    """Count the flows or mechanisms between two countries, or places, pair by pair."""
    filters = read_filters(snapshot, raw, TYPE_SCHEMES[one_of("ties", ties, TIES)])
    return respond(request, ties_document(snapshot, ties, one_of("between", between, BETWEEN), filters), form)


def read_kind(currency: str | None, phase: str | None, period: str | None) -> KindAsked:
    """Read which amounts are to be added; ParameterRefused for a currency or phase that is none."""
    known = ("none", *vocabulary().schemes["phase"])
    stated = one_of("phase", phase, known) if phase else None
    return KindAsked(read_currency(currency), "" if stated == "none" else stated, period or None)
