"""Projections that measures are taken on: simple graphs, one arc or edge a pair, without self-loops.

A tie without direction (`directed` false, or any tie of an undirected graph) counts as two arcs, unless it is refused.
Nodes come in the order of their IRIs and keep their level, so that seeded measures give the same answer each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any, Literal, TypeAlias

import networkx as nx

from graph.measures.errors import DirectionMissing, WeightNegative
from ontology.vocabulary import vocabulary

__all__ = ["Network", "Undirected", "arcs_of", "digraph_of", "level_order", "levels_of", "simple_of", "ties_in"]

Network: TypeAlias = "nx.Graph[str]"
Undirected = Literal["refuse", "both"]


def ties_in(network: Network) -> Iterator[tuple[str, str, bool, dict[str, Any]]]:
    """Give the ties as (one, other, directed, attributes), self-loops left out."""
    if not network.is_directed():
        for one, other, facts in network.edges(data=True):
            if one != other:
                yield one, other, False, facts
        return
    # over half a million ties the adjacency itself takes half as long as the view of the edges
    several = network.is_multigraph()
    for one, others in network.adjacency():
        for other, ties in others.items():
            if one != other:
                for facts in ties.values() if several else (ties,):
                    yield one, other, facts.get("directed", True), facts


def levels_of(network: Network) -> dict[str, str | None]:
    """Give the level of each actor, in the order of their IRIs; None where none is recorded."""
    return {actor: network.nodes[actor].get("level") for actor in sorted(network.nodes)}


def level_order(levels: set[str]) -> list[str]:
    """Put levels in the order of their scheme, from the widest to the narrowest; others follow by name.

    >>> level_order({"local", "eu", "AB"})
    ['eu', 'local', 'AB']
    """
    known = [level for level in vocabulary().schemes["level"] if level in levels]
    return known + sorted(levels - set(known))


def digraph_of(network: Network, *, undirected: Undirected = "both", weight: str | None = None) -> nx.DiGraph[str]:
    """Project onto a simple directed graph.

    Parameters
    ----------
    undirected
        What a tie without direction is: two arcs (`both`), or a reason to stop (`refuse`).
    weight
        The attribute that is summed over parallel ties as `weight`. A tie without that attribute is left out, as is
        an arc whose sum is zero: what is unknown is no number. Without it every arc has weight 1.

    Raises
    ------
    DirectionMissing
        Ties without direction are refused, and there are some.
    WeightNegative
        A tie has a negative weight.
    """
    graph: nx.DiGraph[str] = nx.DiGraph()
    _fill(graph, network, _arcs(network, undirected, weight))
    return graph


def arcs_of(network: Network, *, undirected: Undirected = "both") -> list[tuple[str, str]]:
    """Give each ordered pair of tied actors once; DirectionMissing as for `digraph_of`."""
    return list(_arcs(network, undirected, None))


def simple_of(network: Network, *, weight: str | None = None) -> nx.Graph[str]:
    """Project onto a simple undirected graph; the weight of an edge is the sum of the weights of both arcs."""
    weights: dict[tuple[str, str], float] = {}
    for (one, other), amount in _arcs(network, "both", weight).items():
        edge = (one, other) if one < other else (other, one)
        weights[edge] = weights.get(edge, 0.0) + amount
    graph: nx.Graph[str] = nx.Graph()
    _fill(graph, network, weights)
    return graph


def _fill(graph: nx.Graph[str], network: Network, weights: dict[tuple[str, str], float]) -> None:
    graph.add_nodes_from((actor, {"level": level}) for actor, level in levels_of(network).items())
    graph.add_edges_from((*pair, {"weight": weights[pair]}) for pair in sorted(weights) if weights[pair] > 0)


def _arcs(network: Network, undirected: Undirected, weight: str | None) -> dict[tuple[str, str], float]:
    """Give the weight of each ordered pair of tied actors."""
    weights: dict[tuple[str, str], float] = {}
    without_direction = 0
    for one, other, directed, facts in ties_in(network):
        amount = 1.0 if weight is None else _number(facts.get(weight))
        if amount is not None and amount < 0:
            raise WeightNegative(one, other, amount)
        if amount is not None:
            weights[one, other] = 1.0 if weight is None else weights.get((one, other), 0.0) + amount
        if not directed:
            without_direction += 1
            if amount is not None:
                weights[other, one] = 1.0 if weight is None else weights.get((other, one), 0.0) + amount
    if without_direction and undirected == "refuse":
        raise DirectionMissing(without_direction)
    return weights


def _number(value: Any) -> float | None:
    """Read a weight; None for what is missing or no finite number."""
    if value is None or isinstance(value, bool):
        return None
    try:
        found = float(Decimal(str(value)))
    except (InvalidOperation, OverflowError):
        return None
    return found if isfinite(found) else None
