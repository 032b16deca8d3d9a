"""The page of the network: actors and their ties."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from api.answers.network import network_document, selected_network
from api.dependencies import FiltersGiven, SnapshotGiven
from api.page import actor_address, page
from api.parameters import one_of, read_filters
from api.routers.pages.parts import GET, ROWS, scheme
from graph.network import KINDS, Kind
from visualisations.network_page import network_picture

__all__ = ["router"]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


_MOST_TIES: Final = 2000


@router.api_route("/network", methods=GET)
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
        "types": scheme("actorType"),
        "undated": sum(edge["begin"] is None and edge["end"] is None for edge in edges),
        "shown": edges[:ROWS],
    }
    return page(request, snapshot, "network.html", context)
