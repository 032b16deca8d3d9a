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

pytestmark = pytest.mark.timed

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
    # as the service keeps the networks that it measures: nobody may change one
    nx.freeze(network)
    return network


def seconds(function: Callable[[], Any]) -> float:
    begun = time.process_time()
    function()
    return time.process_time() - begun


DEGREES = ("degree", "in-degree", "out-degree", "ties", "degree-by-kind", "degree-by-level")
LONG = ("communities", "betweenness", "cross-level-betweenness")


@pytest.mark.slow
@pytest.mark.parametrize("name", DEGREES)
def test_a_degree_of_half_a_million_ties_takes_a_second(large: Network, name: str) -> None:
    # on a quiet machine; three here, as other tests may run beside. The first reading of so large a network is slower
    measure = MEASURES[name]
    measure.of(large)
    taken = seconds(lambda: measure.of(large))
    print(f"{name}: {taken:.2f} s")
    assert taken < 3.0


@pytest.mark.soak
@pytest.mark.parametrize("name", ["core-number", "constraint", "brokerage"])
def test_a_measure_of_half_a_million_ties_takes_no_longer_than_a_reader_waits(large: Network, name: str) -> None:
    taken = seconds(lambda: MEASURES[name].of(large, undirected=True))
    print(f"{name}: {taken:.2f} s")
    assert taken < 60.0


@pytest.mark.soak
@pytest.mark.parametrize("name", LONG)
def test_leiden_and_sampled_betweenness_of_half_a_million_ties_take_a_minute_at_most(large: Network, name: str) -> None:
    taken = seconds(lambda: MEASURES[name].of(large))
    print(f"{name}: {taken:.2f} s")
    assert taken < 60.0


@pytest.mark.slow
def test_sampled_betweenness_says_that_it_is(large: Network) -> None:
    assert betweenness_sample(large) == {"exact": False, "pivots": PIVOTS, "actors": ACTORS, "seed": 0}
