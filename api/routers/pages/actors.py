"""The pages of actors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from api.answers.actor import actor_document
from api.answers.lists import list_document
from api.answers.overview import search_document
from api.dependencies import FiltersGiven, SnapshotGiven
from api.page import page
from api.parameters import read_filters
from api.routers.pages.parts import GET, ROWS, PartGiven, scheme
from graph.duty import duties_by_kind
from ontology.identifiers import is_slug
from visualisations.palette import STATES

__all__ = ["router"]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.api_route("/actors", methods=GET)
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
    after = part.offset + ROWS
    context = {
        "document": document,
        "rows": rows[part.offset : after],
        "total": len(rows),
        "next": after if after < len(rows) else None,
        "undated": sum(row["begin"] is None and row["end"] is None for row in rows),
        "words": q.strip(),
        "types": scheme("actorType"),
    }
    return page(request, snapshot, "actors.html", context)


def _named(row: Mapping[str, Any], words: list[str]) -> bool:
    names = " ".join([row["label"] or "", *row["names"]]).casefold()
    return all(word in names for word in words)


@router.api_route("/actors/{name}", methods=GET)
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
