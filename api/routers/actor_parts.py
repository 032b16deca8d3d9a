"""The data API, parts of one actor: its money by period, and who has ties with it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.answers.actor_page import actor_money_document, neighbours_document
from api.dependencies import FiltersGiven, PageGiven, SnapshotGiven
from api.parameters import read_filters
from api.problems import NotFound
from api.respond import respond
from ontology.identifiers import is_slug

__all__ = ["router"]

router = APIRouter(default_response_class=Response)

FormatAsked = Annotated[str | None, Query(alias="format", description="json or csv")]


@router.get("/actors/{name}/money")
def money(
    request: Request, name: str, snapshot: SnapshotGiven, raw: FiltersGiven, form: FormatAsked = None
) -> Response:
    """Add up what one body receives and pays, by kind, phase, currency and period; money passed on stands apart."""
    document = actor_money_document(snapshot, name, read_filters(snapshot, raw, "any")) if is_slug(name) else None
    if document is None:
        raise NotFound(f"no actor is called {name}")
    return respond(request, document, form)


@router.get("/actors/{name}/neighbours")
def neighbours(
    request: Request,
    name: str,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    page: PageGiven,
    form: FormatAsked = None,
) -> Response:
    """List who has ties with one body, with the number of ties by kind: the same ties as in the network."""
    filters = read_filters(snapshot, raw, "any")
    found = neighbours_document(snapshot, name, filters, page.limit, page.offset) if is_slug(name) else None
    if found is None:
        raise NotFound(f"no actor is called {name}")
    return respond(request, found, form)
