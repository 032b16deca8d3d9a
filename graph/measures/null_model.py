"""The null model: networks drawn at random that keep every actor's level and its degree to each level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import igraph
import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graph.measures.compiled import seeded
from graph.measures.projection import Network, digraph_of

__all__ = ["null_model", "null_samples", "null_ties"]

_FIRST: Final = 10
_BETWEEN: Final = 2


@dataclass(frozen=True, slots=True)
class _Block:
    """The ties between two levels, or within one, as igraph rewires them; `actors` are places in the graph."""

    actors: NDArray[np.intp]
    ties: Any


def null_model(network: Network, *, seed: int = 0) -> nx.DiGraph[str]:
    """Draw one network that keeps levels and degrees, by swapping the ends of ties within each pair of levels.

    Nodes are actors with their attributes, edges directed ties (one without direction counts both ways, and need not
    stay mutual); parallel ties are one, self-loops none, before and after. Each actor keeps its in- and out-degree to
    each level; actors without level are a level of their own. Ten swaps a tie are tried. The same seed gives the
    same network; an empty graph gives an empty one. Cost O(ties).

    References
    ----------
    Maslov, S. and Sneppen, K. (2002). Specificity and stability in topology of protein networks. Science 296, 910-913.
    Levels as in multilevel motif analysis: Bodin, Ö. and Tengö, M. (2012). Disentangling intangible social-ecological
    systems. Global Environmental Change 22, 430-439.
    """
    arcs = digraph_of(network)
    drawn: nx.DiGraph[str] = nx.DiGraph()
    drawn.add_nodes_from(arcs.nodes(data=True))
    for edges in null_samples(arcs, samples=1, seed=seed):
        drawn.add_edges_from(sorted(edges))
    return drawn


def null_samples(graph: nx.Graph[str], *, samples: int, seed: int = 0) -> Iterator[list[tuple[str, str]]]:
    """Give the ties of `samples` networks of the null model, from one chain of swaps; see `null_ties`."""
    actors = list(graph)
    for ties in null_ties(graph, samples=samples, seed=seed):
        yield [(actors[one], actors[other]) for one, other in ties.tolist()]


def null_ties(graph: nx.Graph[str], *, samples: int, seed: int = 0) -> Iterator[NDArray[np.intp]]:
    """Give the ties of `samples` networks of the null model, each two places in the order of the graph's actors.

    `graph` is simple, directed or not, with levels on its nodes. Ten swaps a tie are tried before the first network,
    two before each further one. An empty graph gives networks without ties.
    """
    blocks = _blocks(graph)
    none = np.empty((0, 2), dtype=np.intp)
    for sample in range(samples):
        with seeded(seed * 1_000_003 + sample):
            for block in blocks:
                block.ties.rewire(n=(_BETWEEN if sample else _FIRST) * block.ties.ecount())
        yield np.concatenate([none, *(block.actors[np.array(block.ties.get_edgelist())] for block in blocks)])


def _blocks(graph: nx.Graph[str]) -> list[_Block]:
    """Part the ties by the levels of their ends.

    Without direction, ties between two levels are all turned one way: swaps of directed ties keep what is at either
    end, so they stay between these levels.
    """
    directed = graph.is_directed()
    place = {actor: index for index, actor in enumerate(graph)}
    levels = {actor: facts.get("level") or "" for actor, facts in graph.nodes.items()}
    parted: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for one, other in sorted(graph.edges()):
        if not directed and levels[one] > levels[other]:
            one, other = other, one
        parted.setdefault((levels[one], levels[other]), []).append((one, other))
    blocks = []
    for (upper, lower), ties in sorted(parted.items()):
        actors = sorted({actor for tie in ties for actor in tie})
        number = {actor: index for index, actor in enumerate(actors)}
        numbered = [(number[one], number[other]) for one, other in ties]
        places = np.array([place[actor] for actor in actors], dtype=np.intp)
        blocks.append(_Block(places, igraph.Graph(len(actors), numbered, directed=directed or upper != lower)))
    return blocks
