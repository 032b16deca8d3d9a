"""Degree: how many actors an actor is tied to, by direction, kind of tie and level of the partner."""

from __future__ import annotations

from collections import defaultdict

from graph.measures.projection import Network, level_order, ties_in

__all__ = ["degree", "degree_by_kind", "degree_by_level", "in_degree", "out_degree", "tie_count"]

_Partners = dict[str, set[str]]


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
    partners: _Partners = {actor: set() for actor in sorted(network.nodes)}
    for one, other, _, _ in ties_in(network):
        partners[one].add(other)
        partners[other].add(one)
    return {actor: len(found) for actor, found in partners.items()}


def in_degree(network: Network) -> dict[str, int]:
    """Count the actors that a tie comes from; one without direction counts. As `degree` in all else."""
    return _one_way(network, inward=True)


def out_degree(network: Network) -> dict[str, int]:
    """Count the actors that a tie goes to; one without direction counts. As `degree` in all else."""
    return _one_way(network, inward=False)


def _one_way(network: Network, *, inward: bool) -> dict[str, int]:
    partners: _Partners = {actor: set() for actor in sorted(network.nodes)}
    for one, other, directed, _ in ties_in(network):
        source, target = (other, one) if inward else (one, other)
        partners[source].add(target)
        if not directed:
            partners[target].add(source)
    return {actor: len(found) for actor, found in partners.items()}


def tie_count(network: Network) -> dict[str, int]:
    """Count the ties of each actor, parallel ties each for itself, self-loops not. As `degree` in all else."""
    counts = dict.fromkeys(sorted(network.nodes), 0)
    for one, other, _, _ in ties_in(network):
        counts[one] += 1
        counts[other] += 1
    return counts


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
