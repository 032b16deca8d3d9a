"""Correlation of layers: whether kinds of tie go together, by the quadratic assignment procedure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from math import nan, sqrt
from operator import add, itemgetter
from random import Random

import networkx as nx

from graph.measures.errors import NodesDiffer
from graph.measures.projection import Network, digraph_of, ties_in

__all__ = ["layer_correlations", "qap_correlation"]


def qap_correlation(one: Network, other: Network, *, permutations: int = 999, seed: int = 0) -> dict[str, float]:
    """Correlate two networks of the same actors over all ordered pairs, and test it by permuting the actors of one.

    `r` is Pearson's correlation of the two adjacency matrices without their diagonals, -1 to 1; `p` is the share of
    the permutations, the observed order included, whose |r| is at least as great, `p_lower` and `p_higher` the shares
    whose r is at most and at least as high. Nodes are actors, edges directed ties; one without direction counts both
    ways, parallel ones once, self-loops not. All are NaN where either network has no tie or every tie, and for an
    empty graph. Cost O(permutations × (actors + ties of the sparser network)).

    Raises
    ------
    NodesDiffer
        The networks have not the same actors.

    References
    ----------
    Krackhardt, D. (1988). Predicting with networks: nonparametric multiple regression analysis of dyadic data. Social
    Networks 10, 359-381. Hubert, L. and Schultz, J. (1976). Quadratic assignment as a general data analysis strategy.
    British Journal of Mathematical and Statistical Psychology 29, 190-241.
    """
    if set(one.nodes) != set(other.nodes):
        raise NodesDiffer(len(set(one.nodes) ^ set(other.nodes)))
    number = {actor: index for index, actor in enumerate(sorted(one.nodes))}
    return _correlate([_pairs(one, number), _pairs(other, number)], len(number), permutations, seed)[0, 1]


def layer_correlations(network: Network, *, permutations: int = 999, seed: int = 0) -> dict[str, dict[str, float]]:
    """Correlate each two kinds of tie in a network, over all its actors: {`one|other`: r, p, p_lower, p_higher}.

    All pairs of kinds are tested by the same permutations. Fewer than two kinds give an empty mapping. In all else as
    `qap_correlation`.
    """
    number = {actor: index for index, actor in enumerate(sorted(network.nodes))}
    layers: dict[str, nx.MultiDiGraph[str]] = {}
    for one, other, directed, facts in ties_in(network):
        layer = layers.setdefault(facts.get("kind") or "tie", nx.MultiDiGraph())
        layer.add_edge(one, other, directed=directed)
    kinds = sorted(layers)
    found = _correlate([_pairs(layers[kind], number) for kind in kinds], len(number), permutations, seed)
    return {f"{kinds[one]}|{kinds[other]}": values for (one, other), values in found.items()}


_Arcs = set[tuple[int, int]]


def _pairs(network: Network, number: dict[str, int]) -> _Arcs:
    return {(number[one], number[other]) for one, other in digraph_of(network).edges()}


def _correlate(
    layers: list[_Arcs], actors: int, permutations: int, seed: int
) -> dict[tuple[int, int], dict[str, float]]:
    random, order = Random(seed), list(range(actors))
    tested = list(combinations(range(len(layers)), 2))
    # the sparser of the two is permuted: that costs least, and the test is the same
    sides = {pair: sorted((layers[pair[0]], layers[pair[1]]), key=len) for pair in tested}
    # a tie from a to b is the number a × actors + b; a permutation gives each tie another one
    codes = {pair: {a * actors + b for a, b in dense} for pair, (_, dense) in sides.items()}
    tails = {pair: _picker([a for a, _ in sorted(sparse)]) for pair, (sparse, _) in sides.items()}
    heads = {pair: _picker([b for _, b in sorted(sparse)]) for pair, (sparse, _) in sides.items()}
    drawn: dict[tuple[int, int], list[int]] = {pair: [] for pair in tested}
    for _ in range(permutations):
        random.shuffle(order)
        scaled = [place * actors for place in order]
        for pair in tested:
            moved = map(add, tails[pair](scaled), heads[pair](order))
            drawn[pair].append(len(codes[pair].intersection(moved)))
    return {pair: _tested(sides[pair][0], sides[pair][1], drawn[pair], actors) for pair in tested}


def _tested(sparse: _Arcs, dense: _Arcs, drawn: list[int], actors: int) -> dict[str, float]:
    pairs = actors * (actors - 1)
    if not sparse or len(dense) == pairs or not dense or len(sparse) == pairs:
        return dict.fromkeys(("r", "p", "p_lower", "p_higher"), nan)
    shared = len(sparse & dense)
    chance = len(sparse) * len(dense) / pairs
    spread = sqrt(len(sparse) * (1 - len(sparse) / pairs) * len(dense) * (1 - len(dense) / pairs))
    beyond = {
        "p": sum(abs(found - chance) >= abs(shared - chance) - 1e-9 for found in drawn),
        "p_lower": sum(found <= shared for found in drawn),
        "p_higher": sum(found >= shared for found in drawn),
    }
    shares = {name: (1 + count) / (1 + len(drawn)) if drawn else nan for name, count in beyond.items()}
    return {"r": max(-1.0, min(1.0, (shared - chance) / spread)), **shares}


def _picker(places: list[int]) -> Callable[[Sequence[int]], Sequence[int]]:
    """Give a function that takes what is at these places of a list."""
    if len(places) < 2:
        return lambda found: [found[place] for place in places]
    return itemgetter(*places)
