"""Clients that people have: each asks a running service, as its own manual says, and gets the right answer."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pandas
import pytest
import rdflib
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from SPARQLWrapper import CSV, GET, JSON, JSONLD, N3, POST, RDFXML, TSV, TURTLE, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed, Unauthorized

from graph.store import Store
from tests.service import Service, serving

EX: Final = "http://example.org/"
G: Final = f"{EX}graph/towns"
TOKEN: Final = "s3cret"
# labels with what each format has to escape
TOWNS: Final = {"ghent": 'Gent, "stad"', "nancy": "Nancy\nMeurthe", "lodz": "Łódź <&>\t%2B+"}
SELECT: Final = (
    f"SELECT ?town ?label ?people WHERE {{ ?town <{EX}label> ?label ; <{EX}people> ?people }} ORDER BY ?town"
)
PEOPLE: Final = {"ghent": 265_086, "nancy": 104_260, "lodz": 658_444}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Serve three towns in the default graph and one statement in a graph with a name, and take writes."""
    store = Store.create(tmp_path_factory.mktemp("clients") / "store")
    label, people = NamedNode(f"{EX}label"), NamedNode(f"{EX}people")
    quads = [Quad(NamedNode(EX + key), label, Literal(said, language="pl")) for key, said in TOWNS.items()]
    quads += [Quad(NamedNode(EX + key), people, Literal(count)) for key, count in PEOPLE.items()]
    store.load([*quads, Quad(NamedNode(f"{EX}ghent"), NamedNode(f"{EX}in"), NamedNode(f"{EX}belgium"), NamedNode(G))])
    with serving(store.path, token=TOKEN, readers="2") as found:
        yield found


@pytest.fixture
def address(service: Service) -> str:
    return f"http://127.0.0.1:{service.port}"


EXPECTED: Final = [(EX + key, TOWNS[key], PEOPLE[key]) for key in sorted(TOWNS)]

# --- SPARQLWrapper ---------------------------------------------------------------------------------------------------


def wrapper(address: str, query: str, form: str, method: str = GET) -> SPARQLWrapper:
    made = SPARQLWrapper(f"{address}/sparql")
    made.setMethod(method)
    made.setReturnFormat(form)
    made.setQuery(query)
    return made


def converted(address: str, query: str, form: str, method: str = GET) -> Any:
    return wrapper(address, query, form, method).queryAndConvert()


@pytest.mark.parametrize("method", [GET, POST])
def test_sparqlwrapper_reads_solutions(address: str, method: str) -> None:
    found = converted(address, SELECT, JSON, method)["results"]["bindings"]
    rows = [(row["town"]["value"], row["label"]["value"], int(row["people"]["value"])) for row in found]
    assert rows == EXPECTED
    document = converted(address, SELECT, XML, method)
    assert [node.firstChild.data for node in document.getElementsByTagName("uri")] == [row[0] for row in EXPECTED]
    table = converted(address, SELECT, CSV, method).decode()
    assert [tuple(row) for row in csv.reader(io.StringIO(table))][1:] == [(*row[:2], str(row[2])) for row in EXPECTED]
    assert converted(address, SELECT, TSV, method).decode().startswith("?town\t?label\t?people\n")


def test_sparqlwrapper_reads_booleans_and_graphs(address: str) -> None:
    assert converted(address, f"ASK {{ ?s <{EX}people> 265086 }}", JSON)["boolean"] is True
    construct = f"CONSTRUCT {{ ?s <{EX}count> ?o }} WHERE {{ ?s <{EX}people> ?o }}"
    expected = {(rdflib.URIRef(EX + key), rdflib.URIRef(f"{EX}count"), rdflib.Literal(n)) for key, n in PEOPLE.items()}
    turtle = converted(address, construct, TURTLE)
    assert set(rdflib.Graph().parse(data=turtle, format="turtle")) == expected


@pytest.mark.parametrize("form", [JSONLD, N3, RDFXML])
def test_sparqlwrapper_has_other_names_for_formats(address: str, form: str) -> None:
    answer = wrapper(address, f"CONSTRUCT {{ ?s <{EX}count> ?o }} WHERE {{ ?s <{EX}people> ?o }}", form).query()
    kind = {JSONLD: RdfFormat.JSON_LD, N3: RdfFormat.TURTLE, RDFXML: RdfFormat.RDF_XML}[form]
    assert len(list(parse(answer.response.read(), kind))) == 3


def test_sparqlwrapper_names_a_default_graph(address: str) -> None:
    asked = wrapper(address, "SELECT ?o WHERE { ?s ?p ?o }", JSON)
    asked.addDefaultGraph(G)
    answer: Any = asked.queryAndConvert()
    assert [row["o"]["value"] for row in answer["results"]["bindings"]] == [f"{EX}belgium"]


def test_sparqlwrapper_tells_what_is_wrong(address: str) -> None:
    with pytest.raises(QueryBadFormed, match="line 1, column"):
        wrapper(address, "SELECT ?x WHERE", JSON).query()
    asked = SPARQLWrapper(f"{address}/update")
    asked.setMethod(POST)
    asked.setQuery("CLEAR DEFAULT")
    with pytest.raises(Unauthorized):
        asked.query()


def test_sparqlwrapper_updates_with_the_token(address: str) -> None:
    asked = SPARQLWrapper(f"{address}/update")
    asked.addCustomHttpHeader("Authorization", f"Bearer {TOKEN}")
    asked.setMethod(POST)
    asked.setQuery(f"INSERT DATA {{ GRAPH <{EX}w> {{ <{EX}a> <{EX}b> 'é+%' }} }}")
    asked.query()
    answer = converted(address, f"SELECT ?o {{ GRAPH <{EX}w> {{ ?s ?p ?o }} }}", JSON)
    assert [row["o"]["value"] for row in answer["results"]["bindings"]] == ["é+%"]


# --- rdflib ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["xml", "json", "csv", "tsv"])
@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_reads_the_endpoint_as_a_store(address: str, method: str, form: str) -> None:
    graph = rdflib.Graph(SPARQLStore(f"{address}/sparql", method=method, returnFormat=form))
    found: Any = graph.query(SELECT)
    assert [(str(town), str(label), int(people)) for town, label, people in found] == EXPECTED


def test_rdflib_reads_patterns_and_named_graphs(address: str) -> None:
    store = SPARQLStore(f"{address}/sparql", returnFormat="json")
    graph = rdflib.Graph(store)
    ghent, people = rdflib.URIRef(f"{EX}ghent"), rdflib.URIRef(f"{EX}people")
    assert graph.value(ghent, people) == rdflib.Literal(265_086)
    assert len(list(graph.triples((None, people, None)))) == 3
    named = rdflib.Graph(store, identifier=rdflib.URIRef(G))
    assert set(named) == {(ghent, rdflib.URIRef(f"{EX}in"), rdflib.URIRef(f"{EX}belgium"))}
    assert bool(graph.query(f"ASK {{ GRAPH <{G}> {{ ?s ?p ?o }} }}"))


def test_rdflib_writes_through_the_endpoint(address: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    store = SPARQLUpdateStore(f"{address}/sparql", f"{address}/update", headers=headers, returnFormat="json")
    graph = rdflib.Graph(store, identifier=rdflib.URIRef(f"{EX}written"))
    said = (rdflib.URIRef(f"{EX}a"), rdflib.URIRef(f"{EX}b"), rdflib.Literal('a "quoted"\nline', lang="en"))
    graph.add(said)
    assert set(graph) == {said}
    graph.update(f"INSERT {{ ?s <{EX}c> ?o }} WHERE {{ ?s <{EX}b> ?o }}")
    assert len(graph) == 2
    graph.remove(said)
    assert list(graph.predicates()) == [rdflib.URIRef(f"{EX}c")]


# --- pandas, curl ----------------------------------------------------------------------------------------------------


def test_pandas_reads_a_query_as_a_table(address: str) -> None:
    table = pandas.read_csv(f"{address}/sparql?{urlencode({'query': SELECT, 'format': 'csv'})}")
    assert list(table.itertuples(index=False, name=None)) == EXPECTED
    assert int(table["people"].sum()) == sum(PEOPLE.values())


def curl(*arguments: str) -> bytes:
    found = shutil.which("curl")
    if found is None:
        pytest.skip("no curl on this machine")
    return subprocess.run([found, "-sS", *arguments], capture_output=True, check=True, timeout=30).stdout


def test_curl_asks_and_writes(address: str, tmp_path: Path) -> None:
    results = curl("-G", f"{address}/sparql", "--data-urlencode", f"query={SELECT}", "-H", "Accept: text/csv").decode()
    assert list(csv.reader(io.StringIO(results)))[1] == [EXPECTED[0][0], TOWNS["ghent"], "265086"]
    query = tmp_path / "query.rq"
    query.write_text(SELECT)
    direct = curl(f"{address}/sparql", "-H", "Content-Type: application/sparql-query", "--data-binary", f"@{query}")
    assert len(json.loads(direct)["results"]["bindings"]) == 3
    zipped = curl("--compressed", f"{address}/sparql", "--data-urlencode", f"query={SELECT}")
    assert json.loads(zipped) == json.loads(direct)
    turtle = tmp_path / "data.ttl"
    turtle.write_text(f"<{EX}x> <{EX}y> 1 .")
    graph, token = f"{address}/store?graph={EX}curl", f"Authorization: Bearer {TOKEN}"
    sent = ["-T", str(turtle), graph, "-H", "Content-Type: text/turtle", "-H", token]
    assert curl(*sent, "-o", str(tmp_path / "out"), "-w", "%{http_code}") == b"201"
    assert curl(graph, "-H", "Accept: application/n-triples").decode().startswith(f"<{EX}x> <{EX}y> ")
    assert curl("-X", "DELETE", graph, "-H", token, "-o", str(tmp_path / "out"), "-w", "%{http_code}") == b"204"
