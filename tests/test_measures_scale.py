"""Measures of a large network: 100,000 actors and 500,000 ties. Run with -s to see the seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random
from typing import Any

import networkx as nx
import pytest

from graph.measures import MEASURES
from graph.measures.betweenness import PIVOTS, betweenness_sample
from graph.measures.projection import Network

ACTORS, TIES = 100_000, 500_000
LEVELS = ("eu", "national", "regional", "local")
SHARES = (0.01, 0.10, 0.30, 1.0)


@pytest.fixture(scope="module")
def large() -> Network:
    """Draw ties that are dense at the top: an end is at any level with the same chance, and levels grow downwards."""
    random = Random(0)
    ends = [int(ACTORS * share) for share in (0.0, *SHARES)]
    levels = [range(ends[index], ends[index + 1]) for index in range(len(LEVELS))]
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for level, actors in zip(LEVELS, levels, strict=True):
        network.add_nodes_from((f"actor-{actor:06}" for actor in actors), level=level)
    for index in range(TIES):
        one, other = (random.choice(levels[random.choice((0, 1, 1, 2, 2, 3, 3, 3))]) for _ in range(2))
        kind = ("funding", "coordination", "hierarchy")[index % 3]
        network.add_edge(f"actor-{one:06}", f"actor-{other:06}", kind=kind, directed=kind != "coordination")
    return network


def seconds(function: Callable[[], Any]) -> float:
    begun = time.process_time()
    function()
    return time.process_time() - begun


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("degree", 3.0),
        ("in-degree", 3.0),
        ("out-degree", 3.0),
        ("ties", 3.0),
        ("core-number", 60.0),
        ("constraint", 60.0),
        ("brokerage", 60.0),
        ("communities", 60.0),
        ("betweenness", 60.0),
        ("cross-level-betweenness", 60.0),
    ],
)
def test_a_measure_of_half_a_million_ties_takes_no_longer_than_a_reader_waits(
    large: Network, name: str, most: float
) -> None:
    # one second for degrees on a quiet machine; three here, as other tests may run beside
    taken = seconds(lambda: MEASURES[name].of(large, undirected=True))
    print(f"{name}: {taken:.2f} s")
    assert taken < most


@pytest.mark.slow
def test_sampled_betweenness_says_that_it_is(large: Network) -> None:
    assert betweenness_sample(large) == {"exact": False, "pivots": PIVOTS, "actors": ACTORS, "seed": 0}
