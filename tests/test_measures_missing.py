"""Missing ties: what a tie would close, who bridges already, and what the null model expects."""

from __future__ import annotations

from math import isnan
from random import Random

import networkx as nx
import pytest

from graph.measures.missing_ties import missing_ties


def network_of_kinds(**ties: str) -> nx.MultiDiGraph[str]:
    """Give a network of ties by kind, such as coordination="AB BC"; only coordination is without direction."""
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for kind, pairs in ties.items():
        for pair in pairs.split():
            network.add_edge(pair[0], pair[1], kind=kind, directed=kind != "coordination")
    return network


def test_a_tie_closes_a_triangle_with_each_third_that_both_are_tied_to_at_its_level() -> None:
    # A and D miss a tie: B is tied to both by coordination, C by money only; B and C are tied to A and D both, and miss
    # a tie as well. Levels: A national, D local, B and C regional
    network = network_of_kinds(coordination="AB BD", funding="AC CD")
    nx.set_node_attributes(network, {"A": "national", "B": "regional", "C": "regional", "D": "local"}, "level")
    found = missing_ties(network, samples=0)
    assert (found.kind, found.missing, found.closing) == ("coordination", 4, 2)
    first, second = found.pairs
    assert (first["actor"], first["other"], first["closes"]) == ("A", "D", 2)
    assert first["motifs"] == {"regional": 2}
    assert (first["bridged"], first["bridged_by"], first["tied_by"]) == (True, ["B"], [])
    assert isnan(first["z"])
    assert (second["actor"], second["other"], second["closes"]) == ("B", "C", 2)
    assert second["motifs"] == {"local": 1, "national": 1}
    assert (second["bridged"], second["bridged_by"]) == (False, [])


def test_a_pair_that_shares_a_field_and_does_not_coordinate_says_what_ties_it() -> None:
    network = network_of_kinds(coordination="AB BC", competence="AC CA")
    (pair,) = missing_ties(network, samples=0).pairs
    assert (pair["actor"], pair["other"], pair["tied_by"], pair["bridged_by"]) == ("A", "C", ["competence"], ["B"])


def test_money_is_bridged_by_who_passes_it_on_and_not_by_a_common_payer() -> None:
    # P pays A and B; A passes on to C. P and C are bridged by A; A and B share a payer only
    found = missing_ties(network_of_kinds(funding="PA PB AC"), samples=0)
    bridged = {pair["actor"] + pair["other"]: pair["bridged_by"] for pair in found.pairs}
    assert (found.kind, bridged) == ("funding", {"AB": [], "CP": ["A"]})


def test_a_planted_gap_ranks_first_against_the_null_model_and_again_with_the_same_seed() -> None:
    # fifty actors at two levels tied at random; X and Y, of the same degree as others, are tied to the same eight
    random = Random(11)
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    actors = [f"a{index:02}" for index in range(50)]
    network.add_nodes_from(
        (actor, {"level": "local" if index % 2 else "national"}) for index, actor in enumerate(actors)
    )
    for _ in range(200):
        one, other = random.sample(actors, 2)
        network.add_edge(one, other, kind="coordination", directed=False)
    network.add_nodes_from(["X", "Y"], level="local")
    for third in random.sample(actors, 8):
        network.add_edge("X", third, kind="coordination", directed=False)
        network.add_edge("Y", third, kind="coordination", directed=False)
    found = missing_ties(network, samples=50, seed=2)
    first = found.pairs[0]
    assert (first["actor"], first["other"], first["closes"]) == ("X", "Y", 8)
    assert first["z"] > 3
    assert first["expected"] < 3
    assert found == missing_ties(network, samples=50, seed=2)
    assert [pair["z"] for pair in found.pairs] == sorted((pair["z"] for pair in found.pairs), reverse=True)


def test_only_so_many_pairs_are_given_as_asked_for_and_the_rest_is_counted() -> None:
    star = network_of_kinds(coordination="SA SB SC SD SE")
    found = missing_ties(star, samples=4, most=3)
    assert (len(found.pairs), found.closing, found.missing) == (3, 10, 10)
    assert found.whole()["given"] == 3
    # the null model of a star is the star: each pair is expected to have the one third that it has
    assert [pair["expected"] for pair in found.pairs] == [1.0, 1.0, 1.0]
    assert [pair["z"] for pair in found.pairs] == pytest.approx([0.0, 0.0, 0.0])
