"""Measures of networks: what can be measured, and the values for the actors of a network."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.answers.measures import NETWORKS, UNDIRECTED, flat_rows, measure_document, measured_network, measures_document
from api.dependencies import FiltersGiven, SnapshotGiven, etag, not_modified
from api.exports import MEDIA_TYPES, network_bytes
from api.parameters import read_filters
from api.respond import respond

__all__ = ["router"]

router = APIRouter(prefix="/network/measures")

Network = Annotated[
    str | None,
    Query(description=f"kinds of tie divided by commas: {', '.join(NETWORKS)}; what suits the measure by default"),
]
Undirected = Annotated[str, Query(description=f"ties without direction: {' or '.join(UNDIRECTED)}")]
Seed = Annotated[int, Query(ge=0, lt=2**31, description="of what is drawn at random")]
Form = Annotated[str | None, Query(alias="format", description="json, csv, graphml or gexf")]


@router.get("")
def measures(request: Request, snapshot: SnapshotGiven, form: Form = None) -> Response:
    """List what can be measured of a network, each with definition, unit, range and citation."""
    document = measures_document(snapshot)
    return respond(request, document, form, rows=flat_rows(document.data))


@router.get("/{name}")
def measure(
    request: Request,
    name: str,
    snapshot: SnapshotGiven,
    raw: FiltersGiven,
    network: Network = None,
    undirected: Undirected = "refuse",
    seed: Seed = 0,
    form: Form = None,
) -> Response:
    """Give the values of a measure for the actors of a network, or for the network as a whole."""
    filters = read_filters(snapshot, raw, "actorType")
    if form not in MEDIA_TYPES:
        document = measure_document(snapshot, filters, name, network=network, undirected=undirected, seed=seed)
        return respond(request, document, form, rows=flat_rows(document.data))
    marked = measured_network(snapshot, filters, name, network=network, undirected=undirected, seed=seed)
    tag = etag(request, snapshot.generation, form)
    cached = not_modified(request, tag)
    if cached is not None:
        return cached
    headers = {"ETag": tag, "Content-Disposition": f'attachment; filename="subsidia-{name}.{form}"'}
    return Response(network_bytes(marked, form), media_type=MEDIA_TYPES[form], headers=headers)
