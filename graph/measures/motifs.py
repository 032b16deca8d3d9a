"""Multilevel motifs: how pairs and triples of actors are tied, by their levels and the direction of the ties."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import combinations, permutations
from typing import Final

import networkx as nx

from graph.measures.compiled import compiled_of
from graph.measures.projection import Network, digraph_of, level_order

__all__ = ["dyad_counts", "motif_counts", "triad_counts", "triad_names"]

# a pair's state, seen from its first: 0 no tie, 1 a tie to the second, 2 one from the second, 3 both
_NONE, _TO, _FROM, _BOTH = range(4)
_TURNED: Final = (_NONE, _FROM, _TO, _BOTH)
_SIGNS: Final = {_TO: "{0}>{1}", _FROM: "{1}>{0}", _BOTH: "{0}={1}"}

_Triad = tuple[tuple[int, int, int], tuple[int, int, int]]


def motif_counts(network: Network) -> dict[str, dict[str, int]]:
    """Count the multilevel dyads and triads: {"dyads": …, "triads": …}; see `dyad_counts` and `triad_counts`."""
    return {"dyads": dyad_counts(network), "triads": triad_counts(network)}


def dyad_counts(network: Network) -> dict[str, int]:
    """Count the pairs of actors by their levels and how they are tied.

    Nodes are actors, edges directed ties; one without direction counts both ways, parallel ones once, self-loops not;
    an actor without level is of level `unknown`. A key is `one, other: 1>2`, with the wider level first; 1>2 is a tie
    down, 2>1 a tie up, 1=2 ties both ways, and nothing after the colon no tie. The unit is pairs; the counts add up to
    all pairs. Keys that no pair has are left out; an empty graph gives an empty mapping. Cost O(ties + levels²).

    References
    ----------
    Wasserman, S. and Faust, K. (1994). Social Network Analysis, chapter 13 (dyad census), here by level.
    """
    arcs, order, ranks = _ranked(network)
    found: Counter[tuple[int, int, int]] = Counter()
    for one, other in arcs.edges():
        state = _BOTH if arcs.has_edge(other, one) else _TO
        a, b = ranks[one], ranks[other]
        if state == _BOTH and (b, other) < (a, one):
            continue
        found[(a, b, state) if a < b or state == _BOTH or a == b else (b, a, _FROM)] += 1
    sizes = Counter(ranks.values())
    for a in sizes:
        for b in sizes:
            if a <= b:
                pairs = sizes[a] * (sizes[a] - 1) // 2 if a == b else sizes[a] * sizes[b]
                found[a, b, _NONE] = pairs - sum(found[a, b, state] for state in (_TO, _FROM, _BOTH))
    names = {key: f"{order[key[0]]}, {order[key[1]]}: {_sign(1, 2, key[2])}".strip() for key in found}
    return {names[key]: found[key] for key in sorted(found) if found[key]}


def triad_counts(network: Network) -> dict[str, int]:
    """Count the connected triples of actors by their levels and how they are tied, up to isomorphism.

    Nodes and edges as for `dyad_counts`, for any number of levels. A key is `one, two, three: 1>2 2=3`: the levels
    from the widest to the narrowest, then the ties between the first, second and third; of all ways to number actors
    of one level, the first in order is the key. With one level these are the 13 connected classes of the triad
    census. The unit is triples; keys that no triple has are left out, and fewer than three actors give an empty
    mapping. Open triples are counted from degrees, so the cost is O(ties + triangles).

    References
    ----------
    Holland, P. W. and Leinhardt, S. (1976). Local structure in social networks. Sociological Methodology 7, 1-45.
    Multilevel motifs: Bodin, Ö. and Tengö, M. (2012). Global Environmental Change 22, 430-439.
    """
    arcs, order, ranks = _ranked(network)
    found: Counter[_Triad] = Counter()
    for triad, count in _wedges(arcs, ranks).items():
        found[_canonical(triad)] += count
    for triad, count in _triangles(arcs, ranks).items():
        found[_canonical(triad)] += count
        for wedge in _opened(triad):
            found[_canonical(wedge)] -= count
    named = {triad: _named(triad, order) for triad in sorted(found) if found[triad]}
    return {name: found[triad] for triad, name in named.items()}


def triad_names(network: Network, triads: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """Name each of the given triples of actors as `triad_counts` does; one that is not connected has fewer ties."""
    arcs, order, ranks = _ranked(network)
    pairs = _states(arcs)
    names: dict[_Triad, str] = {}
    for a, b, c in triads:
        states = (pairs[a].get(b, _NONE), pairs[a].get(c, _NONE), pairs[b].get(c, _NONE))
        triad = ((ranks[a], ranks[b], ranks[c]), states)
        if triad not in names:
            names[triad] = _named(_canonical(triad), order)
        yield names[triad]


def _ranked(network: Network) -> tuple[nx.DiGraph[str], list[str], dict[str, int]]:
    """Give the arcs, the levels in order, and the rank of each actor's level."""
    arcs = digraph_of(network)
    levels = {actor: facts["level"] or "unknown" for actor, facts in arcs.nodes.items()}
    order = level_order(set(levels.values()))
    return arcs, order, {actor: order.index(level) for actor, level in levels.items()}


def _states(arcs: nx.DiGraph[str]) -> dict[str, dict[str, int]]:
    """Give, for each actor, the state of its pair with each partner."""
    found: dict[str, dict[str, int]] = {actor: {} for actor in arcs}
    for one, other in arcs.edges():
        found[one][other] = found[one].get(other, 0) | _TO
        found[other][one] = found[other].get(one, 0) | _FROM
    return found


def _wedges(arcs: nx.DiGraph[str], ranks: dict[str, int]) -> Counter[_Triad]:
    """Count the pairs of partners of each actor, open or closed, by the ranks and states of the three."""
    found: Counter[_Triad] = Counter()
    for centre, partners in _states(arcs).items():
        groups = sorted(Counter((ranks[partner], state) for partner, state in partners.items()).items())
        here = ranks[centre]
        for (rank, state), count in groups:
            found[(here, rank, rank), (state, state, _NONE)] += count * (count - 1) // 2
        for ((rank, state), count), ((rank2, state2), count2) in combinations(groups, 2):
            found[(here, rank, rank2), (state, state2, _NONE)] += count * count2
    return found


def _triangles(arcs: nx.DiGraph[str], ranks: dict[str, int]) -> Counter[_Triad]:
    actors = list(arcs)
    pairs = _states(arcs)
    simple: nx.Graph[str] = nx.Graph()
    simple.add_nodes_from(actors)
    simple.add_edges_from(arcs.edges())
    found: Counter[_Triad] = Counter()
    for triple in compiled_of(simple).list_triangles():
        a, b, c = (actors[index] for index in triple)
        of_a = pairs[a]
        found[(ranks[a], ranks[b], ranks[c]), (of_a[b], of_a[c], pairs[b][c])] += 1
    return found


def _opened(triad: _Triad) -> Iterator[_Triad]:
    """Give the three wedges in a triangle: each is the triangle seen without one of its ties."""
    ranks, (ab, ac, bc) = triad
    yield ranks, (ab, ac, _NONE)
    yield ranks, (ab, _NONE, bc)
    yield ranks, (_NONE, ac, bc)


@cache
def _canonical(triad: _Triad) -> _Triad:
    """Number the three by rank, and those of one rank so that the states come first in order."""
    ranks, (ab, ac, bc) = triad
    states = {(0, 1): ab, (0, 2): ac, (1, 2): bc}
    states |= {(b, a): _TURNED[state] for (a, b), state in states.items()}
    ways = (
        ((ranks[a], ranks[b], ranks[c]), (states[a, b], states[a, c], states[b, c]))
        for a, b, c in permutations(range(3))
    )
    return min(ways)


def _named(triad: _Triad, order: list[str]) -> str:
    ranks, states = triad
    ties = [_sign(a, b, state) for (a, b), state in zip(((1, 2), (1, 3), (2, 3)), states, strict=True) if state]
    return f"{', '.join(order[rank] for rank in ranks)}: {' '.join(ties)}"


def _sign(one: int, other: int, state: int) -> str:
    return _SIGNS[state].format(one, other) if state else ""
