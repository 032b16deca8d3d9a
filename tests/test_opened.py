"""The graph from Python: tables, networks, measures and gaps, and results put into the derived graph."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import networkx as nx
import pyoxigraph
import pytest
from pyoxigraph import NamedNode

from api.exports import network_bytes
from graph import open_graph
from graph.derived import DERIVED, Computation, Result, publish, statements_of
from graph.errors import StoreUnreachable
from graph.filters import Filters
from graph.gaps.gap import find_gaps
from graph.measures import MEASURES
from graph.measures.results import parts_of
from graph.opened import TABLES, OpenGraph
from graph.snapshot import Snapshot
from graph.store import Store
from graph.tables import actor_table, tie_table
from loaders.tables.statements import load_tables
from ontology.errors import SubsidiaError, UnknownTerm
from ontology.identifiers import expand, mint
from tests.small_graphs import PLACES, actor, flow, mechanism, write_tables
from tests.test_cli import subsidia

PUBLISHED = """
    PREFIX gov: <https://w3id.org/subsidia/def/>
    PREFIX prov: <http://www.w3.org/ns/prov#>
    PREFIX dcterms: <http://purl.org/dc/terms/>
    SELECT ?method ?parameters ?generation ?actor ?part ?value {
      GRAPH <https://w3id.org/subsidia/graph/derived> {
        ?result prov:value ?value ; prov:wasGeneratedBy ?run .
        OPTIONAL { ?result dcterms:subject ?actor }
        OPTIONAL { ?result dcterms:identifier ?part }
        ?run a prov:Activity ; gov:method ?method ; gov:parameters ?parameters ; gov:generation ?generation .
      }
    } ORDER BY ?actor ?part ?value
"""


@pytest.fixture
def small(tmp_path: Path) -> OpenGraph:
    """Open a store of its own: the state pays the town 2006 to 2010, the town the helpers in 2010; two of them meet."""
    tables = {
        **PLACES,
        "actors": [actor("s", "national", "es"), actor("t", "local", "es-town"), actor("h", "local", "es-town")],
        "flows": [
            flow("st", "s", "t", "10.5", year="2006"),
            flow("th", "t", "h", "", year="2010"),
            flow("hh", "h", "h", "1", year="2010"),
        ],
        "mechanisms": [mechanism("m", "s|t")],
    }
    store = Store.create(tmp_path / "small")
    store.load(load_tables(write_tables(tmp_path / "tables", tables)).quads)
    return open_graph(store)


@pytest.fixture(scope="module")
def opened(casebook_store: Store) -> OpenGraph:
    """Open the casebook."""
    return open_graph(casebook_store.path)


def test_importing_the_graph_takes_in_nothing_heavy() -> None:
    heavy = "('pyarrow', 'duckdb', 'networkx', 'igraph', 'pyoxigraph', 'rdflib', 'fastapi', 'pandas')"
    code = f"import sys; from graph import open_graph; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_folder_without_a_store_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable, match="there is no store here"):
        open_graph(tmp_path / "nothing")


@pytest.mark.parametrize("name", TABLES)
def test_every_table_of_the_casebook_has_rows_and_named_columns(opened: OpenGraph, name: str) -> None:
    table = opened.table(name)
    assert table.num_rows > 50
    assert len(set(table.column_names)) == table.num_columns > 7


def test_tables_are_narrowed_by_the_filters_of_the_api(opened: OpenGraph, casebook: Snapshot) -> None:
    flows = opened.flows(country="es", at=2006)
    assert 0 < flows.num_rows < opened.flows().num_rows
    assert all("ES" in (row["payer_country"], row["recipient_country"]) for row in flows.to_pylist())
    assert set(opened.actors(level="regional")["level"].to_pylist()) == {"regional"}
    gaps = opened.gaps(country="NL", field="education")
    assert gaps["id"].to_pylist() == [gap.id for gap in find_gaps(casebook, Filters(country="NL", field="education"))]
    assert opened.flows(actor="es-state", level="sublocal").num_rows == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"country": "XX"}, "unknown country 'XX'"),
        ({"field": "educaton"}, "did you mean education"),
        ({"levl": "local"}, "unknown filter 'levl'; did you mean level"),
        ({"actor": "es-nobody"}, "unknown actor"),
        ({"at": "2006"}, "expected a year as a number"),
    ],
)
def test_an_unknown_filter_is_refused_with_what_is_known(opened: OpenGraph, given: dict[str, str], said: str) -> None:
    with pytest.raises(SubsidiaError, match=said):
        opened.actors(**given)


def test_an_unknown_table_measure_or_kind_is_refused_with_what_is_known(opened: OpenGraph) -> None:
    with pytest.raises(UnknownTerm, match="did you mean actors"):
        opened.table("actor")
    with pytest.raises(UnknownTerm, match="did you mean constraint"):
        opened.measure("constrant")
    with pytest.raises(UnknownTerm, match="competence, coordination, funding, hierarchy"):
        opened.network("x")


def test_projections_are_by_kind_and_by_year(small: OpenGraph) -> None:
    s, t, h = (mint("actor", key) for key in "sth")
    assert set(small.network("funding", at=2006).edges()) == {(s, t)}
    assert set(small.network("funding", at=2010).edges()) == {(t, h), (h, h)}
    assert set(small.network("coordination", "funding", at=2006).edges(data="kind")) == {
        (s, t, "funding"),
        (s, t, "coordination"),
    }
    assert len(small.network("funding", since=2006, until=2010).edges()) == 3
    assert len(small.network("hierarchy")) == 0


def test_networks_become_tables_with_exact_amounts(small: OpenGraph) -> None:
    network = small.network("funding")
    actors, ties = actor_table(network), tie_table(network)
    assert actors["actor"].to_pylist() == [mint("actor", key) for key in "hst"]
    assert actors["level"].to_pylist() == ["local", "national", "local"]
    assert dict(zip(ties["iri"].to_pylist(), ties["amount_min"].to_pylist(), strict=True)) == {
        mint("flow", "hh"): Decimal(1), mint("flow", "st"): Decimal("10.5"), mint("flow", "th"): None,
    }  # fmt: skip
    assert tie_table(nx.MultiDiGraph()).num_rows == actor_table(nx.MultiDiGraph()).num_rows == 0


def test_a_network_is_yours_to_change(opened: OpenGraph) -> None:
    network = opened.network("funding", at=2006)
    network.remove_nodes_from(list(network))
    assert len(opened.network("funding", at=2006)) > 10


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_becomes_a_table_without_nan_and_a_graph_file(opened: OpenGraph, name: str) -> None:
    taken = opened.measure(name, "funding", "hierarchy", at=2010)
    table = taken.table()
    assert table.num_rows > 0
    assert not any(value != value for row in table.to_pylist() for value in row.values())
    if taken.actors is not None:
        assert table["actor"].to_pylist() == list(taken.actors)
        marked = nx.read_graphml(io.BytesIO(network_bytes(taken.marked(), "graphml")))
        number, actor = next((v, a) for a, value in taken.actors.items() for _, v in parts_of(value))
        assert number in marked.nodes[actor].values()


@pytest.mark.parametrize("name", MEASURES)
def test_an_empty_network_gives_tables_without_rows_or_nan(opened: OpenGraph, name: str) -> None:
    taken = opened.measure(name, network=nx.MultiDiGraph())
    table = taken.table()
    assert not any(value != value for row in table.to_pylist() for value in row.values())
    if taken.whole is None:
        assert table.num_rows == 0
    statements = statements_of(taken.computation(), taken.results())
    assert not any("nan" in str(quad.object).casefold() for quad in statements if "value" in quad.predicate.value)


def test_a_published_measure_names_method_parameters_and_generation(small: OpenGraph) -> None:
    taken = small.measure("constraint", "funding", since=2006)
    before = small.generation
    assert small.publish(taken)
    rows = small.select(PUBLISHED).to_pylist()
    # s and h have one partner, t two that are not tied
    assert {row["actor"]: float(row["value"]) for row in rows} == {
        mint("actor", "s"): 1.0, mint("actor", "t"): 0.5, mint("actor", "h"): 1.0,
    }  # fmt: skip
    assert {(row["method"], row["generation"], row["part"]) for row in rows} == {("constraint", str(before), None)}
    assert json.loads(rows[0]["parameters"]) == {"kinds": ["funding"], "since": 2006}
    assert {quad.graph_name for quad in small.snapshot.quads(predicate=expand("prov:value"))} == {NamedNode(DERIVED)}


def test_a_measure_published_twice_is_there_once_and_makes_no_generation(small: OpenGraph) -> None:
    for name in ("constraint", "brokerage", "ei-index", "missing-ties", "communities"):
        assert small.publish(small.measure(name, undirected=True, seed=5))
        once, generation = set(small.snapshot.graph(DERIVED)), small.generation
        assert not small.publish(small.measure(name, undirected=True, seed=5))
        assert (set(small.snapshot.graph(DERIVED)), small.generation) == (once, generation)


def test_a_measure_published_again_from_other_data_takes_the_place_of_the_first(small: OpenGraph) -> None:
    small.publish(small.measure("degree", "funding"))
    small.publish(small.measure("degree", "coordination"))
    gone = list(small.snapshot.quads(subject=mint("flow", "th")))

    def change(database: pyoxigraph.Store) -> None:
        for quad in gone:
            database.remove(quad)

    small.store.commit(change)
    small.refresh()
    here = small.generation
    assert small.publish(small.measure("degree", "funding"))
    rows = [row for row in small.select(PUBLISHED).to_pylist() if "funding" in row["parameters"]]
    assert {(row["actor"], row["value"], row["generation"]) for row in rows} == {
        (mint("actor", key), degree, str(here)) for key, degree in (("s", "1"), ("t", "1"), ("h", "0"))
    }
    assert len(small.select(PUBLISHED)) == len(rows) + 2


def test_only_what_can_be_computed_again_is_published(small: OpenGraph) -> None:
    with pytest.raises(SubsidiaError, match="name its kinds"):
        small.publish(small.measure("degree", network=small.network("funding")))
    with pytest.raises(SubsidiaError, match="kinds and filters, or a network"):
        small.measure("degree", "funding", network=small.network("funding"))


def test_results_are_the_same_statements_in_whatever_order_parameters_come(empty_store: Store) -> None:
    one = Computation("m", "M", "what", "who", {"a": 1, "b": 2}, 3)
    other = Computation("m", "M", "what", "who", {"b": 2, "a": 1}, 3)
    results = [Result(("http://example.org/a",), "1>2", 0.1 + 0.2), Result((), "2>1", 10**20)]
    assert statements_of(one, results) == statements_of(other, results)
    assert len({quad.subject for quad in statements_of(one, results)}) == 3
    assert publish(empty_store, one, results)
    assert not publish(empty_store, other, results)


def test_the_command_publishes_and_says_where(tmp_path: Path, small: OpenGraph) -> None:
    words = ("measure", "brokerage", "--at", "2010", "--publish", "--store", small.store.path)
    done = subsidia(*words)
    assert (done.status, "published as https://w3id.org/subsidia/id/activity/brokerage-" in done.err) == (0, True)
    assert "nothing was changed" in subsidia(*words).err
    small.refresh()
    assert {row["method"] for row in small.select(PUBLISHED).to_pylist()} == {"brokerage"}
    assert subsidia("validate", "--store", small.store.path).status == 0
