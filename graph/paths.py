"""Paths: the shortest way between two actors over the ties of a network."""

from __future__ import annotations

from dataclasses import dataclass

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
    # from the goal on, so that the path can then be read off from its start
    steps, ways = {goal: 0}, {goal: 1}
    layer = [goal]
    while layer and start not in steps:
        following: dict[str, int] = {}
        for actor in layer:
            for other in _partners(network, actor):
                if other not in steps:
                    following[other] = following.get(other, 0) + ways[actor]
        steps.update(dict.fromkeys(following, steps[layer[0]] + 1))
        ways.update(following)
        layer = list(following)
    if start not in steps:
        return None
    actors = [start]
    while actors[-1] != goal:
        here = steps[actors[-1]]
        actors.append(min(other for other in _partners(network, actors[-1]) if steps.get(other) == here - 1))
    return ShortestPath(tuple(actors), ways[start])


def _partners(network: nx.MultiDiGraph[str], actor: str) -> set[str]:
    return {*network.successors(actor), *network.predecessors(actor)}
