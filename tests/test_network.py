"""Networks: what makes an edge, what a filter keeps, and what is written for other programs."""

from __future__ import annotations

import io
from pathlib import Path

import networkx as nx

from api.exports import network_bytes
from graph.filters import Filters
from graph.network import KINDS, actors_of, network_of, ties_of
from graph.snapshot import Snapshot
from ontology.identifiers import mint, slug
from tests.small_graphs import actor, competence, flow, mechanism, snapshot_of

BODIES = [
    actor("state", "national", "es"),
    actor("ministry", "national", "es", "ministry", part_of="state"),
    actor("town", "local", "es-town", "municipality"),
    actor("lonely", "local", "fr", "municipality"),
]


def edges(network: nx.MultiDiGraph[str]) -> set[tuple[str, str, str]]:
    return {(facts["kind"], slug(one), slug(other)) for one, other, _, facts in ties_of(network)}


def small(folder: Path) -> Snapshot:
    return snapshot_of(
        folder,
        {
            "actors": BODIES,
            "competences": [
                competence("a", "state", "education", "framing", "es"),
                competence("b", "town", "education", "delivery", "es-town"),
                competence("c", "town", "housing", "delivery", "es-town"),
                competence("d", "ministry", "education", "framing", "es", modality="should"),
            ],
            "flows": [flow("f", "state", "town", "5", year="2010", fields="education")],
            "mechanisms": [mechanism("m", "state|town|ministry", "education")],
        },
    )


def test_each_kind_of_tie_makes_the_edges_that_its_definition_says(tmp_path: Path) -> None:
    snapshot = small(tmp_path)
    assert edges(network_of(snapshot, Filters(), ["funding"])) == {("funding", "state", "town")}
    assert edges(network_of(snapshot, Filters(), ["hierarchy"])) == {("hierarchy", "ministry", "state")}
    assert edges(network_of(snapshot, Filters(), ["competence"])) == {("competence", "state", "town")}
    assert edges(network_of(snapshot, Filters(), ["coordination"])) == {
        ("coordination", "ministry", "state"),
        ("coordination", "ministry", "town"),
        ("coordination", "state", "town"),
    }


def test_actors_without_a_tie_are_left_out_and_the_rest_carry_level_country_and_type(tmp_path: Path) -> None:
    nodes = {slug(actor): facts for actor, facts in actors_of(network_of(small(tmp_path), Filters()))}
    assert set(nodes) == {"state", "ministry", "town"}
    assert nodes["town"] == {"label": "Town", "level": "local", "country": "ES", "type": "municipality"}


def test_filters_keep_what_touches_them_and_the_year_drops_what_is_over(tmp_path: Path) -> None:
    snapshot = small(tmp_path)
    assert edges(network_of(snapshot, Filters(at=2011), ["funding"])) == set()
    assert edges(network_of(snapshot, Filters(field="housing"))) == set()
    assert edges(network_of(snapshot, Filters(country="FR"))) == set()
    assert edges(network_of(snapshot, Filters(actor="ministry"), ["coordination"])) == {
        ("coordination", "ministry", "state"),
        ("coordination", "ministry", "town"),
    }


def test_an_empty_graph_gives_a_network_without_nodes(tmp_path: Path) -> None:
    assert len(network_of(snapshot_of(tmp_path, {}), Filters())) == 0


def test_sweden_has_another_coordinator_of_newcomers_in_2011_than_in_2009(casebook: Snapshot) -> None:
    def coordinators(year: int) -> set[str]:
        rows = casebook.select(
            """PREFIX gov: <https://w3id.org/subsidia/def/>
            SELECT ?holder ?from ?to {
              ?c gov:field <https://w3id.org/subsidia/def/field/newcomer-reception> ; gov:holder ?holder ;
                 gov:aspect <https://w3id.org/subsidia/def/aspect/coordination> ;
                 gov:over <https://w3id.org/subsidia/id/territory/se> .
              OPTIONAL { ?c gov:validFrom ?from } OPTIONAL { ?c gov:validTo ?to }
            }"""
        )
        return {
            slug(row["holder"] or "")
            for row in rows
            if int((row["from"] or "0")[:4]) <= year <= int((row["to"] or "9999")[:4])
        }

    assert coordinators(2009) == {"se-municipalities"}
    assert coordinators(2011) == {"se-employment-service"}


def test_nantes_is_paid_by_the_union_and_has_no_competence_in_reception(casebook: Snapshot) -> None:
    network = network_of(casebook, Filters(actor="fr-nantes"), ["funding"])
    assert ("funding", "eu", "fr-nantes") in edges(network)
    nature, holder = casebook.values("gov:nature"), casebook.values("gov:holder")
    absent = [duty for duty, bodies in holder.items() if bodies == [mint("actor", "fr-nantes")]]
    assert absent
    assert {slug(value) for duty in absent for value in nature[duty]} == {"none"}


def test_graphml_and_gexf_are_read_back_by_networkx_with_all_nodes_and_edges(casebook: Snapshot) -> None:
    network = network_of(casebook, Filters(country="NL"), KINDS)
    for form, read in (("graphml", nx.read_graphml), ("gexf", nx.read_gexf)):
        written = network_bytes(network, form)
        again = read(io.BytesIO(written))
        assert (again.number_of_nodes(), again.number_of_edges()) == (len(network), network.number_of_edges())
        assert written == network_bytes(network_of(casebook, Filters(country="NL"), KINDS), form)
