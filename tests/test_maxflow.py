"""Maximum flow: stated amounts only, worked by hand and against a second implementation on random graphs."""

from __future__ import annotations

from decimal import Decimal

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st
from networkx.algorithms.flow import edmonds_karp

from graph.funding.interval import exact
from graph.funding.maxflow import max_flow
from tests.small_flows import between, ledger, paid


def test_the_narrowest_place_is_the_maximum_flow_and_the_cut() -> None:
    # state → region 100, region → town 30, state → town 5: 30 + 5
    chosen = [
        paid("a", "state", "region", 100),
        paid("b", "region", "town", 30),
        paid("c", "state", "town", 5),
    ]
    (found,) = max_flow(chosen, "state", "town")
    assert (found.value, found.edges, found.unknown) == (exact(35), 3, 0)
    assert found.cut == (("region", "town"), ("state", "town"))


def test_ranges_give_both_ends_and_cents_are_kept() -> None:
    chosen = [paid("a", "state", "region", "100.10", "200"), paid("b", "region", "town", "150.25", "300")]
    (found,) = max_flow(chosen, "state", "town")
    assert found.value == between("100.1", "200")


def test_an_unknown_amount_is_neither_zero_nor_without_limit() -> None:
    known = [paid("a", "state", "region", 100), paid("b", "region", "town", 30)]
    (found,) = max_flow([*known, paid("c", "state", "town")], "state", "town")
    assert (found.value, found.unknown) == (exact(30), 1)
    # where every path has an unknown step, nothing is known: None, not 0
    (found,) = max_flow([known[0], paid("b", "region", "town")], "state", "town")
    assert (found.value, found.cut, found.edges, found.unknown) == (None, (), 2, 1)


def test_a_stated_zero_is_zero() -> None:
    (found,) = max_flow([paid("a", "state", "town", 0)], "state", "town")
    assert found.value == exact(0)


def test_currencies_years_and_phases_are_apart_and_limits_carry_nothing() -> None:
    chosen = [
        paid("a", "state", "region", 100),
        paid("b", "region", "town", 50, currency="SEK"),
        paid("c", "region", "town", 50, period="2011"),
        paid("d", "region", "town", 50, phase="planned"),
        paid("e", "region", "town", 50, quantity="ceiling"),
    ]
    assert {item.value for item in max_flow(chosen, "state", "town")} == {None}


def test_a_part_is_not_added_to_its_whole_on_one_edge() -> None:
    chosen = ledger(paid("a", "state", "town", 100), paid("b", "state", "town", 40, part_of="a"))
    (found,) = max_flow(chosen, "state", "town")
    assert found.value == exact(100)


def test_circles_and_payments_to_oneself_add_nothing() -> None:
    chosen = [
        paid("a", "state", "region", 10),
        paid("b", "region", "state", 4),
        paid("c", "region", "region", 99),
        paid("d", "region", "town", 7),
    ]
    (found,) = max_flow(chosen, "state", "town")
    assert found.value == exact(7)
    assert [item.value for item in max_flow(chosen, "state", "state")] == [None]


def test_no_flows_and_no_way_give_nothing() -> None:
    assert max_flow([], "state", "town") == ()
    assert max_flow([paid("a", "town", "state", 5)], "state", "town") == ()


EDGES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 10**7)), max_size=14)


@settings(deadline=None)
@given(edges=EDGES)
def test_it_agrees_with_augmenting_paths_on_random_graphs(edges: list[tuple[int, int, int]]) -> None:
    chosen = [paid(f"f{n}", str(one), str(other), Decimal(cents) / 100) for n, (one, other, cents) in enumerate(edges)]
    network: nx.DiGraph[str] = nx.DiGraph()
    network.add_nodes_from(("0", "5"))
    for one, other, cents in edges:
        if one != other:
            before = network.get_edge_data(str(one), str(other), {"capacity": 0})["capacity"]
            network.add_edge(str(one), str(other), capacity=before + cents)
    found = max_flow(chosen, "0", "5")
    if not nx.has_path(network, "0", "5"):
        assert [item.value for item in found] == [None] * len(found)
        return
    (only,) = found
    assert only.value == exact(Decimal(nx.maximum_flow_value(network, "0", "5", flow_func=edmonds_karp)) / 100)
    # the cut is as wide as the flow, and nothing gets past it
    assert sum(network.edges[edge]["capacity"] for edge in only.cut) == only.value.low * 100
    network.remove_edges_from(only.cut)
    assert not nx.has_path(network, "0", "5")
