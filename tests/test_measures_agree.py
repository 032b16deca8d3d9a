"""Measures against other ways to compute them, on 200 random graphs: networkx, igraph, and the definition itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations, permutations
from math import isnan
from random import Random
from statistics import StatisticsError, correlation
from typing import Any

import igraph
import networkx as nx
import pytest

from graph.measures.betweenness import betweenness, cross_level_betweenness
from graph.measures.brokerage import ROLES, brokerage
from graph.measures.communities import communities, communities_against_levels, mutual_information
from graph.measures.compiled import compiled_of
from graph.measures.cores import core_number, rich_club
from graph.measures.degree import degree, degree_by_kind, degree_by_level, in_degree, out_degree, tie_count
from graph.measures.external_internal import ei_by_actor, ei_index
from graph.measures.layers import layer_correlations
from graph.measures.mixing import level_assortativity, mixing_matrix
from graph.measures.motifs import dyad_counts, triad_counts
from graph.measures.multiplexity import layer_overlap, multiplexity
from graph.measures.null_model import null_model, null_samples
from graph.measures.projection import simple_of
from graph.measures.structural_holes import constraint, effective_size

LEVELS = ["eu", "national", "regional", "local", "sublocal"]


def random_networks(count: int = 200) -> Iterator[nx.MultiDiGraph[str]]:
    """Draw networks of 3 to 22 actors at up to five levels, with parallel ties, self-loops, and ties both ways."""
    for seed in range(count):
        random = Random(seed)
        actors = [f"actor-{index:02}" for index in range(random.randint(3, 22))]
        network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        for actor in actors:
            network.add_node(actor, level=random.choice(LEVELS[: random.randint(1, 5)]))
        for _ in range(random.randint(0, 4 * len(actors))):
            one, other = random.choice(actors), random.choice(actors)
            facts = {"directed": random.random() < 0.8, "amount": str(random.randint(0, 5))}
            network.add_edge(one, other, kind=random.choice(("competence", "funding", "hierarchy")), **facts)
        yield network


def close(one: Mapping[Any, float], other: Mapping[Any, float]) -> bool:
    return one == pytest.approx(other, rel=1e-9, abs=1e-9, nan_ok=True)


def test_igraph_and_python_agree_on_every_measure_that_has_both() -> None:
    for network in random_networks():
        for weight in (None, "amount"):
            ours = constraint(network, weight=weight, engine="python")
            assert close(ours, constraint(network, weight=weight, engine="compiled"))
        assert core_number(network, engine="python") == core_number(network, engine="compiled")
        for measure in (betweenness, cross_level_betweenness):
            assert close(measure(network, engine="python"), measure(network, engine="compiled"))
            sampled = (measure(network, pivots=3, seed=5, engine=engine) for engine in ("python", "compiled"))
            assert close(*sampled)


def test_structural_holes_are_those_of_networkx_on_clean_graphs() -> None:
    for network in random_networks():
        for weight in (None, "amount"):
            clean = simple_of(network, weight=weight)
            assert close(constraint(network, weight=weight), nx.constraint(clean, weight="weight"))
            directed: nx.DiGraph[str] = clean.to_directed()
            assert close(effective_size(network, weight=weight), nx.effective_size(directed, weight="weight"))


def test_betweenness_is_that_of_networkx() -> None:
    for network in random_networks():
        arcs: nx.DiGraph[str] = nx.DiGraph(simple_of(network))
        expected = nx.betweenness_centrality(arcs)
        symmetric: nx.MultiDiGraph[str] = nx.MultiDiGraph(network)
        symmetric.add_edges_from([(other, one) for one, other in network.edges()])
        assert close(betweenness(symmetric), expected)


def test_betweenness_with_direction_is_that_of_networkx_and_of_igraph() -> None:
    for network in random_networks():
        arcs = _arcs(network)
        ours = betweenness(network, engine="python")
        assert close(ours, nx.betweenness_centrality(arcs))
        pairs = (len(arcs) - 1) * (len(arcs) - 2)
        assert close(ours, {a: v / pairs for a, v in zip(arcs, compiled_of(arcs).betweenness(), strict=True)})


def test_degrees_are_those_of_networkx() -> None:
    for network in random_networks():
        arcs = _arcs(network)
        assert degree(network) == dict(nx.Graph(arcs).degree())
        assert in_degree(network) == dict(arcs.in_degree())
        assert out_degree(network) == dict(arcs.out_degree())
        loops = {actor: network.number_of_edges(actor, actor) for actor in network}
        assert tie_count(network) == {actor: n - 2 * loops[actor] for actor, n in network.degree()}
        levels = nx.get_node_attributes(network, "level")
        for actor, found in degree_by_level(network).items():
            incoming = Counter(levels[other] for other in arcs.predecessors(actor))
            outgoing = Counter(levels[other] for other in arcs.successors(actor))
            assert found == {
                f"{level}_{way}": side[level]
                for level in LEVELS
                if level in levels.values()
                for way, side in (("in", incoming), ("out", outgoing))
            }
        for actor, by_kind in degree_by_kind(network).items():
            payers = {o for o, _, f in network.in_edges(actor, data=True) if f["kind"] == "funding" and f["directed"]}
            assert by_kind.get("funding_in", 0) == len(payers - {actor})


def test_cores_are_those_of_networkx_and_the_rich_club_too() -> None:
    for network in random_networks():
        plain = simple_of(network)
        assert core_number(network) == nx.core_number(plain)
        found = {k: values["coefficient"] for k, values in rich_club(network, samples=0).items()}
        assert close(found, nx.rich_club_coefficient(plain, normalized=False) if plain.number_of_edges() else {})


def test_mixing_is_that_of_networkx_and_assortativity_that_of_igraph() -> None:
    for network in random_networks():
        arcs = _arcs(network)
        levels = nx.get_node_attributes(network, "level")
        matrix = mixing_matrix(network)
        theirs = nx.attribute_mixing_dict(arcs, "level")
        assert {(a, b): n for a, row in matrix.items() for b, n in row.items() if n} == {
            (a, b): n for a, row in theirs.items() for b, n in row.items() if n
        }
        kinds = [LEVELS.index(levels[actor]) for actor in arcs]
        ours = level_assortativity(network)
        if isnan(ours):
            ends = {levels[actor] for tie in arcs.edges() for actor in tie}
            assert len(ends) < 2
        else:
            assert ours == pytest.approx(compiled_of(arcs).assortativity_nominal(kinds, directed=True), abs=1e-9)


def test_modularity_is_that_of_networkx_mutual_information_that_of_igraph_and_communities_hold_together() -> None:
    for network in random_networks():
        plain = simple_of(network)
        parts = communities(network, seed=1)
        groups: dict[int, set[str]] = defaultdict(set)
        for actor, part in parts.items():
            groups[part].add(actor)
        assert all(nx.is_connected(plain.subgraph(group)) for group in groups.values())
        told = communities_against_levels(network, parts)
        levels = nx.get_node_attributes(network, "level")
        if plain.number_of_edges():
            theirs = nx.community.modularity(plain, groups.values(), weight=None)
            assert told["modularity"] == pytest.approx(theirs, abs=1e-9)
            assert told["modularity"] >= told["modularity_of_levels"] - 1e-9
        numbers = [LEVELS.index(levels[actor]) for actor in parts]
        ours = mutual_information(parts, levels)
        if len(groups) > 1 or len(set(numbers)) > 1:
            theirs = igraph.compare_communities(list(parts.values()), numbers, method="nmi")
            assert ours == pytest.approx(theirs, abs=1e-9)
        else:
            assert isnan(ours)


def test_the_ei_index_is_what_its_definition_counts() -> None:
    for network in random_networks():
        plain = simple_of(network)
        levels = nx.get_node_attributes(network, "level")
        for actor, value in ei_by_actor(network).items():
            outer = sum(levels[other] != levels[actor] for other in plain[actor])
            inner = plain.degree(actor) - outer
            assert isnan(value) if not outer + inner else value == pytest.approx((outer - inner) / (outer + inner))
        found = ei_index(network, permutations=0)
        outer = sum(levels[one] != levels[other] for one, other in plain.edges())
        assert (found["external"], found["internal"]) == (outer, plain.number_of_edges() - outer)


def test_layers_correlate_and_overlap_as_their_matrices_do() -> None:
    compared = 0
    for network in random_networks():
        layers: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for one, other, facts in network.edges(data=True):
            if one != other:
                layers[facts["kind"]].update([(one, other)] if facts["directed"] else [(one, other), (other, one)])
        correlations = layer_correlations(network, permutations=0)
        overlaps = layer_overlap(network)["overlap"]
        pairs = list(permutations(sorted(network), 2))
        assert set(correlations) == {f"{one}|{other}" for one, other in combinations(sorted(layers), 2)}
        for one, other in combinations(sorted(layers), 2):
            rows = [[float(pair in layers[kind]) for pair in pairs] for kind in (one, other)]
            ours = correlations[f"{one}|{other}"]["r"]
            try:
                assert ours == pytest.approx(correlation(*rows), abs=1e-9)
                compared += 1
            except StatisticsError:
                assert isnan(ours)
            dyads = [{frozenset(pair) for pair in layers[kind]} for kind in (one, other)]
            assert overlaps[f"{one}|{other}"] == pytest.approx(len(dyads[0] & dyads[1]) / len(dyads[0] | dyads[1]))
        kinds = {frozenset(pair): {k for k in layers if pair in layers[k]} for pair in pairs}
        for one, other in pairs:
            kinds[frozenset((one, other))] |= {kind for kind in layers if (one, other) in layers[kind]}
        for actor, value in multiplexity(network).items():
            mine = [len(found) for pair, found in kinds.items() if actor in pair and found]
            assert isnan(value) if not mine else value == pytest.approx(sum(mine) / len(mine))
    assert compared > 300


def test_all_pivots_give_what_is_exact_and_the_mean_of_all_samples_of_one_does_too() -> None:
    network = next(iter(random_networks(1)))
    exact = betweenness(network)
    assert close(exact, betweenness(network, pivots=len(network)))
    # unbiased: two pivots at a time, over many seeds
    draws = [betweenness(network, pivots=2, seed=seed) for seed in range(800)]
    for actor, value in exact.items():
        assert sum(draw[actor] for draw in draws) / len(draws) == pytest.approx(value, abs=0.03)


def test_brokerage_is_what_its_definition_counts() -> None:
    for network in random_networks():
        levels = nx.get_node_attributes(network, "level")
        arcs = {(one, other) for one, other in network.edges()} | {
            (other, one) for one, other, facts in network.edges(data=True) if not facts["directed"]
        }
        expected: dict[str, Counter[str]] = {actor: Counter() for actor in network}
        for a, b, c in permutations(network, 3):
            if (a, b) in arcs and (b, c) in arcs and (a, c) not in arcs:
                same = (levels[a] == levels[b], levels[b] == levels[c], levels[a] == levels[c])
                shapes = {
                    (True, True, True): "coordinator",
                    (False, False, True): "itinerant",
                    (True, False, False): "representative",
                    (False, True, False): "gatekeeper",
                    (False, False, False): "liaison",
                }
                expected[b][shapes[same]] += 1
        found = brokerage(network, undirected="both")
        assert found == {actor: {role: counts[role] for role in ROLES} for actor, counts in expected.items()}


def _class(name: str) -> str:
    """Give the class of the triad census that a motif's ties are of."""
    triad: nx.DiGraph[int] = nx.DiGraph()
    triad.add_nodes_from((1, 2, 3))
    for tie in name.split(": ")[1].split():
        one, other = int(tie[0]), int(tie[2])
        if tie[1] in "<=":
            triad.add_edge(other, one)
        if tie[1] in ">=":
            triad.add_edge(one, other)
    return str(nx.triad_type(triad))


def test_triads_by_level_add_up_to_the_triad_census_of_networkx_in_each_three_levels() -> None:
    for network in random_networks():
        arcs: nx.DiGraph[str] = nx.DiGraph()
        arcs.add_nodes_from(network.nodes(data=True))
        for one, other, facts in network.edges(data=True):
            if one != other:
                arcs.add_edge(one, other)
                if not facts["directed"]:
                    arcs.add_edge(other, one)
        found = triad_counts(network)
        by_class: Counter[str] = Counter()
        for name, count in found.items():
            by_class[_class(name)] += count
        census = nx.triadic_census(arcs)
        connected = {name: count for name, count in census.items() if name not in ("003", "012", "102") and count}
        assert {name: count for name, count in by_class.items() if count} == connected
        dyads: Counter[str] = Counter()
        for name, count in dyad_counts(network).items():
            dyads["mutual" if "=" in name else "asymmetric" if ">" in name else "null"] += count
        assert (dyads["mutual"], dyads["asymmetric"], dyads["null"]) == tuple(compiled_of(arcs).dyad_census())


def test_isomorphic_triads_of_the_same_levels_have_one_name_and_others_have_another() -> None:
    named: dict[str, nx.DiGraph[str]] = {}
    for seed in range(400):
        random = Random(seed)
        triad: nx.DiGraph[str] = nx.DiGraph()
        for actor in random.sample("abc", 3):
            triad.add_node(actor, level=random.choice(LEVELS[:2]))
        triad.add_edges_from(pair for pair in permutations("abc", 2) if random.random() < 0.6)
        if not nx.is_weakly_connected(triad):
            continue
        ((name, count),) = triad_counts(triad).items()
        assert count == 1
        same = nx.algorithms.isomorphism.categorical_node_match("level", None)
        for other, example in named.items():
            assert nx.is_isomorphic(triad, example, node_match=same) is (other == name)
        named.setdefault(name, triad)
    assert len(named) > 60


def test_the_null_model_keeps_every_degree_to_every_level_and_moves_ties() -> None:
    moved = 0
    for network in random_networks():
        drawn = null_model(network, seed=3)
        levels = nx.get_node_attributes(network, "level")
        assert nx.get_node_attributes(drawn, "level") == levels
        assert not list(nx.selfloop_edges(drawn))
        assert _degrees(drawn, levels) == _degrees(_arcs(network), levels)
        moved += set(drawn.edges()) != set(_arcs(network).edges())
        assert set(drawn.edges()) == set(null_model(network, seed=3).edges())
        plain = simple_of(network)
        for ties in null_samples(plain, samples=2, seed=1):
            swapped: nx.Graph[str] = nx.Graph(ties)
            assert _degrees(swapped.to_directed(), levels) == _degrees(plain.to_directed(), levels)
    assert moved > 100


def _arcs(network: nx.MultiDiGraph[str]) -> nx.DiGraph[str]:
    arcs: nx.DiGraph[str] = nx.DiGraph()
    arcs.add_nodes_from(network.nodes(data=True))
    for one, other, facts in network.edges(data=True):
        arcs.add_edges_from([(one, other)] if facts["directed"] else [(one, other), (other, one)])
    arcs.remove_edges_from(list(nx.selfloop_edges(arcs)))
    return arcs


def _degrees(arcs: nx.DiGraph[str], levels: dict[str, str]) -> Counter[tuple[str, str, str]]:
    found: Counter[tuple[str, str, str]] = Counter()
    for one, other in arcs.edges():
        found[one, "out", levels[other]] += 1
        found[other, "in", levels[one]] += 1
    return found
