"""Missing ties: what a tie would close, who bridges already, and what the null model expects."""

from __future__ import annotations

from itertools import combinations
from math import isnan, sqrt
from random import Random

import networkx as nx
import pytest

from graph.measures.missing_ties import missing_ties
from graph.measures.null_model import null_samples
from graph.measures.projection import simple_of
from ontology.errors import UnknownTerm

LEVELS = ("eu", "national", "regional", "local")


def network_of_kinds(**ties: str) -> nx.MultiDiGraph[str]:
    """Give a network of ties by kind, such as coordination="AB BC"; only coordination is without direction."""
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for kind, pairs in ties.items():
        for pair in pairs.split():
            network.add_edge(pair[0], pair[1], kind=kind, directed=kind != "coordination")
    return network


def random_network(seed: int, actors: int = 50, ties: int = 200) -> nx.MultiDiGraph[str]:
    """Draw ties of coordination between actors at four levels."""
    random = Random(seed)
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    names = [f"a{index:02}" for index in range(actors)]
    network.add_nodes_from((actor, {"level": LEVELS[index % 4]}) for index, actor in enumerate(names))
    for _ in range(ties):
        one, other = random.sample(names, 2)
        network.add_edge(one, other, kind="coordination", directed=False)
    return network


def test_a_tie_closes_a_triangle_with_each_third_that_both_are_tied_to_named_by_levels_and_directions() -> None:
    # A and D miss a tie: B is tied to both by coordination, C by money only; B and C are tied to A and D both, and miss
    # a tie as well. Levels: A national, D local, B and C regional
    network = network_of_kinds(coordination="AB BD", funding="AC CD")
    nx.set_node_attributes(network, {"A": "national", "B": "regional", "C": "regional", "D": "local"}, "level")
    found = missing_ties(network, samples=0)
    assert (found.kind, found.missing, found.closing) == ("coordination", 4, 2)
    first, second = found.pairs
    assert (first["actor"], first["other"], first["closes"]) == ("A", "D", 2)
    # 1 is A, 2 the third, 3 is D: talks over B, money over C; the missing tie would join 1 and 3
    assert first["motifs"] == {"national, regional, local: 1=2 2=3": 1, "national, regional, local: 1>2 2>3": 1}
    assert (first["bridged"], first["bridged_by"], first["tied_by"]) == (True, ["B"], [])
    assert isnan(first["z"])
    assert isnan(first["p"])
    assert (second["actor"], second["other"], second["closes"]) == ("B", "C", 2)
    assert second["motifs"] == {"national, regional, regional: 1>2 1=3": 1, "regional, regional, local: 1>3 2=3": 1}
    assert (second["bridged"], second["bridged_by"]) == (False, [])


def test_triangles_over_four_levels_and_more_are_told_apart() -> None:
    # the Union pays the state, it the region, it the town; the town and its ward meet. E and R miss a tie over S, S and
    # T over R, and the town's partners R and W over T
    network = network_of_kinds(funding="ES SR RT", coordination="TW")
    levels = {"E": "eu", "S": "national", "R": "regional", "T": "local", "W": "sublocal"}
    nx.set_node_attributes(network, levels, "level")
    found = missing_ties(network, kind="funding", samples=0)
    assert {row["actor"] + row["other"]: row["motifs"] for row in found.pairs} == {
        "ER": {"eu, national, regional: 1>2 2>3": 1},
        "ST": {"national, regional, local: 1>2 2>3": 1},
        "RW": {"regional, local, sublocal: 1>2 2=3": 1},
    }
    assert {row["actor"] + row["other"]: row["bridged_by"] for row in found.pairs} == {
        "ER": ["S"],
        "ST": ["R"],
        "RW": [],
    }


def test_a_pair_that_shares_a_field_and_does_not_coordinate_says_what_ties_it() -> None:
    network = network_of_kinds(coordination="AB BC", competence="AC CA")
    (pair,) = missing_ties(network, samples=0).pairs
    assert (pair["actor"], pair["other"], pair["tied_by"], pair["bridged_by"]) == ("A", "C", ["competence"], ["B"])


def test_money_is_bridged_by_who_passes_it_on_and_not_by_a_common_payer() -> None:
    # P pays A and B; A passes on to C. P and C are bridged by A; A and B share a payer only
    found = missing_ties(network_of_kinds(funding="PA PB AC"), samples=0)
    bridged = {pair["actor"] + pair["other"]: pair["bridged_by"] for pair in found.pairs}
    assert (found.kind, bridged) == ("funding", {"AB": [], "CP": ["A"]})


def test_where_the_null_model_has_two_networks_the_expectation_is_as_worked_by_hand() -> None:
    # N pays A and B, M pays B and C (N, M national, the rest local). Keeping degrees, B keeps both payers, and A and C
    # have N and M or M and N. So in every network of the null model A and B share one payer, B and C one, N and M
    # share B: nothing is above what is expected.
    network = network_of_kinds(funding="NA NB MB MC")
    nx.set_node_attributes(network, {**dict.fromkeys("NM", "national"), **dict.fromkeys("ABC", "local")}, "level")
    found = {row["actor"] + row["other"]: row for row in missing_ties(network, samples=400, seed=1).pairs}
    assert set(found) == {"AB", "BC", "MN"}
    assert (found["MN"]["expected"], found["MN"]["z"], found["MN"]["p"]) == (1.0, 0.0, 1.0)
    for pair in ("AB", "BC"):
        assert (found[pair]["closes"], found[pair]["expected"], found[pair]["z"]) == (1, 1.0, 0.0)


def test_z_is_twice_the_difference_of_the_roots_and_p_the_share_of_samples_that_reach_it() -> None:
    # by the definition, from the same draws: common partners in each network of the null model
    network = random_network(5, actors=20, ties=50)
    plain = simple_of(network)
    counts: dict[tuple[str, str], list[int]] = {pair: [] for pair in combinations(plain, 2)}
    for ties in null_samples(plain, samples=30, seed=4):
        drawn: nx.Graph[str] = nx.Graph(ties)
        drawn.add_nodes_from(plain)
        for pair, found in counts.items():
            found.append(len(set(drawn[pair[0]]) & set(drawn[pair[1]])))
    rows = missing_ties(network, samples=30, seed=4, most=1000).pairs
    assert len(rows) > 40
    for row in rows:
        drawn_counts = counts[row["actor"], row["other"]]
        assert row["expected"] == pytest.approx(sum(drawn_counts) / 30)
        assert row["z"] == pytest.approx(2 * (sqrt(row["closes"]) - sqrt(row["expected"])))
        assert row["p"] == pytest.approx((1 + sum(n >= row["closes"] for n in drawn_counts)) / 31)


def test_a_planted_gap_ranks_first_against_the_null_model_and_again_with_the_same_seed() -> None:
    # fifty actors at four levels tied at random; X and Y, of the same degree as others, are tied to the same eight
    for seed in range(5):
        network = random_network(seed)
        network.add_nodes_from(["X", "Y"], level="local")
        for third in Random(seed).sample(sorted(set(network) - {"X", "Y"}), 8):
            network.add_edge("X", third, kind="coordination", directed=False)
            network.add_edge("Y", third, kind="coordination", directed=False)
        found = missing_ties(network, samples=50, seed=2)
        first, second = found.pairs[:2]
        assert (first["actor"], first["other"], first["closes"]) == ("X", "Y", 8)
        assert first["z"] > max(2.5, second["z"])
        assert first["expected"] < 3
        assert first["p"] < 0.05
        assert found == missing_ties(network, samples=50, seed=2)
        order = [(-row["z"], -row["closes"], row["actor"], row["other"]) for row in found.pairs]
        assert order == sorted(order)


def test_a_single_triangle_of_two_with_few_ties_does_not_outrank_many() -> None:
    # U and V have one tie each, to the same H: no more is possible, and two tied to the same eight of fifty come before
    network = random_network(1)
    network.add_nodes_from(["U", "V", "X", "Y"], level="local")
    thirds = Random(1).sample(sorted(set(network) - set("UVXY")), 8)
    for one, others in {"U": thirds[:1], "V": thirds[:1], "X": thirds, "Y": thirds}.items():
        for third in others:
            network.add_edge(one, third, kind="coordination", directed=False)
    rows = missing_ties(network, samples=50, seed=3, most=2000).pairs
    places = {row["actor"] + row["other"]: index for index, row in enumerate(rows)}
    assert places["XY"] == 0
    assert places["UV"] > 0


def test_networks_drawn_from_the_null_model_have_few_pairs_of_a_high_z() -> None:
    # the two-sided 5 % of a normal variable are beyond 2; a pair without triangles has no row, and no high z
    high = pairs = 0
    for seed in range(10):
        found = missing_ties(random_network(seed), samples=50, seed=seed, most=5000)
        assert len(found.pairs) == found.closing
        high += sum(row["z"] > 2 for row in found.pairs)
        pairs += found.missing
    assert high / pairs < 0.05


def test_pairs_are_chosen_for_the_null_model_as_it_ranks_them() -> None:
    # the hundred highest of a thousand: the short list, reckoned from degrees, misses few of them
    network = random_network(9)
    everything = missing_ties(network, samples=100, seed=1, most=5000)
    short = missing_ties(network, samples=100, seed=1, most=everything.closing // 3)
    best = [(row["actor"], row["other"]) for row in everything.pairs[: everything.closing // 10]]
    chosen = {(row["actor"], row["other"]) for row in short.pairs}
    assert sum(pair in chosen for pair in best) > 0.95 * len(best)


def test_only_so_many_pairs_are_given_as_asked_for_and_the_rest_is_counted() -> None:
    star = network_of_kinds(coordination="SA SB SC SD SE")
    found = missing_ties(star, samples=4, most=3)
    assert (len(found.pairs), found.closing, found.missing) == (3, 10, 10)
    assert found.whole()["given"] == 3
    # the null model of a star is the star: each pair is expected to have the one third that it has, without variance
    assert [(pair["expected"], pair["z"], pair["p"]) for pair in found.pairs] == [(1.0, 0.0, 1.0)] * 3
    # all are equal, so the first IRIs come first
    assert [pair["actor"] + pair["other"] for pair in found.pairs] == ["AB", "AC", "AD"]


def test_an_unknown_kind_of_tie_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownTerm, match="did you mean funding"):
        missing_ties(network_of_kinds(coordination="AB"), kind="fundng")
    with pytest.raises(UnknownTerm, match="competence, coordination, funding, hierarchy"):
        missing_ties(network_of_kinds(coordination="AB"), kind="x")
    assert missing_ties(network_of_kinds(coordination="AB BC"), kind="funding", samples=0).missing == 3
