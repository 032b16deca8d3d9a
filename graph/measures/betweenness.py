"""Betweenness: how many shortest paths between others pass through an actor, over all pairs or across levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from random import Random
from typing import Any, Final

import networkx as nx

from graph.measures.compiled import Engine, compiled_of, is_compiled
from graph.measures.projection import Network, digraph_of

__all__ = ["PIVOTS", "betweenness", "betweenness_sample", "cross_level_betweenness"]

PIVOTS: Final = 500
_EXACT_UP_TO: Final = 400_000_000  # actors times arcs; about 10 s with igraph


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Senders and the receivers that their paths are counted to."""

    senders: tuple[str, ...]
    receivers: tuple[str, ...]


def betweenness(
    network: Network, *, pivots: int | None = None, seed: int = 0, engine: Engine = "auto"
) -> dict[str, float]:
    """Give the share of the ordered pairs of other actors whose shortest paths pass through each actor.

    Nodes are actors, edges ties followed in their direction, one without direction both ways; parallel ties are one,
    self-loops none. Of several shortest paths each has its part. Pairs without a path count as not passing. Without
    unit, from 0 to 1; NaN for all where there are fewer than three actors; an empty graph gives an empty mapping.
    Exact cost O(actors × ties).

    Parameters
    ----------
    pivots
        Count only paths from so many actors, drawn with the seed, and scale up without bias. None draws 500 where
        actors × ties exceed 4 × 10⁸, and else all; `betweenness_sample` says which.
    engine
        `python` for networkx, `compiled` for igraph, `auto` for igraph from 100,000 actors × ties on.

    See Also
    --------
    networkx.betweenness_centrality_subset : used here.

    References
    ----------
    Freeman, L. C. (1977). A set of measures of centrality based on betweenness. Sociometry 40, 35-41. Brandes, U. and
    Pich, C. (2007). Centrality estimation in large networks. Int. J. Bifurcation and Chaos 17, 2303-2318.
    """
    arcs = digraph_of(network)
    everyone = tuple(arcs)
    chosen = _drawn(everyone, _pivots(arcs, pivots), seed)
    sums = _paths(arcs, [_Pairs(chosen, everyone)], engine)
    return _shares(sums, everyone, chosen, dict.fromkeys(everyone, (len(everyone) - 1) * (len(everyone) - 2)))


def cross_level_betweenness(
    network: Network, *, pivots: int | None = None, seed: int = 0, engine: Engine = "auto"
) -> dict[str, float]:
    """Give the share of the ordered pairs of actors at different levels whose shortest paths pass through an actor.

    As `betweenness`, but only pairs whose levels are known and differ are counted; the path itself may go anywhere.
    NaN where there is no such pair without the actor. Everett and Borgatti call the idea attribute-based centrality.

    References
    ----------
    Everett, M. G. and Borgatti, S. P. (2012). Categorical attribute based centrality: E-I and G-F centrality. Social
    Networks 34, 562-569. Flom, P. L. et al. (2004). A new measure of linkage between two sub-networks. Connections 26.
    """
    arcs = digraph_of(network)
    levels = {actor: facts["level"] for actor, facts in arcs.nodes.items() if facts["level"] is not None}
    chosen = _drawn(tuple(levels), _pivots(arcs, pivots), seed)
    groups = [
        _Pairs(
            tuple(actor for actor in chosen if levels[actor] == level),
            tuple(actor for actor, other in levels.items() if other != level),
        )
        for level in sorted(set(levels.values()))
    ]
    sums = _paths(arcs, [pairs for pairs in groups if pairs.senders and pairs.receivers], engine)
    sizes = {level: sum(other == level for other in levels.values()) for level in set(levels.values())}
    pairs = len(levels) ** 2 - sum(size**2 for size in sizes.values())
    possible = {a: pairs - (2 * (len(levels) - sizes[levels[a]]) if a in levels else 0) for a in arcs}
    return _shares(sums, tuple(levels), chosen, possible)


def betweenness_sample(network: Network, *, pivots: int | None = None, seed: int = 0) -> dict[str, Any]:
    """Say whether betweenness is exact, and else from how many pivots of how many actors, drawn with which seed."""
    arcs = digraph_of(network)
    drawn = _pivots(arcs, pivots)
    exact = drawn is None or drawn >= len(arcs)
    return {"exact": exact, "pivots": len(arcs) if exact else drawn, "actors": len(arcs), "seed": seed}


def _pivots(arcs: nx.DiGraph[str], asked: int | None) -> int | None:
    if asked is None and len(arcs) * arcs.number_of_edges() > _EXACT_UP_TO:
        return PIVOTS
    return asked


def _drawn(actors: tuple[str, ...], pivots: int | None, seed: int) -> tuple[str, ...]:
    if pivots is None or pivots >= len(actors):
        return actors
    chosen = set(Random(seed).sample(range(len(actors)), pivots))
    return tuple(actor for index, actor in enumerate(actors) if index in chosen)


def _paths(arcs: nx.DiGraph[str], groups: list[_Pairs], engine: Engine) -> dict[str, float]:
    """Add up, for each actor, the parts of shortest paths through it from the senders to the receivers."""
    totals = dict.fromkeys(arcs, 0.0)
    if is_compiled(engine, sum(len(pairs.senders) for pairs in groups) * arcs.number_of_edges()):
        graph, number = compiled_of(arcs), {actor: index for index, actor in enumerate(arcs)}
        for pairs in groups:
            senders, receivers = ([number[actor] for actor in side] for side in (pairs.senders, pairs.receivers))
            for actor, value in zip(arcs, graph.betweenness(sources=senders, targets=receivers), strict=True):
                totals[actor] += value
        return totals
    for pairs in groups:
        values = nx.betweenness_centrality_subset(arcs, list(pairs.senders), list(pairs.receivers), normalized=False)
        for actor, value in values.items():
            totals[actor] += value
    return totals


def _shares(
    sums: Mapping[str, float], senders: tuple[str, ...], chosen: tuple[str, ...], possible: Mapping[str, int]
) -> dict[str, float]:
    """Scale sums over the chosen senders up to all, and divide by the pairs that there are without the actor."""
    among, drawn = frozenset(senders), frozenset(chosen)
    found: dict[str, float] = {}
    for actor, value in sums.items():
        others, seen = len(senders) - (actor in among), len(chosen) - (actor in drawn)
        found[actor] = value * others / seen / possible[actor] if seen > 0 and possible[actor] > 0 else nan
    return found
