"""Measures as the API and the command give them: rows, forms, filters, refusals, and what is undefined."""

from __future__ import annotations

import csv
import io
import json
import time
from typing import Any

import networkx as nx
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.filters import Filters
from graph.measures import MEASURES
from graph.measures.structural_holes import constraint
from graph.network import KINDS, network_of
from graph.snapshot import Snapshot
from graph.store import Store
from loaders.tables.statements import load_tables
from ontology.identifiers import mint, slug
from tests.small_graphs import PLACES, actor, flow, mechanism, write_tables
from tests.test_cli import subsidia

API = "/api/v1/network/measures"


@pytest.fixture(scope="module")
def six(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Make a store of the six ties worked by hand, as money: A and B national, C and D local; one pays itself."""
    folder = tmp_path_factory.mktemp("six")
    bodies = [actor(key, "national", "es") for key in "ab"] + [actor(key, "local", "es-town") for key in "cd"]
    paid = [flow(f"{one}{other}", one, other, year="2010") for one, other in ("ab", "ac", "bc", "bd", "cd", "da")]
    paid.append(flow("ee", "e", "e", "0", year="2011"))
    tables = {
        **PLACES,
        "actors": [*bodies, actor("e", "local", "fr")],
        "flows": paid,
        "mechanisms": [mechanism("m", "a|d")],
    }
    store = Store.create(folder / "store")
    store.load(load_tables(write_tables(folder / "tables", tables)).quads)
    return store


def values(document: Any) -> dict[str, Any]:
    return {slug(row["actor"]): row["value"] for row in document["data"]}


def test_the_api_gives_the_brokerage_worked_by_hand_in_the_rows_of_the_contract(six: Store) -> None:
    with TestClient(create_app(Settings(store=six.path))) as client:
        document = client.get(f"{API}/brokerage", params={"network": "funding", "at": "2010"}).json()
    zero = dict.fromkeys(("coordinator", "itinerant", "representative", "gatekeeper", "liaison"), 0)
    assert document["data"][0] == {
        "actor": mint("actor", "a"),
        "label": "A",
        "level": "national",
        "value": {**zero, "itinerant": 1, "gatekeeper": 1},
    }
    assert values(document) == {
        "a": {**zero, "itinerant": 1, "gatekeeper": 1},
        "b": {**zero, "representative": 1},
        "c": {**zero, "gatekeeper": 1},
        "d": {**zero, "itinerant": 1, "representative": 1},
    }
    meta = document["meta"]
    assert (meta["network"], meta["at"], meta["nodes"], meta["edges"], meta["rows"]) == ("funding", 2010, 4, 6, 4)
    assert meta["whole"]["itinerant"] == 2
    assert meta["measure"]["citation"].startswith("Gould")
    assert "SELECT" in meta["query"]


def test_the_command_prints_the_document_that_the_api_gives(six: Store) -> None:
    with TestClient(create_app(Settings(store=six.path))) as client:
        document = client.get(f"{API}/constraint", params={"network": "funding"}).json()
        listed = client.get(API).json()
    done = subsidia("measure", "constraint", "--network", "funding", "--json", "--store", six.path)
    assert json.loads(done.out) == document
    # e is tied to itself only: no constraint, so null and never NaN
    assert values(document)["e"] is None
    assert json.loads(subsidia("measure", "--json", "--store", six.path).out) == listed
    assert [row["name"] for row in listed["data"]] == list(MEASURES)
    table = subsidia("measure", "brokerage", "--store", six.path, "--at", "2010")
    assert (table.status, "gatekeeper" in table.out) == (0, True)
    assert "network funding: 4 actors, 6 ties" in table.err


def test_the_command_refuses_as_the_api_does(six: Store) -> None:
    done = subsidia("measure", "brokrage", "--store", six.path)
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert "did you mean brokerage?" in done.err
    done = subsidia("measure", "brokerage", "--network", "coordination", "--store", six.path)
    assert done.status == 2
    assert "1 ties have none" in done.err
    done = subsidia("measure", "brokerage", "--network", "coordination", "--undirected", "both", "--store", six.path)
    assert done.status == 0


@pytest.mark.parametrize(
    ("path", "parameter", "near"),
    [
        ("/betweeness", "measure", ["betweenness", "cross-level-betweenness"]),
        ("/degree?network=fundng", "network", ["funding"]),
        ("/degree?country=XX", "country", None),
        ("/degree?at=20x6", "at", None),
        ("/brokerage?network=coordination", "network", None),
        ("/brokerage?network=coordination&undirected=bth", "undirected", ["both"]),
        ("/degree?format=xml", "format", None),
        ("/motifs?format=gexf", "format", None),
        ("/degree?seed=-1", "seed", None),
    ],
)
def test_what_is_not_understood_is_422_and_names_the_parameter(
    client: TestClient, path: str, parameter: str, near: list[str] | None
) -> None:
    answer = client.get(f"{API}{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["parameter"] == parameter
    assert answer.json().get("near") == near


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_of_the_casebook_answers_in_rows_and_numbers(client: TestClient, name: str) -> None:
    answer = client.get(f"{API}/{name}")
    assert answer.status_code == 200
    document = json.loads(answer.text, parse_constant=pytest.fail)
    assert document["meta"]["rows"] == len(document["data"]) > 0
    assert all({"actor", "label", "level"} < row.keys() for row in document["data"])
    if MEASURES[name].yields == "one value for the network":
        assert document["data"][0]["value"] == document["meta"]["whole"]
    again = client.get(f"{API}/{name}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_a_year_of_which_nothing_is_known_gives_a_defined_answer(six: Store) -> None:
    with TestClient(create_app(Settings(store=six.path))) as client:
        for name, measure in MEASURES.items():
            answer = client.get(f"{API}/{name}", params={"at": "1066", "network": "funding"})
            document = json.loads(answer.text, parse_constant=pytest.fail)
            whole = measure.yields == "one value for the network"
            assert (document["meta"]["nodes"], [row["actor"] for row in document["data"]]) == (0, [None] * whole)


def test_the_csv_has_a_column_for_each_entry_and_nothing_for_null(client: TestClient, six: Store) -> None:
    document = client.get(f"{API}/brokerage").json()
    rows = list(csv.DictReader(io.StringIO(client.get(f"{API}/brokerage", params={"format": "csv"}).text)))
    expected = [{**row["value"], "label": row["label"]} for row in document["data"]]
    assert [{name: row[name] for name in found} for row, found in zip(rows, expected, strict=True)] == [
        {name: str(value) for name, value in found.items()} for found in expected
    ]
    with TestClient(create_app(Settings(store=six.path))) as small:
        text = small.get(f"{API}/constraint", params={"network": "funding", "format": "csv"}).text
    assert {row["actor"]: row["value"] for row in csv.DictReader(io.StringIO(text))}[mint("actor", "e")] == ""


def test_a_missing_tie_is_a_row_of_the_csv_with_its_motifs_in_one_cell(client: TestClient) -> None:
    asked = {"network": "coordination", "at": "2006"}
    document = client.get(f"{API}/missing-ties", params=asked).json()
    rows = list(csv.DictReader(io.StringIO(client.get(f"{API}/missing-ties", params={**asked, "format": "csv"}).text)))
    assert len(rows) == len(document["data"]) > 10
    for row, expected in zip(rows, document["data"], strict=True):
        assert (row["actor"], row["other_actor"]) == (expected["actor"], expected["other"]["actor"])
        motifs = [f"{count} {motif}" for motif, count in expected["motifs"].items()]
        assert row["motifs"].split("|") == motifs
        assert sum(expected["motifs"].values()) == int(row["closes"])
        assert float(row["z"]) == expected["z"]
        assert 0 < float(row["p"]) <= 1


@pytest.mark.parametrize("form", ["graphml", "gexf"])
def test_graph_files_carry_the_values_on_their_nodes(six: Store, form: str) -> None:
    read = nx.read_graphml if form == "graphml" else nx.read_gexf
    with TestClient(create_app(Settings(store=six.path))) as client:
        found = {}
        for name in ("constraint", "brokerage", "communities"):
            answer = client.get(f"{API}/{name}", params={"network": "funding", "format": form})
            assert answer.status_code == 200
            found[name] = read(io.BytesIO(answer.content)).nodes
        document = client.get(f"{API}/constraint", params={"network": "funding"}).json()
    for iri, value in ((row["actor"], row["value"]) for row in document["data"]):
        assert found["constraint"][iri].get("constraint") == (None if value is None else pytest.approx(value))
    assert found["brokerage"][mint("actor", "a")]["brokerage_itinerant"] == 1
    assert found["brokerage"][mint("actor", "a")]["level"] == "national"
    assert found["communities"][mint("actor", "e")]["communities"] == 2


def test_filters_narrow_the_network_that_is_measured(client: TestClient, casebook: Snapshot) -> None:
    document = client.get(f"{API}/constraint", params={"country": "ES", "field": "education", "at": "2006"}).json()
    network = network_of(casebook, Filters(country="ES", field="education", at=2006), KINDS)
    expected = {slug(iri): value for iri, value in constraint(network).items()}
    assert values(document) == {name: pytest.approx(value) for name, value in expected.items()}


@pytest.mark.timed
def test_every_measure_of_the_casebook_takes_well_under_a_second(casebook: Snapshot) -> None:
    # 300 ms on two quiet cores; other tests may run beside this one, so processor time and some room
    network = network_of(casebook, Filters(), KINDS)
    for measure in MEASURES.values():
        begun = time.process_time()
        measure.of(network, undirected=True)
        assert time.process_time() - begun < 0.9, measure.name


def test_the_same_question_gives_the_same_bytes_in_another_process(six: Store) -> None:
    for name in ("communities", "ei-index", "missing-ties", "rich-club", "layer-correlations", "effective-size"):
        words = ("measure", name, "--network", "all", "--seed", "3", "--json", "--store", six.path)
        assert subsidia(*words, PYTHONHASHSEED="1").out == subsidia(*words, PYTHONHASHSEED="2").out
