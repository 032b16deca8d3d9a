"""The page of what-if: what would go with a body, a programme, a mechanism or a flow."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from api.answers.whatif import read_target, what_if_document
from api.dependencies import FiltersGiven, SnapshotGiven
from api.page import page
from api.parameters import read_filters
from api.routers.pages.parts import GET
from graph.remember import remembered
from graph.snapshot import Snapshot
from visualisations.palette import STATES

__all__ = ["router"]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_MOST_NAMES = 1500


@router.api_route("/whatif", methods=GET)
def whatif(
    request: Request,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    remove: Annotated[str, Query(max_length=300)] = "",
    rules: bool = False,
) -> Response:
    """Show what would go with one thing; the rules are asked again only where that is asked for, as it takes long."""
    filters = read_filters(snapshot, raw, "any")
    document: dict[str, Any] | None = None
    if remove.strip():
        document = what_if_document(snapshot, read_target(snapshot, remove), filters, rules=rules).as_dict()
    context: dict[str, Any] = {
        "document": document or {"meta": {"not_applied": {}}},
        "found": document["data"] if document else None,
        "remove": remove.strip(),
        "rules_asked": rules,
        "known": _names(snapshot),
        "states": STATES,
        "rules": {},
    }
    return page(request, snapshot, "whatif.html", context)


@remembered(2)
def _names(snapshot: Snapshot) -> tuple[str, ...]:
    """Give the names that a form suggests; none where they are too many to be sent along."""
    kinds = ("gov:Actor", "gov:Programme", "gov:CoordinationMechanism")
    found = sorted({snapshot.label(iri) for kind in kinds for iri in snapshot.instances(kind)}, key=str.casefold)
    return tuple(found) if len(found) <= _MOST_NAMES else ()
