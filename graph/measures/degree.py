"""Degree: how many actors an actor is tied to, by direction, kind of tie and level of the partner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import networkx as nx

from graph.measures.projection import Network, level_order, ties_in

__all__ = ["degree", "degree_by_kind", "degree_by_level", "in_degree", "out_degree", "tie_count"]


def degree(network: Network) -> dict[str, int]:
    """Count the actors that each actor is tied to, whatever the direction, kind and number of the ties.

    Nodes are actors, edges ties of any kind; self-loops do not count, parallel ties count once. The unit is actors,
    from 0 (only self-loops) to all others; an empty graph gives an empty mapping. Cost O(ties).

    References
    ----------
    Freeman, L. C. (1978). Centrality in social networks: conceptual clarification. Social Networks 1, 215-239.

    >>> import networkx as nx
    >>> degree(nx.MultiDiGraph([("a", "b"), ("a", "b"), ("b", "a"), ("c", "c")]))
    {'a': 1, 'b': 1, 'c': 0}
    """
    found: dict[str, int] = {}
    for actor, receivers, senders in _sides(network):
        partners = set(receivers)
        partners.update(senders)
        found[actor] = len(partners) - (actor in partners)
    return dict(sorted(found.items()))


def in_degree(network: Network) -> dict[str, int]:
    """Count the actors that a tie comes from; one without direction counts. As `degree` in all else."""
    return _one_way(network, inward=True)


def out_degree(network: Network) -> dict[str, int]:
    """Count the actors that a tie goes to; one without direction counts. As `degree` in all else."""
    return _one_way(network, inward=False)


def tie_count(network: Network) -> dict[str, int]:
    """Count the ties of each actor, parallel ties each for itself, self-loops not. As `degree` in all else."""
    several = network.is_multigraph()
    found: dict[str, int] = {}
    for actor, receivers, senders in _sides(network):
        sides = (receivers, senders) if network.is_directed() else (receivers,)
        found[actor] = sum(sum(map(len, side.values())) if several else len(side) for side in sides)
        for side in sides:
            if actor in side:
                found[actor] -= len(side[actor]) if several else 1
    return dict(sorted(found.items()))


_Ties = Mapping[str, Any]


def _sides(network: Network) -> Iterator[tuple[str, _Ties, _Ties]]:
    """Give each actor with its ties to others and those from others; they are the same without direction.

    The adjacency itself, not views of it: over half a million ties that takes a third of the time.
    """
    back = network.reverse(copy=False) if isinstance(network, nx.DiGraph) else network
    for (actor, receivers), (_, senders) in zip(network.adjacency(), back.adjacency(), strict=True):
        yield actor, receivers, senders


def _one_way(network: Network, *, inward: bool) -> dict[str, int]:
    if not network.is_directed():
        return degree(network)
    several = network.is_multigraph()
    found: dict[str, int] = {}
    for actor, receivers, senders in _sides(network):
        here, there = (senders, receivers) if inward else (receivers, senders)
        partners = set(here)
        for other, ties in there.items():
            for facts in ties.values() if several else (ties,):
                if not facts.get("directed", True):
                    partners.add(other)
                    break
        found[actor] = len(partners) - (actor in partners)
    return dict(sorted(found.items()))


def degree_by_kind(network: Network) -> dict[str, dict[str, int]]:
    """Count the partners of each actor by kind of tie: `funding_in`, `funding_out`, and `coordination` as a whole.

    A kind of tie that has no direction has one count. Every actor has every count that some actor has, 0 included.
    Unit, range, empty graph and cost as for `degree`.
    """
    partners: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for one, other, directed, facts in ties_in(network):
        kind = facts.get("kind") or "tie"
        partners[one][f"{kind}_out" if directed else kind].add(other)
        partners[other][f"{kind}_in" if directed else kind].add(one)
    return _counted(network, partners, sorted({name for found in partners.values() for name in found}))


def degree_by_level(network: Network) -> dict[str, dict[str, int]]:
    """Count the partners of each actor by their level and the direction: `eu_in`, `eu_out`, down to the lowest level.

    A tie without direction counts in both directions; a partner without level is of level `unknown`.
    Unit, range, empty graph and cost as for `degree`.
    """
    levels = {actor: facts.get("level") or "unknown" for actor, facts in network.nodes.items()}
    partners: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for one, other, directed, _ in ties_in(network):
        for source, target in ((one, other),) if directed else ((one, other), (other, one)):
            partners[source][f"{levels[target]}_out"].add(target)
            partners[target][f"{levels[source]}_in"].add(source)
    names = [f"{level}_{way}" for level in level_order(set(levels.values())) for way in ("in", "out")]
    return _counted(network, partners, names)


def _counted(network: Network, partners: dict[str, dict[str, set[str]]], names: list[str]) -> dict[str, dict[str, int]]:
    return {
        actor: {name: len(partners[actor].get(name, ())) if actor in partners else 0 for name in names}
        for actor in sorted(network.nodes)
    }
