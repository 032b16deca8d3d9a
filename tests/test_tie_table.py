"""The tie table: columns of ties, kept for what is frozen only."""

from __future__ import annotations

import networkx as nx

from graph.measures.degree import degree, in_degree
from graph.measures.tie_table import tie_table


def drawn() -> nx.MultiDiGraph[str]:
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    network.add_edge("b", "a", kind="funding", directed=True)
    network.add_edge("a", "c", kind="coordination", directed=False)
    network.add_edge("c", "c", kind="funding", directed=True)
    return network


def test_each_tie_is_a_row_by_the_numbers_of_its_ends_and_a_loop_is_none() -> None:
    table = tie_table(drawn())
    assert (table.actors, table.kinds) == (["a", "b", "c"], ["funding", "coordination"])
    rows = sorted((row["one"], row["other"], row["directed"], row["kind"]) for row in table.ties.to_pylist())
    assert rows == [(0, 2, False, 1), (1, 0, True, 0)]


def test_a_tie_without_direction_goes_both_ways_from_both_its_ends() -> None:
    ends = {(row["actor"], row["partner"], row["out"], row["in"]) for row in tie_table(drawn()).ends().to_pylist()}
    assert ends == {(1, 0, True, False), (0, 1, False, True), (0, 2, True, True), (2, 0, True, True)}


def test_what_may_change_is_read_again_and_what_is_frozen_only_once() -> None:
    network = drawn()
    assert degree(network) == {"a": 2, "b": 1, "c": 1}
    network.add_edge("c", "b")
    assert degree(network) == {"a": 2, "b": 2, "c": 2}
    frozen = nx.freeze(network)
    assert tie_table(frozen) is tie_table(frozen)
    assert in_degree(frozen) == {"a": 2, "b": 1, "c": 1}


def test_a_network_without_ties_has_a_table_without_rows() -> None:
    assert len(tie_table(nx.MultiDiGraph()).ties) == 0
    assert degree(nx.MultiDiGraph()) == {}
