"""Multiplexity: whether the same actors are tied in several ways."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from math import nan
from typing import Any

from graph.measures.projection import Network, ties_in

__all__ = ["layer_overlap", "multiplexity"]


def multiplexity(network: Network) -> dict[str, float]:
    """Give the mean number of kinds of tie that join an actor to each of its partners.

    Nodes are actors, edges ties with their `kind`, whatever their direction; parallel ties of one kind are one,
    self-loops none. The unit is kinds, from 1 to all kinds of the network; NaN for an actor without partners. An empty
    graph gives an empty mapping. Cost O(ties).

    References
    ----------
    Verbrugge, L. M. (1979). Multiplexity in adult friendships. Social Forces 57, 1286-1309.
    """
    kinds: dict[str, list[int]] = {actor: [] for actor in sorted(network.nodes)}
    for (one, other), found in _kinds_of_dyads(network).items():
        kinds[one].append(len(found))
        kinds[other].append(len(found))
    return {actor: sum(found) / len(found) if found else nan for actor, found in kinds.items()}


def layer_overlap(network: Network) -> dict[str, Any]:
    """Give the tied pairs of actors, the share of them tied by more than one kind, and the overlap of each two kinds.

    `dyads` counts the pairs, `multiplex` is the share with two kinds or more, and `overlap` has for each two kinds
    `one|other` the pairs tied by both over the pairs tied by either (Jaccard), 0 to 1. NaN without pairs. Nodes, edges
    and cost as for `multiplexity`.
    """
    dyads = _kinds_of_dyads(network)
    kinds = sorted({kind for found in dyads.values() for kind in found})
    overlap: dict[str, float] = {}
    for one, other in combinations(kinds, 2):
        either = sum(one in found or other in found for found in dyads.values())
        overlap[f"{one}|{other}"] = sum(one in found and other in found for found in dyads.values()) / either
    several = sum(len(found) > 1 for found in dyads.values())
    return {"dyads": len(dyads), "multiplex": several / len(dyads) if dyads else nan, "overlap": overlap}


def _kinds_of_dyads(network: Network) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one, other, _, facts in ties_in(network):
        found[(one, other) if one < other else (other, one)].add(facts.get("kind") or "tie")
    return found
