"""Measures at their edges: nothing, one actor, self-loops, one level or none, weights that are zero or missing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite, isnan
from typing import Any

import networkx as nx
import pytest

from graph.filters import Filters
from graph.measures import MEASURES, Measure, NetworkTooLarge, measure_called
from graph.measures.errors import MeasureUndefined, WeightNegative
from graph.measures.structural_holes import constraint, effective_size
from graph.network import network_of
from graph.snapshot import Snapshot
from ontology.errors import UnknownTerm


def _levelled(*levels: str | None) -> nx.MultiDiGraph[str]:
    """Give a ring of actors with these levels, tied with and without direction, in two kinds."""
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for index, level in enumerate(levels):
        network.add_node(f"actor{index}", level=level)
    for index in range(len(levels)):
        one, other = f"actor{index}", f"actor{(index + 1) % len(levels)}"
        network.add_edge(one, other, kind="funding", directed=True)
        network.add_edge(one, other, kind="coordination", directed=False)
    return network


def _bare(*ties: tuple[str, str], nodes: str = "") -> nx.MultiDiGraph[str]:
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph(list(ties))
    network.add_nodes_from(nodes)
    return network


EDGES = {
    "nothing": _bare(),
    "one actor": _bare(nodes="A"),
    "isolates": _bare(nodes="ABC"),
    "self-loops": _bare(("A", "A"), ("A", "A"), ("B", "B")),
    "one tie": _bare(("A", "B")),
    "one level": _levelled("local", "local", "local", "local"),
    "no level": _levelled(None, None, None),
    "some levels": _levelled("eu", None, "local", "national", None),
    "two levels": _levelled("eu", "local"),
}


def plain(value: Any) -> bool:
    """Say whether JSON can hold a value once NaN is null: words, whole things, finite numbers, all through."""
    if isinstance(value, Mapping):
        return all(isinstance(key, str | int) and plain(part) for key, part in value.items())
    if isinstance(value, list | tuple):
        return all(plain(part) for part in value)
    return isinstance(value, str | bool | int | None) or isfinite(value) or isnan(value)


@pytest.mark.parametrize("measure", MEASURES.values(), ids=list(MEASURES))
@pytest.mark.parametrize("network", EDGES.values(), ids=list(EDGES))
def test_every_measure_is_defined_at_every_edge_and_changes_nothing(
    measure: Measure, network: nx.MultiDiGraph[str]
) -> None:
    before = json.dumps([list(network.nodes(data=True)), list(network.edges(keys=True, data=True))])
    found = measure.of(nx.freeze(network.copy()), undirected=True)
    if found.actors is not None:
        assert list(found.actors) == sorted(network)
    assert plain(found.actors or {})
    assert plain(found.whole)
    assert plain(found.pairs or [])
    assert repr(measure.of(network, undirected=True)) == repr(found)
    assert json.dumps([list(network.nodes(data=True)), list(network.edges(keys=True, data=True))]) == before


def test_an_actor_without_partners_has_no_constraint_and_no_effective_size() -> None:
    network = _bare(("A", "B"), ("C", "C"))
    for measure in (constraint, effective_size):
        found = measure(network)
        assert (found["A"], found["B"]) == (1.0, 1.0)
        assert isnan(found["C"])


def test_ties_without_an_amount_or_with_none_are_taken_out_before_shares_are() -> None:
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for one, other, amount in [("A", "B", "3"), ("A", "C", None), ("A", "D", "0"), ("A", "A", "9"), ("A", "E", "1")]:
        network.add_edge(one, other, amount=amount)
    found = constraint(network, weight="amount")
    assert found["A"] == pytest.approx(0.75**2 + 0.25**2)
    assert isnan(found["C"])
    assert isnan(found["D"])
    network.add_edge("A", "F", amount="-2")
    with pytest.raises(WeightNegative, match="from A to F"):
        constraint(network, weight="amount")


def test_a_network_beyond_what_a_measure_is_computed_for_is_refused_in_numbers() -> None:
    measure = measure_called("missing-ties")
    assert measure.most_ties is not None
    large: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for _ in range(measure.most_ties + 1):
        large.add_edge("A", "B")
    with pytest.raises(NetworkTooLarge, match=r"up to 200,000 ties, and there are 200,001"):
        measure.of(large)
    assert issubclass(NetworkTooLarge, MeasureUndefined)


def test_an_unknown_kind_of_tie_is_refused_with_the_known_ones(casebook: Snapshot) -> None:
    with pytest.raises(UnknownTerm, match="did you mean funding"):
        network_of(casebook, Filters(), ["fundng"])  # type: ignore[list-item]
    with pytest.raises(UnknownTerm, match="competence, coordination, funding, hierarchy"):
        network_of(casebook, Filters(), ["x"])  # type: ignore[list-item]


def test_an_unknown_measure_names_its_neighbours_and_every_known_one_is_explained() -> None:
    with pytest.raises(UnknownTerm, match="did you mean brokerage"):
        measure_called("brokrage")
    with pytest.raises(UnknownTerm, match=f"expected one of: {', '.join(sorted(MEASURES))}"):
        measure_called("x")
    for measure in MEASURES.values():
        facts = measure.facts()
        assert all(facts[name] for name in ("name", "label", "definition", "yields", "unit", "range", "citation"))
        assert json.dumps(facts)
