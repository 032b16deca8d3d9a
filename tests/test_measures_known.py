"""Measures against answers worked by hand or published."""

from __future__ import annotations

from itertools import permutations
from math import isnan
from typing import Any

import networkx as nx
import pytest

from graph.measures.betweenness import betweenness, cross_level_betweenness
from graph.measures.brokerage import ROLES, brokerage, brokerage_totals
from graph.measures.communities import communities, communities_against_levels, mutual_information
from graph.measures.cores import core_number, rich_club
from graph.measures.errors import DirectionMissing, NodesDiffer
from graph.measures.external_internal import ei_by_actor, ei_index
from graph.measures.layers import layer_correlations, qap_correlation
from graph.measures.mixing import level_assortativity, mixing_matrix
from graph.measures.motifs import dyad_counts, triad_counts
from graph.measures.multiplexity import layer_overlap, multiplexity
from graph.measures.structural_holes import constraint, effective_size


def tied(ties: str, **levels: str) -> nx.MultiDiGraph[str]:
    """Give a network of directed ties such as "AB AC"; levels as groups: one="AB"."""
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph([(tie[0], tie[1]) for tie in ties.split()])
    nx.set_node_attributes(network, {actor: level for level, actors in levels.items() for actor in actors}, "level")
    return network


def named(graph: nx.Graph[Any]) -> nx.Graph[str]:
    """Name the nodes of a published graph by words, as actors are."""
    return nx.relabel_nodes(graph, {node: f"{int(node):02}" for node in graph})


KARATE = named(nx.karate_club_graph())


# --- Brokerage -------------------------------------------------------------------------------------------------------


def test_brokerage_of_six_ties_between_two_groups_is_as_worked_by_hand() -> None:
    # two-paths whose ends are not tied: D-A-B gatekeeper A, D-A-C itinerant A, A-B-D representative B, A-C-D
    # gatekeeper C, B-D-A itinerant D, C-D-A representative D
    found = brokerage(tied("AB AC BC BD CD DA", one="AB", two="CD"))
    zero = dict.fromkeys(ROLES, 0)
    assert found == {
        "A": {**zero, "itinerant": 1, "gatekeeper": 1},
        "B": {**zero, "representative": 1},
        "C": {**zero, "gatekeeper": 1},
        "D": {**zero, "itinerant": 1, "representative": 1},
    }
    assert brokerage_totals(found) == {**zero, "itinerant": 2, "representative": 2, "gatekeeper": 2}


@pytest.mark.parametrize(
    ("levels", "role"),
    [
        ({"x": "ABC"}, "coordinator"),
        ({"x": "AC", "y": "B"}, "itinerant"),
        ({"x": "AB", "y": "C"}, "representative"),
        ({"x": "A", "y": "BC"}, "gatekeeper"),
        ({"x": "A", "y": "B", "z": "C"}, "liaison"),
    ],
)
def test_each_shape_of_a_two_path_is_the_role_that_gould_and_fernandez_name(levels: dict[str, str], role: str) -> None:
    assert brokerage(tied("AB BC", **levels))["B"] == {**dict.fromkeys(ROLES, 0), role: 1}


def test_brokerage_refuses_ties_without_direction_unless_they_are_declared() -> None:
    path = nx.path_graph("ABC")
    nx.set_node_attributes(path, {"A": "x", "B": "x", "C": "y"}, "level")
    with pytest.raises(DirectionMissing, match="2 ties have none"):
        brokerage(path)
    assert brokerage(path, undirected="both")["B"] == {
        **dict.fromkeys(ROLES, 0),
        "representative": 1,
        "gatekeeper": 1,
    }


def test_two_towns_and_a_region_between_the_union_and_its_state_are_as_worked_by_hand() -> None:
    # E-S, S-R, R-T, R-U, T-U: the Union pays the state, it the region, it two towns, the first pays the second too.
    # S: E-S-R three levels, liaison. R: S-R-T and S-R-U liaison. T: R-T-U is closed by R-U. Nobody else is between
    found = brokerage(tied("ES SR RT RU TU", eu="E", national="S", regional="R", local="TU"))
    zero = dict.fromkeys(ROLES, 0)
    assert found == {"E": zero, "S": {**zero, "liaison": 1}, "R": {**zero, "liaison": 2}, "T": zero, "U": zero}


# --- Structural holes ------------------------------------------------------------------------------------------------


def test_constraint_of_a_path_of_four_and_of_four_all_tied() -> None:
    assert constraint(nx.path_graph("abcd")) == {"a": 1.0, "b": 0.5, "c": 0.5, "d": 1.0}
    assert constraint(tied("ab bc cd")) == {"a": 1.0, "b": 0.5, "c": 0.5, "d": 1.0}
    assert {round(value, 6) for value in constraint(nx.complete_graph("abcd")).values()} == {0.925926}


def test_constraint_of_a_star_and_a_triangle_are_as_worked_by_hand() -> None:
    # the centre of n leaves: n (1 / n)² = 1 / n; a leaf has one partner: 1. In a triangle each has two partners that
    # are tied: 2 (1/2 + 1/2 * 1/2)² = 9/8, the most there is
    star = constraint(named(nx.star_graph(5)))
    assert star["00"] == pytest.approx(1 / 5)
    assert star["01"] == 1.0
    assert set(constraint(nx.complete_graph("ABC")).values()) == {1.125}


def test_constraint_weighs_ties_by_their_amounts_as_worked_by_hand() -> None:
    # A has 3 of 4 with B and 1 of 4 with C; B has all with A, C too: (3/4)² + (1/4)²
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    network.add_edge("A", "B", amount="2")
    network.add_edge("B", "A", amount="1")
    network.add_edge("A", "C", amount="1")
    assert constraint(network, weight="amount") == {"A": 0.625, "B": 1.0, "C": 1.0}


def test_effective_size_of_six_partners_with_four_ties_is_that_of_borgatti() -> None:
    # Borgatti (1997), Connections 20, 35-38: n = 6, t = 4, so 6 - 2 * 4 / 6 = 4.67
    ego: nx.Graph[str] = nx.Graph(
        [("G", other) for other in "ABCDEF"] + [("A", "B"), ("A", "E"), ("B", "D"), ("E", "F")]
    )
    assert effective_size(ego)["G"] == pytest.approx(4.6667, abs=1e-4)


# --- E-I index -------------------------------------------------------------------------------------------------------


def test_the_ei_index_of_two_pairs_with_four_ties_is_as_worked_by_hand() -> None:
    # AB within, CD within, BC and AC between: index 0. Six pairs, two within: expected 1 - 2 * 2 / 6. Of four ties two
    # at least and four at most go between: 0 to 1, and 0 is the lowest. Of the three ways to part four actors into
    # two pairs, one has two ties between (this one), and two have three: p_lower 1/3.
    network = tied("AB BC CD AC", one="AB", two="CD")
    found = ei_index(network, permutations=5999, seed=7)
    assert (found["external"], found["internal"], found["index"]) == (2, 2, 0.0)
    assert (found["minimum"], found["maximum"], found["rescaled"]) == (0.0, 1.0, -1.0)
    assert found["expected"] == pytest.approx(1 / 3)
    assert found["p_lower"] == pytest.approx(1 / 3, abs=0.02)
    assert found["p_higher"] == 1.0
    assert found == ei_index(network, permutations=5999, seed=7)
    assert ei_by_actor(network) == {"A": 0.0, "B": 0.0, "C": pytest.approx(1 / 3), "D": -1.0}


@pytest.mark.parametrize(
    "network",
    [
        tied("AB BC CD AC", one="AB", two="CD"),
        tied("AB CD EF AE", one="AB", two="CD", three="EF"),
        tied("AB BC CA DE", one="ABC", two="DE"),
    ],
)
def test_the_permutation_test_of_the_ei_index_comes_near_the_count_of_all_assignments(
    network: nx.MultiDiGraph[str],
) -> None:
    found = ei_index(network, permutations=3999, seed=1)
    levels = [network.nodes[actor]["level"] for actor in sorted(network)]
    drawn = []
    for assigned in permutations(levels):
        level = dict(zip(sorted(network), assigned, strict=True))
        outer = sum(level[one] != level[other] for one, other in network.edges())
        drawn.append((2 * outer - network.number_of_edges()) / network.number_of_edges())
    assert found["expected"] == pytest.approx(sum(drawn) / len(drawn))
    distance = abs(found["index"] - found["expected"]) - 1e-9
    assert found["p"] == pytest.approx(
        sum(abs(v - found["expected"]) >= distance for v in drawn) / len(drawn), abs=0.03
    )
    assert found["p_lower"] == pytest.approx(sum(v <= found["index"] for v in drawn) / len(drawn), abs=0.03)
    assert found["p_higher"] == pytest.approx(sum(v >= found["index"] for v in drawn) / len(drawn), abs=0.03)
    assert found["minimum"] <= min(drawn)
    assert found["maximum"] >= max(drawn)


# --- Betweenness, cores, rich club -----------------------------------------------------------------------------------


def test_betweenness_of_the_florentine_families_is_as_published() -> None:
    # Padgett and Ansell (1993); Jackson (2008), Social and Economic Networks, chapter 1: .522, .255 and .103
    found = betweenness(nx.florentine_families_graph())
    assert {name: round(found[name], 3) for name in ("Medici", "Guadagni", "Strozzi")} == {
        "Medici": 0.522, "Guadagni": 0.255, "Strozzi": 0.103,
    }  # fmt: skip


def test_betweenness_of_the_krackhardt_kite_is_as_published() -> None:
    # Krackhardt (1990), Administrative Science Quarterly 35, 342-369; unnormalised 14, 8.33, 8, 3.67, 0.83 of 36 pairs
    found = betweenness(named(nx.krackhardt_kite_graph()))
    published = [0.023, 0.023, 0.000, 0.102, 0.000, 0.231, 0.231, 0.389, 0.222, 0.000]
    assert [round(value, 3) for value in found.values()] == published


def test_betweenness_and_cores_of_the_karate_club_are_as_published() -> None:
    # Zachary (1977); betweenness as in Freeman's normalisation, widely reprinted: 1, 34, 33, 3, 32 lead
    found = betweenness(KARATE)
    top = sorted(found, key=lambda actor: -found[actor])[:5]
    assert {actor: round(found[actor], 4) for actor in top} == {
        "00": 0.4376, "33": 0.3041, "32": 0.1452, "02": 0.1437, "31": 0.1383,
    }  # fmt: skip
    cores = core_number(KARATE)
    assert {actor for actor, core in cores.items() if core == 4} == {
        "00", "01", "02", "03", "07", "08", "13", "30", "32", "33",
    }  # fmt: skip


def test_only_pairs_at_different_levels_count_for_betweenness_across_levels() -> None:
    # A-B-C-D in a row, A and D national, B and C local. Ordered pairs across: A-B, A-C, D-B, D-C and back, 8. Over B
    # go A-C and C-A; without B there are 4 (A-C, D-C and back): 2 / 4
    network = named(nx.path_graph(4))
    nx.set_node_attributes(network, {"00": "national", "01": "local", "02": "local", "03": "national"}, "level")
    assert cross_level_betweenness(network) == {"00": 0.0, "01": 0.5, "02": 0.5, "03": 0.0}


def test_the_rich_club_coefficient_is_that_of_networkx_and_its_null_model_keeps_the_degrees() -> None:
    found = rich_club(KARATE, samples=5)
    expected = nx.rich_club_coefficient(KARATE, normalized=False)
    assert {k: values["coefficient"] for k, values in found.items()} == pytest.approx(expected)
    assert found[0]["ratio"] == pytest.approx(1.0)  # all actors have all ties, however they are swapped


def test_the_rich_club_of_four_all_tied_with_one_more_partner_each_is_as_worked_by_hand() -> None:
    # eight actors: four of degree 4, four of degree 1. Above 0: 6 + 4 of 28 pairs. Above 1, 2 and 3: all 6 of 6 pairs
    network = tied("AB AC AD BC BD CD Aa Bb Cc Dd", national="ABCD", local="abcd")
    found = rich_club(network, samples=3)
    assert {k: (values["coefficient"], values["actors"]) for k, values in found.items()} == {
        0: (pytest.approx(10 / 28), 8), 1: (1.0, 4), 2: (1.0, 4), 3: (1.0, 4),
    }  # fmt: skip
    # levels and degrees leave the four no other way to be tied: no club beyond what they explain
    assert [values["ratio"] for values in found.values()] == pytest.approx([1.0] * 4)


# --- Mixing and communities ------------------------------------------------------------------------------------------


def test_assortativity_of_couples_by_race_is_that_of_newman() -> None:
    # Newman (2003), Physical Review E 67, 026126, table I: r = 0.621; printed in thousandths that add up to 0.997, so
    # r can be had from it to 0.003
    matrix = [[258, 16, 35, 13], [12, 157, 58, 19], [13, 23, 306, 35], [5, 7, 24, 16]]
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for woman, row in enumerate(matrix):
        for man, couples in enumerate(row):
            for couple in range(couples):
                ends = [f"{side}{woman}{man}-{couple}" for side in "wm"]
                network.add_node(ends[0], level=f"race {woman}")
                network.add_node(ends[1], level=f"race {man}")
                network.add_edge(*ends)
    assert level_assortativity(network) == pytest.approx(0.621, abs=0.003)
    assert mixing_matrix(network)["race 2"]["race 0"] == 13


def test_assortativity_is_one_within_levels_and_minus_one_between_two() -> None:
    assert level_assortativity(tied("AB BA CD", x="AB", y="CD")) == pytest.approx(1.0)
    assert level_assortativity(tied("AC CA BD DB", x="AB", y="CD")) == pytest.approx(-1.0)
    assert isnan(level_assortativity(tied("AB", x="AB")))


def test_leiden_finds_the_four_communities_of_best_modularity_in_the_karate_club() -> None:
    # the maximum is 0.4198, proved by integer programming: Brandes et al. (2008), IEEE TKDE 20, 172-188
    found = communities(KARATE, seed=1)
    assert found == communities(KARATE, seed=1)
    told = communities_against_levels(KARATE, found)
    assert told["communities"] == 4
    assert told["modularity"] == pytest.approx(0.4198, abs=1e-4)
    groups = [{actor for actor, part in found.items() if part == number} for number in sorted(set(found.values()))]
    assert told["modularity"] == pytest.approx(nx.community.modularity(KARATE, groups, weight=None))
    assert [len(group) for group in groups] == sorted(map(len, groups), reverse=True)


def test_mutual_information_is_one_of_equal_partitions_and_nothing_of_independent_ones() -> None:
    assert mutual_information(dict(zip("abcd", "xxyy", strict=True)), dict(zip("abcd", "uvuv", strict=True))) == 0.0
    assert isnan(mutual_information({"a": 1}, {"a": 1}))


# --- Layers ----------------------------------------------------------------------------------------------------------


def test_a_layer_correlates_with_itself_fully_and_with_its_complement_fully_the_other_way() -> None:
    layer: nx.DiGraph[str] = named(nx.gnp_random_graph(12, 0.3, seed=4, directed=True))  # type: ignore[assignment]
    itself = qap_correlation(layer, layer, permutations=199)
    assert itself["r"] == pytest.approx(1.0)
    assert itself["p_higher"] == pytest.approx(1 / 200)
    opposite = qap_correlation(layer, nx.complement(layer), permutations=199)
    assert opposite["r"] == pytest.approx(-1.0)
    assert opposite["p_lower"] == pytest.approx(1 / 200)
    with pytest.raises(NodesDiffer):
        qap_correlation(layer, nx.DiGraph([("x", "y")]))


def test_marriage_and_business_of_the_florentine_families_correlate_as_published() -> None:
    # Borgatti, Everett and Johnson (2013), Analyzing Social Networks, chapter 8: r = 0.372, significant at 0.001. Of
    # 120 pairs 20 are married, 15 do business and 8 both: (8 - 2.5) / sqrt(20 * 100/120 * 15 * 105/120)
    marriage: nx.MultiGraph[str] = nx.MultiGraph(nx.florentine_families_graph())
    marriage.add_node("Pucci")
    business: nx.MultiGraph[str] = nx.MultiGraph()
    business.add_nodes_from(marriage)
    for family, partners in {
        "Barbadori": "Castellani Ginori Medici Peruzzi",
        "Bischeri": "Guadagni Lamberteschi Peruzzi",
        "Castellani": "Lamberteschi Peruzzi",
        "Ginori": "Medici",
        "Guadagni": "Lamberteschi",
        "Lamberteschi": "Peruzzi",
        "Medici": "Pazzi Salviati Tornabuoni",
    }.items():
        business.add_edges_from((family, partner) for partner in partners.split())
    found = qap_correlation(marriage, business, permutations=1999, seed=1)
    assert found["r"] == pytest.approx(0.372, abs=5e-4)
    assert found["p"] < 0.003


def test_the_permutation_test_of_two_layers_comes_near_the_count_of_all_orders() -> None:
    one, other = tied("AB BC CD DA AC"), tied("AB BC CA DA DB")
    found = qap_correlation(one, other, permutations=3999, seed=3)
    shared = []
    for order in permutations("ABCD"):
        renamed = dict(zip("ABCD", order, strict=True))
        shared.append(sum((renamed[a], renamed[b]) in set(other.edges()) for a, b in one.edges()))
    here, chance = sum(tie in set(other.edges()) for tie in one.edges()), 5 * 5 / 12
    assert found["p_higher"] == pytest.approx(sum(n >= here for n in shared) / 24, abs=0.03)
    assert found["p_lower"] == pytest.approx(sum(n <= here for n in shared) / 24, abs=0.03)
    assert found["p"] == pytest.approx(sum(abs(n - chance) >= abs(here - chance) - 1e-9 for n in shared) / 24, abs=0.03)


def test_the_correlation_of_two_small_layers_is_as_worked_by_hand() -> None:
    # three actors, six ordered pairs; funding AB BC, hierarchy AB CA: one shared. r = (1 - 4/6) / (2 * 4/6) = 0.25
    network = tied("")
    for kind, ties in (("funding", "AB BC"), ("hierarchy", "AB CA")):
        network.add_edges_from([(tie[0], tie[1], {"kind": kind}) for tie in ties.split()])
    assert layer_correlations(network, permutations=9)["funding|hierarchy"]["r"] == pytest.approx(0.25)
    assert multiplexity(network) == {"A": 1.5, "B": 1.5, "C": 1.0}
    assert layer_overlap(network) == {
        "dyads": 3,
        "multiplex": pytest.approx(1 / 3),
        "overlap": {"funding|hierarchy": pytest.approx(1 / 3)},
    }


# --- Motifs ----------------------------------------------------------------------------------------------------------


def test_the_karate_club_has_45_triangles_and_393_open_triples() -> None:
    # as its transitivity of 0.2557 = 3 * 45 / 528 says
    assert triad_counts(KARATE) == {
        "unknown, unknown, unknown: 1=3 2=3": 393,
        "unknown, unknown, unknown: 1=2 1=3 2=3": 45,
    }


def test_motifs_tell_levels_and_directions_apart() -> None:
    # the Union pays state and town, the state pays the town; the town and the helpers meet
    network = tied("US UT ST", eu="U", national="S", local="T")
    network.add_node("H", level="local")
    network.add_edge("T", "H", directed=False)
    assert dyad_counts(network) == {
        "eu, national: 1>2": 1,
        "eu, local:": 1,
        "eu, local: 1>2": 1,
        "national, local:": 1,
        "national, local: 1>2": 1,
        "local, local: 1=2": 1,
    }
    assert triad_counts(network) == {
        "eu, national, local: 1>2 1>3 2>3": 1,
        "eu, local, local: 1>3 2=3": 1,
        "national, local, local: 1>3 2=3": 1,
    }
