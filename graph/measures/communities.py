"""Communities: parts that are tied more within than between, against the levels."""

from __future__ import annotations

from collections import Counter, defaultdict
from math import log, nan
from typing import Any, Final

import networkx as nx

from graph.measures.compiled import COMPILED_FROM, compiled_of, seeded
from graph.measures.projection import Network, level_order, levels_of, simple_of

__all__ = ["communities", "communities_against_levels", "mutual_information"]

_ROUNDS: Final = 10
_UNTIL_NOTHING_CHANGES: Final = -1


def communities(network: Network, *, seed: int = 0) -> dict[str, int]:
    """Give the number of each actor's community, found by the Leiden algorithm with modularity.

    Nodes are actors, edges ties whatever their direction and number; self-loops are taken out. Communities are
    numbered from 1, the largest first, those of one size by their first IRI; an actor without partners is one of its
    own. The algorithm goes on until nothing changes, from 100,000 ties on for ten rounds, of which the last few change
    little. The same seed gives the same communities; an empty graph gives an empty mapping. Cost near O(ties) a round.

    See Also
    --------
    networkx.community.louvain_communities : an older way, whose communities can be falling apart inside.

    References
    ----------
    Traag, V. A., Waltman, L. and van Eck, N. J. (2019). From Louvain to Leiden: guaranteeing well-connected
    communities. Scientific Reports 9, 5233.
    """
    graph = simple_of(network)
    if not graph.number_of_edges():
        return {actor: index for index, actor in enumerate(graph, 1)}
    rounds = _UNTIL_NOTHING_CHANGES if graph.number_of_edges() < COMPILED_FROM else _ROUNDS
    with seeded(seed):
        found = compiled_of(graph).community_leiden(objective_function="modularity", n_iterations=rounds).membership
    parts: dict[int, list[str]] = defaultdict(list)
    for actor, part in zip(graph, found, strict=True):
        parts[part].append(actor)
    ranked = sorted(parts.values(), key=lambda actors: (-len(actors), actors[0]))
    number = {actor: index for index, actors in enumerate(ranked, 1) for actor in actors}
    return {actor: number[actor] for actor in graph}


def communities_against_levels(network: Network, parts: dict[str, int]) -> dict[str, Any]:
    """Say how good communities are, as `communities` gives them, and how far they follow the levels.

    `communities` counts them; `modularity` is the share of ties within them less what chance gives (-0.5 to 1, NaN
    without ties), and `modularity_of_levels` the same of the levels; `mutual_information` compares both partitions
    (see there); `table` counts the actors of each community by level, for the communities of two actors and more.
    Nodes, edges and cost as for `communities`.

    References
    ----------
    Newman, M. E. J. and Girvan, M. (2004). Finding and evaluating community structure in networks. Physical Review E
    69, 026113.
    """
    graph = simple_of(network)
    levels = {actor: level or "unknown" for actor, level in levels_of(network).items()}
    sizes = Counter(parts.values())
    counts = Counter((parts[actor], levels[actor]) for actor in parts)
    order = level_order(set(levels.values()))
    return {
        "communities": len(sizes),
        "modularity": _modularity(graph, parts),
        "modularity_of_levels": _modularity(graph, levels),
        "mutual_information": mutual_information(parts, levels),
        "table": {part: {level: counts[part, level] for level in order} for part in sorted(sizes) if sizes[part] > 1},
    }


def mutual_information(one: dict[str, Any], other: dict[str, Any]) -> float:
    """Give the mutual information of two partitions of the same things over the mean of their entropies.

    From 0 (knowing one says nothing of the other) to 1 (they are the same); NaN where both have one part only.

    References
    ----------
    Danon, L. et al. (2005). Comparing community structure identification. J. Stat. Mech. P09008, equation 2.

    >>> round(mutual_information({"a": 1, "b": 1, "c": 2}, {"a": "x", "b": "x", "c": "y"}), 9)
    1.0
    """
    total = len(one)
    rows, columns = Counter(one.values()), Counter(other[thing] for thing in one)
    cells = Counter((part, other[thing]) for thing, part in one.items())
    entropy = -sum(size * log(size / total) for sizes in (rows, columns) for size in sizes.values())
    shared = sum(size * log(size * total / (rows[row] * columns[column])) for (row, column), size in cells.items())
    return 2 * shared / entropy if entropy else nan


def _modularity(graph: nx.Graph[str], parts: dict[str, Any]) -> float:
    ties = graph.number_of_edges()
    if not ties:
        return nan
    within: int = sum(parts[one] == parts[other] for one, other in graph.edges())
    degrees: dict[Any, int] = defaultdict(int)
    for actor, degree in graph.degree():
        degrees[parts[actor]] += degree
    return within / ties - sum((degree / (2 * ties)) ** 2 for degree in degrees.values())
