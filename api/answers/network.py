"""Network documents: actors as nodes, ties as edges."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from api.answers.document import Document, Row, filters_of, number
from graph.filters import Filters
from graph.network import KINDS, Kind, actors_of, network_of, ties_of
from graph.queries import query_text
from graph.snapshot import Snapshot

__all__ = ["network_document"]


def network_document(snapshot: Snapshot, filters: Filters, kinds: Iterable[Kind] = KINDS) -> Document:
    """Give the network of the actors and ties that the filters let through."""
    chosen = tuple(kinds)
    network = network_of(snapshot, filters, chosen)
    nodes = [{"actor": actor, **dict(sorted(facts.items()))} for actor, facts in actors_of(network)]
    edges = [_edge(one, other, facts) for one, other, _, facts in ties_of(network)]
    return Document(
        data={"nodes": nodes, "edges": edges},
        generation=snapshot.generation,
        at=filters.at,
        rows=len(edges),
        query=query_text("network"),
        filters=filters_of(filters),
        more={"kinds": list(chosen), "nodes": len(nodes)},
    )


def _edge(one: str, other: str, facts: dict[str, Any]) -> Row:
    edge: Row = {"source": one, "target": other, **facts}
    for name in ("amount_min", "amount_max"):
        if name in edge:
            edge[name] = number(edge[name])
    return edge
