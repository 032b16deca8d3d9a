"""Cores and the rich club: whether the well tied are tied to each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import nan

import networkx as nx

from graph.measures.compiled import Engine, compiled_of, is_compiled
from graph.measures.null_model import null_samples
from graph.measures.projection import Network, simple_of

__all__ = ["core_number", "rich_club"]


def core_number(network: Network, *, engine: Engine = "auto") -> dict[str, int]:
    """Give the largest k for which the actor is in the k-core: a part where each is tied to at least k others of it.

    Nodes are actors, edges ties whatever their direction and number; self-loops are taken out. The unit is actors,
    from 0 to the greatest degree; an empty graph gives an empty mapping. Cost O(ties).

    Parameters
    ----------
    engine
        `python` for networkx, `compiled` for igraph, `auto` for igraph from 100,000 ties on. Both agree.

    See Also
    --------
    networkx.core_number : used here.

    References
    ----------
    Seidman, S. B. (1983). Network structure and minimum degree. Social Networks 5, 269-287. Batagelj, V. and
    Zaveršnik, M. (2003). An O(m) algorithm for cores decomposition of networks. arXiv cs/0310049.
    """
    graph = simple_of(network)
    if is_compiled(engine, graph.number_of_edges()):
        return dict(zip(graph, compiled_of(graph).coreness(), strict=True))
    return {actor: int(number) for actor, number in nx.core_number(graph).items()}


def rich_club(network: Network, *, samples: int = 20, seed: int = 0) -> dict[int, dict[str, float]]:
    """Give, for each degree k, how densely the actors of more than k partners are tied to each other.

    `coefficient` is the share of their pairs that are tied, 0 to 1; `expected` its mean over `samples` networks with
    the same levels and degrees (see `null_model`); `ratio` the first over the second: above 1 is a rich club; `actors`
    how many there are. Nodes are actors, edges ties whatever their direction and number; self-loops are taken out.
    Degrees that leave fewer than two actors have no entry; an empty graph gives an empty mapping; a ratio to an
    expected 0, or without samples, is NaN. Cost O(samples × ties).

    See Also
    --------
    networkx.rich_club_coefficient : the same coefficient; its null model keeps degrees and forgets levels.

    References
    ----------
    Zhou, S. and Mondragón, R. J. (2004). The rich-club phenomenon in the internet topology. IEEE Communications
    Letters 8, 180-182. Colizza, V. et al. (2006). Detecting rich-club ordering in complex networks. Nature Physics 2.
    """
    graph = simple_of(network)
    degrees = dict(graph.degree())
    observed = _coefficients(graph.edges(), degrees)
    drawn = [_coefficients(edges, degrees) for edges in null_samples(graph, samples=samples, seed=seed)]
    found: dict[int, dict[str, float]] = {}
    for k, coefficient in observed.items():
        expected = sum(sample[k] for sample in drawn) / len(drawn) if drawn else nan
        ratio = coefficient / expected if drawn and expected > 0 else nan
        above = sum(degree > k for degree in degrees.values())
        found[k] = {"coefficient": coefficient, "expected": expected, "ratio": ratio, "actors": above}
    return found


def _coefficients(edges: Iterable[tuple[str, str]], degrees: dict[str, int]) -> dict[int, float]:
    """Give the density among actors of degree above k, for each k that leaves two or more."""
    poorer = Counter(min(degrees[one], degrees[other]) for one, other in edges)
    sizes = Counter(degrees.values())
    actors, ties = len(degrees), sum(poorer.values())
    found: dict[int, float] = {}
    for k in range(max(degrees.values(), default=0)):
        actors, ties = actors - sizes[k], ties - poorer[k]
        if actors < 2:
            break
        found[k] = 2 * ties / (actors * (actors - 1))
    return found
