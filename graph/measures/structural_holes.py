"""Structural holes: Burt's constraint and effective size."""

from __future__ import annotations

from math import fsum, nan

import networkx as nx

from graph.measures.compiled import Engine, compiled_of, is_compiled
from graph.measures.projection import Network, simple_of

__all__ = ["constraint", "effective_size"]


def constraint(network: Network, *, weight: str | None = None, engine: Engine = "auto") -> dict[str, float]:
    """Give Burt's constraint of each actor: how far its partners are tied to each other, and so bind it.

    c(i) = sum over partners j of (p_ij + sum over q of p_iq p_qj)², where p_ij is the share of j in all ties of i,
    in both directions: p_ij = (a_ij + a_ji) / sum over k of (a_ik + a_ki). Nodes are actors, edges ties; direction
    does not matter but that a pair tied in both weighs twice. Self-loops, ties of weight zero and, where a weight is
    asked for, ties without one are taken out first. Without unit, above 0, seldom above 1 (9/8 at most for two
    partners tied to each other); an actor without partners has NaN. An empty graph gives an empty mapping. Cost
    O(sum of squared degrees).

    Parameters
    ----------
    weight
        The attribute to sum as strength, or None for 1 an arc.
    engine
        `compiled` for igraph, `python` for this file, `auto` for igraph from a sum of squared degrees of
        100,000 on. Both agree to 1e-9.

    Raises
    ------
    WeightNegative
        A tie has a negative weight.

    See Also
    --------
    networkx.constraint : the same, without the clean-up and much slower where scipy is not installed.

    References
    ----------
    Burt, R. S. (1992). Structural Holes. Harvard University Press, equation 2.4. The same as Burt, R. S. (2004).
    Structural holes and good ideas. American Journal of Sociology 110, 349-399.

    >>> import networkx as nx
    >>> constraint(nx.path_graph("abcd"))
    {'a': 1.0, 'b': 0.5, 'c': 0.5, 'd': 1.0}
    """
    graph = simple_of(network, weight=weight)
    if is_compiled(engine, sum(degree * degree for _, degree in graph.degree())):
        values = compiled_of(graph).constraint(weights="weight") if graph else []
        return {actor: value if graph.degree(actor) else nan for actor, value in zip(graph, values, strict=True)}
    shares = _shares(_strengths(graph))
    into = {actor: {other: shares[other][actor] for other in ties} for actor, ties in shares.items()}
    return {actor: _constraint(actor, shares, into) for actor in graph}


def effective_size(network: Network, *, weight: str | None = None) -> dict[str, float]:
    """Give Burt's effective size of each actor's network: its partners less their redundancy.

    e(i) = sum over partners j of (1 - sum over q of p_iq m_jq), with p as for `constraint` and m_jq the strength of
    j and q over the strongest of j's ties. For ties of one weight that go both ways this is n - 2t/n, of n partners
    with t ties among them (Borgatti). The unit is actors, from just above 0 to the number of partners; NaN without
    partners. Nodes, edges, what is taken out, errors, empty graph and cost as for `constraint`.

    References
    ----------
    Burt, R. S. (1992). Structural Holes. Harvard University Press, equation 2.2. Borgatti, S. P. (1997). Structural
    holes: unpacking Burt's redundancy measures. Connections 20, 35-38.

    >>> import networkx as nx
    >>> effective_size(nx.complete_graph("abc"))
    {'a': 1.0, 'b': 1.0, 'c': 1.0}
    """
    strengths = _strengths(simple_of(network, weight=weight))
    shares = _shares(strengths)
    strongest = {actor: max(ties.values(), default=nan) for actor, ties in strengths.items()}
    found: dict[str, float] = {}
    for actor, ties in strengths.items():
        redundant = [_over(shares[actor], strengths[partner]) / strongest[partner] for partner in ties]
        found[actor] = len(ties) - fsum(redundant) if ties else nan
    return found


_Weights = dict[str, dict[str, float]]


def _strengths(graph: nx.Graph[str]) -> _Weights:
    return {actor: {other: facts["weight"] for other, facts in ties.items()} for actor, ties in graph.adj.items()}


def _shares(strengths: _Weights) -> _Weights:
    found: _Weights = {}
    for actor, ties in strengths.items():
        total = fsum(ties.values())
        found[actor] = {other: weight / total for other, weight in ties.items()}
    return found


def _over(mine: dict[str, float], theirs: dict[str, float]) -> float:
    """Add up the products over the partners that both have; exactly, so that their order does not matter."""
    return fsum([mine[other] * theirs[other] for other in mine.keys() & theirs.keys()])


def _constraint(actor: str, shares: _Weights, into: _Weights) -> float:
    if not shares[actor]:
        return nan
    return fsum((share + _over(shares[actor], into[partner])) ** 2 for partner, share in shares[actor].items())
