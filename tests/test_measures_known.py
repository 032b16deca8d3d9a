"""Measures against answers worked by hand or published."""

from __future__ import annotations

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


# --- Structural holes ------------------------------------------------------------------------------------------------


def test_constraint_of_a_path_of_four_and_of_four_all_tied() -> None:
    assert constraint(nx.path_graph("abcd")) == {"a": 1.0, "b": 0.5, "c": 0.5, "d": 1.0}
    assert constraint(tied("ab bc cd")) == {"a": 1.0, "b": 0.5, "c": 0.5, "d": 1.0}
    assert {round(value, 6) for value in constraint(nx.complete_graph("abcd")).values()} == {0.925926}


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


# --- Betweenness, cores, rich club -----------------------------------------------------------------------------------


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
