"""Paths: the shortest way between two actors over the ties of a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import networkx as nx

__all__ = ["ShortestPath", "shortest_path"]


@dataclass(frozen=True, slots=True)
class ShortestPath:
    """One shortest path: its actors in their order, and how many paths are as short (itself counted)."""

    actors: tuple[str, ...]
    equally_short: int


def shortest_path(network: nx.MultiDiGraph[str], start: str, goal: str) -> ShortestPath | None:
    """Find the fewest ties that lead from one actor to another, whatever the direction of the ties.

    Nodes are actors, edges ties of any kind; parallel ties are one step. Of several paths of one length the one whose
    actors come first by their IRIs is given. None where an actor is not in the network or no path joins the two; an
    actor is its own path, without a tie. Cost O(ties).

    >>> network = nx.MultiDiGraph([("a", "b"), ("d", "b"), ("a", "c"), ("c", "d"), ("x", "y")])
    >>> shortest_path(network, "a", "d")
    ShortestPath(actors=('a', 'b', 'd'), equally_short=2)
    >>> shortest_path(network, "a", "y") is None
    True
    """
    if start not in network or goal not in network:
        return None
    either_way = network.to_undirected(as_view=True)
    try:
        steps = len(nx.bidirectional_shortest_path(either_way, start, goal)) - 1
    except nx.NetworkXNoPath:
        return None
    # by actor, who comes next on a shortest way to the goal; nearer actors come before farther ones
    found: Any = nx.predecessor(either_way, goal, cutoff=steps)
    nearer: dict[str, list[str]] = found
    ways: dict[str, int] = {}
    for actor, following in nearer.items():
        ways[actor] = sum(ways[other] for other in following) or 1
    actors = [start]
    while actors[-1] != goal:
        actors.append(min(nearer[actors[-1]]))
    return ShortestPath(tuple(actors), ways[start])
