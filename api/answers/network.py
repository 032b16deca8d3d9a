"""Network documents: actors as nodes, ties as edges."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import networkx as nx
from pyoxigraph import Literal, NamedNode

from api.answers.document import Document, Row, filters_of, number
from graph.filters import Filters
from graph.network import KINDS, Kind, actors_of, network_of, ties_of
from graph.queries import bind, query_text
from graph.remember import remembered
from graph.snapshot import Snapshot
from ontology.identifiers import concept, mint

__all__ = ["network_document", "selected_network"]


@remembered(8)
def selected_network(snapshot: Snapshot, filters: Filters, kinds: tuple[Kind, ...]) -> nx.MultiDiGraph[str]:
    """Project a selection, once for all who show it; nobody may change the network."""
    network = network_of(snapshot, filters, kinds)
    nx.freeze(network)
    return network


def network_document(snapshot: Snapshot, filters: Filters, kinds: Iterable[Kind] = KINDS) -> Document:
    """Give the network of the actors and ties that the filters let through."""
    chosen = tuple(kinds)
    network = selected_network(snapshot, filters, chosen)
    nodes = [{"actor": actor, **dict(sorted(facts.items()))} for actor, facts in actors_of(network)]
    edges = [_edge(one, other, facts) for one, other, _, facts in ties_of(network)]
    return Document(
        data={"nodes": nodes, "edges": edges},
        generation=snapshot.generation,
        at=filters.at,
        rows=len(edges),
        query=network_query(filters, chosen),
        filters=filters_of(filters),
        more={"kinds": list(chosen), "nodes": len(nodes)},
    )


def network_query(filters: Filters, kinds: tuple[Kind, ...]) -> str:
    """Give the SPARQL that gives the same ties."""
    since, until = filters.span
    return bind(
        query_text("network"),
        {
            "ofKind": [Literal(kind) for kind in kinds],
            "countryCode": Literal(filters.country) if filters.country else None,
            "inField": NamedNode(concept("field", filters.field)) if filters.field else None,
            "atLevel": NamedNode(concept("level", filters.level)) if filters.level else None,
            "ofType": NamedNode(concept("actorType", filters.type)) if filters.type else None,
            "ofBasis": NamedNode(concept("basis", filters.basis)) if filters.basis else None,
            "withActor": NamedNode(mint("actor", filters.actor)) if filters.actor else None,
            "ofProgramme": NamedNode(mint("programme", filters.programme)) if filters.programme else None,
            "since": Literal(since) if since is not None else None,
            "until": Literal(until) if until is not None else None,
        },
    )


def _edge(one: str, other: str, facts: dict[str, Any]) -> Row:
    edge: Row = {"source": one, "target": other, **facts}
    for name in ("amount_min", "amount_max"):
        if name in edge:
            edge[name] = number(edge[name])
    return edge
