"""The compiled library: igraph, for measures that networkx takes too long for. The only bridge to it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final, Literal

import igraph
import networkx as nx

__all__ = ["COMPILED_FROM", "Engine", "compiled_of", "is_compiled", "seeded"]

Engine = Literal["auto", "python", "compiled"]
COMPILED_FROM: Final = 100_000

# igraph has one random generator for the whole process
_GENERATOR: Final = Lock()


def is_compiled(engine: Engine, steps: int) -> bool:
    """Say whether igraph is asked for, or worth it for so many steps (ties, or actors times ties)."""
    return engine == "compiled" or (engine == "auto" and steps >= COMPILED_FROM)


def compiled_of(graph: nx.Graph[str]) -> Any:
    """Give a simple graph as igraph has it: nodes numbered in their order, weights as the edge attribute `weight`."""
    number = {node: index for index, node in enumerate(graph)}
    edges = [(number[one], number[other]) for one, other in graph.edges()]
    weights = [weight for _, _, weight in graph.edges(data="weight", default=1.0)]
    return igraph.Graph(len(number), edges, directed=graph.is_directed(), edge_attrs={"weight": weights})


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Let igraph draw from a generator of its own that starts at the seed, and from the common one afterwards."""
    with _GENERATOR:
        igraph.set_random_number_generator(random.Random(seed))
        try:
            yield
        finally:
            igraph.set_random_number_generator(random)
