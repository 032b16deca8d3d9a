"""Mixing: from which level to which level ties go, and whether like is tied to like."""

from __future__ import annotations

from collections import Counter
from math import nan

from graph.measures.projection import Network, digraph_of, level_order

__all__ = ["level_assortativity", "mixing_matrix"]


def mixing_matrix(network: Network) -> dict[str, dict[str, int]]:
    """Count the ordered pairs of tied actors from each level to each level: {from: {to: count}}.

    Nodes are actors, edges directed ties; one without direction counts both ways, parallel ones once, self-loops not;
    an actor without level is of level `unknown`. The unit is ordered pairs, from 0 upwards; every level of the network
    has a row and a column, and an empty graph gives an empty mapping. Cost O(ties).

    See Also
    --------
    networkx.attribute_mixing_dict : the same counts, without the zeros.

    References
    ----------
    Newman, M. E. J. (2003). Mixing patterns in networks. Physical Review E 67, 026126.
    """
    arcs = digraph_of(network)
    levels = {actor: facts["level"] or "unknown" for actor, facts in arcs.nodes.items()}
    counts = Counter((levels[one], levels[other]) for one, other in arcs.edges())
    order = level_order(set(levels.values()))
    return {one: {other: counts[one, other] for other in order} for one in order}


def level_assortativity(network: Network) -> float:
    """Give Newman's assortativity coefficient by level: r = (sum e_ii - sum a_i b_i) / (1 - sum a_i b_i).

    e is the mixing matrix over its sum, a and b the sums of its rows and columns. From 1 (ties within levels only)
    over 0 (as by chance) to at least -1; without unit. NaN without ties, and where all ties begin and end at one and
    the same level. Nodes, edges and cost as for `mixing_matrix`.

    See Also
    --------
    networkx.attribute_assortativity_coefficient : the same, where numpy is installed.

    References
    ----------
    Newman (2003), as above, equation 2.
    """
    matrix = mixing_matrix(network)
    total = sum(sum(row.values()) for row in matrix.values())
    if not total:
        return nan
    within = sum(matrix[level][level] for level in matrix) / total
    chance = (
        sum(sum(matrix[level].values()) * sum(row[level] for row in matrix.values()) for level in matrix) / total**2
    )
    return (within - chance) / (1 - chance) if chance < 1 else nan
