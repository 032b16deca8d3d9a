"""Descriptions: what the service says of itself and its data in RDF agrees with the data, in every form."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from rdflib import DCAT, DCTERMS, FOAF, RDF, RDFS, SH, VOID, Graph, Namespace, URIRef
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from api.stores import CASEBOOK, open_store
from graph.snapshot import Snapshot
from graph.statistics import graph_counts
from graph.store import Store
from ontology.competency import questions
from ontology.identifiers import DEF, ID, graph_name
from tests.service import serving

SD: Final = Namespace("http://www.w3.org/ns/sparql-service-description#")
SCHEMA: Final = Namespace("https://schema.org/")
SPDX: Final = Namespace("http://spdx.org/rdf/terms#")
DCAT_VERSION: Final = URIRef("http://www.w3.org/ns/dcat#version")
SITE: Final = "http://testserver"
FORMS: Final = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
}
PATHS: Final = ("/sparql", "/.well-known/void", "/dcat", "/.well-known/sparql-examples")

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # inside rdflib's JSON-LD parser


def _read(answer: Any) -> Graph:
    assert answer.status_code == 200, answer.text
    form = FORMS[answer.headers["content-type"].partition(";")[0]]
    return Graph().parse(io.BytesIO(answer.content), format=form)


@pytest.mark.parametrize("path", PATHS)
def test_a_description_says_the_same_in_every_form(client: TestClient, path: str) -> None:
    found = {}
    for accept in FORMS:
        answer = client.get(path, headers={"Accept": accept})
        assert answer.headers["content-type"].partition(";")[0] == accept
        assert "Accept" in answer.headers["vary"]
        found[accept] = {(str(s), str(p), str(o)) for s, p, o in _read(answer)}
    assert len({frozenset(statements) for statements in found.values()}) == 1
    assert len(found["text/turtle"]) > 30


@pytest.mark.parametrize("path", PATHS)
def test_a_description_is_unchanged_until_the_next_commit_and_is_no_page(client: TestClient, path: str) -> None:
    first = client.get(path)
    assert first.headers["content-type"].startswith("text/turtle")
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get(path, headers={"If-None-Match": first.headers["etag"], "Accept": "application/n-triples"})
    assert other.status_code == 200
    assert client.head(path).headers["etag"] == first.headers["etag"]
    assert client.get(path, headers={"Accept": "image/png"}).status_code == 406


def test_what_a_federated_client_accepts_gets_the_service_description_as_rdf(client: TestClient) -> None:
    comunica = (
        "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,application/n-triples;q=0.8,"
        "text/turtle;q=0.6,application/rdf+xml;q=0.5,text/html;q=0.2"
    )
    described = _read(client.get("/sparql", headers={"Accept": comunica}))
    assert described.value(predicate=SD.endpoint, object=URIRef(f"{SITE}/sparql")) is not None


def test_the_service_description_tells_languages_formats_and_features(client: TestClient) -> None:
    rdf = _read(client.get("/sparql"))
    service = rdf.value(predicate=SD.endpoint, object=URIRef(f"{SITE}/sparql"))
    updates = rdf.value(predicate=SD.endpoint, object=URIRef(f"{SITE}/update"))
    for each in (service, updates):
        assert (each, RDF.type, SD.Service) in rdf
    assert set(rdf.objects(service, SD.supportedLanguage)) == {SD.SPARQL10Query, SD.SPARQL11Query}
    assert set(rdf.objects(updates, SD.supportedLanguage)) == {SD.SPARQL11Update}
    assert set(rdf.objects(service, SD.feature)) == {SD.UnionDefaultGraph}, "nothing is dereferenced"
    formats = {str(iri).rpartition("/")[2] for iri in rdf.objects(service, SD.resultFormat)}
    assert formats == {f"SPARQL_Results_{name}" for name in ("JSON", "XML", "CSV", "TSV")} | {
        "Turtle",
        "N-Triples",
        "RDF_XML",
        "JSON-LD",
    }


def test_a_federation_is_told(casebook_store: Store) -> None:
    with TestClient(create_app(Settings(store=casebook_store.path, federation=("example.org",)))) as client:
        assert (None, SD.feature, SD.BasicFederatedQuery) in _read(client.get("/sparql"))


def test_the_dataset_has_each_named_graph_with_its_triples(client: TestClient, casebook: Snapshot) -> None:
    rdf = _read(client.get("/sparql"))
    service = rdf.value(predicate=SD.endpoint, object=URIRef(f"{SITE}/sparql"))
    dataset = rdf.value(service, SD.defaultDataset)
    counted = {
        str(rdf.value(named, SD.name)): int(str(rdf.value(rdf.value(named, SD.graph), VOID.triples)))
        for named in rdf.objects(dataset, SD.namedGraph)
    }
    assert counted == _counted(casebook)
    default = rdf.value(rdf.value(dataset, SD.defaultGraph), VOID.triples)
    assert int(str(default)) == casebook.size


def _counted(snapshot: Snapshot) -> dict[str, int]:
    """Count the statements of each graph one by one."""
    found: dict[str, int] = {}
    for quad in snapshot.quads():
        name = str(getattr(quad.graph_name, "value", ""))
        found[name] = found.get(name, 0) + 1
    return found


def test_void_counts_classes_and_properties_as_they_are(client: TestClient, casebook: Snapshot) -> None:
    rdf = _read(client.get("/.well-known/void"))
    graph = "https://w3id.org/subsidia/graph/handbook-2007"
    part = rdf.value(predicate=DCTERMS.identifier, object=URIRef(graph))
    quads = list(casebook.graph(graph))
    found = {str(rdf.value(each, VOID["class"])): each for each in rdf.objects(part, VOID.classPartition)}
    for iri, node in found.items():
        things = {quad.subject for quad in quads if getattr(quad.object, "value", "") == iri}
        assert int(str(rdf.value(node, VOID.entities))) == len(things)
    properties = {str(rdf.value(each, VOID.property)): each for each in rdf.objects(part, VOID.propertyPartition)}
    assert set(properties) == {quad.predicate.value for quad in quads}
    for iri, node in properties.items():
        same = [quad for quad in quads if quad.predicate.value == iri]
        assert int(str(rdf.value(node, VOID.triples))) == len(same)
        assert int(str(rdf.value(node, VOID.distinctSubjects))) == len({quad.subject for quad in same})
    assert URIRef(DEF) in set(rdf.objects(part, VOID.vocabulary))
    for example in rdf.objects(part, VOID.exampleResource):
        assert str(example).startswith("http")
        assert casebook.has(str(example))
        if str(example).startswith(ID):
            here = urlsplit(str(example)).path.removeprefix("/subsidia")
            assert client.get(here, headers={"Accept": "text/turtle"}).status_code == 200


def test_every_dump_that_is_named_is_there(client: TestClient, casebook: Snapshot) -> None:
    void, dcat = _read(client.get("/.well-known/void")), _read(client.get("/dcat"))
    dumps = set(void.objects(None, VOID.dataDump))
    assert dumps == set(dcat.objects(None, DCAT.downloadURL))
    assert len(dumps) == 4 * len(graph_counts(casebook))
    for dump in dumps:
        if str(dump).endswith((".nt", ".ttl")):
            answer = client.get(str(dump).removeprefix(SITE))
            assert answer.status_code == 200, dump


def test_the_catalogue_tells_licence_publisher_dates_services_and_sources(
    client: TestClient, casebook: Snapshot
) -> None:
    rdf = _read(client.get("/dcat"))
    (catalogue,) = rdf.subjects(RDF.type, DCAT.Catalog)
    dataset, own = URIRef(f"{SITE}/.well-known/void#dataset"), URIRef(f"{SITE}/dcat#casebook")
    assert set(rdf.objects(catalogue, DCAT.dataset)) == {dataset, own}
    for node in (catalogue, dataset):
        for needed in (DCTERMS.title, DCTERMS.description, DCTERMS.issued, DCTERMS.modified):
            assert rdf.value(node, needed) is not None, needed
        assert rdf.value(node, DCTERMS.license) == URIRef("https://creativecommons.org/licenses/by/4.0/")
        assert rdf.value(rdf.value(node, DCTERMS.publisher), FOAF.name) is not None
    addresses = {str(address) for address in rdf.objects(None, DCAT.endpointURL)}
    assert addresses == {f"{SITE}/sparql", f"{SITE}/api/v1"}
    assert {str(iri) for iri in rdf.objects(dataset, DCTERMS.source)} == set(casebook.instances("gov:Source"))
    for way in rdf.objects(dataset, DCAT.distribution):
        assert rdf.value(way, DCAT.accessURL) is not None
        assert rdf.value(way, DCAT.mediaType) is not None


def test_the_casebook_is_a_dataset_with_version_day_extent_and_files_of_its_own(client: TestClient) -> None:
    rdf, own = _read(client.get("/dcat")), URIRef(f"{SITE}/dcat#casebook")
    line = (CASEBOOK / "EDITIONS").read_text().splitlines()[-1]
    version, issued, digest = line.split()
    assert [str(rdf.value(own, each)) for each in (DCAT_VERSION, DCTERMS.issued)] == [version, issued]
    assert str(rdf.value(rdf.value(own, SPDX.checksum), SPDX.checksumValue)) == digest
    assert rdf.value(own, DCTERMS.license) == URIRef("https://creativecommons.org/licenses/by/4.0/")
    for property_ in (DCTERMS.publisher, DCTERMS.creator):
        assert str(rdf.value(rdf.value(own, property_), FOAF.name)) == "Subsidia developers"
    assert len(list(rdf.objects(own, DCAT.keyword))) == 5
    # events.csv: a national integration policy in Sweden, from 1974; a round table of 19 May 2015
    period = rdf.value(own, DCTERMS.temporal)
    assert [str(rdf.value(period, each)) for each in (DCAT.startDate, DCAT.endDate)] == ["1974", "2015"]
    countries = {str(iri).rpartition("/")[2] for iri in rdf.objects(own, DCTERMS.spatial)}
    assert countries >= {"ESP", "NLD", "DEU", "GBR"}, "duties, measures and mechanisms of theirs are in the tables"
    assert not countries & {"COL", "TUN"}, "bodies of these are named, but nothing is said to hold there"
    files = {str(rdf.value(way, DCAT.downloadURL)) for way in rdf.objects(own, DCAT.distribution)}
    assert f"{SITE}/graph/casebook.ttl" in files
    assert not any("ontology" in name for name in files)
    assert len(files) == 4 * 7, "four forms of what is shared and of six sources"


def test_a_casebook_that_was_changed_has_no_version(tmp_path: Path) -> None:
    own = open_store(tmp_path / "store")
    thing, graph = NamedNode("http://example.org/thing"), NamedNode(graph_name("casebook"))
    with TestClient(create_app(Settings(store=own.path))) as client:
        casebook = URIRef(f"{SITE}/dcat#casebook")
        assert _read(client.get("/dcat")).value(casebook, DCAT_VERSION) is not None
        own.load([Quad(thing, thing, thing, graph)])
        changed = _read(client.get("/dcat"))
        assert changed.value(casebook, DCAT_VERSION) is None
        assert "changed" in str(changed.value(casebook, URIRef("http://www.w3.org/ns/adms#versionNotes")))


def test_every_example_runs_as_it_stands_and_is_one_of_the_competency_questions(client: TestClient) -> None:
    rdf = _read(client.get("/.well-known/sparql-examples"))
    examples = list(rdf.subjects(RDF.type, SH.SPARQLSelectExecutable))
    assert len(examples) == len(questions())
    for example in examples:
        assert (example, RDF.type, SH.SPARQLExecutable) in rdf
        assert str(rdf.value(example, SCHEMA.target)) == f"{SITE}/sparql"
        assert rdf.value(example, RDFS.comment) is not None
        assert rdf.value(rdf.value(example, SH.prefixes), SH.declare) is not None
    for example in sorted(examples, key=str)[::12]:
        answer = client.get("/sparql", params={"query": str(rdf.value(example, SH.select)), "format": "json"})
        assert answer.status_code == 200, answer.text


def test_a_description_follows_the_data_and_the_address(tmp_path: Any) -> None:
    own = Store.create(tmp_path / "store")
    thing, name, graph = (NamedNode(f"http://example.org/{each}") for each in ("thing", "name", "graph"))
    with TestClient(create_app(Settings(store=own.path))) as client:
        first = client.get("/.well-known/void")
        assert set(_read(first).objects(None, VOID.subset)) == set()
        own.load([Quad(thing, name, Literal("a"), graph), Quad(thing, NamedNode(str(RDF.type)), thing, graph)])
        second = client.get("/.well-known/void", headers={"If-None-Match": first.headers["etag"]})
        rdf = _read(second)
        (part,) = rdf.objects(None, VOID.subset)
        assert int(str(rdf.value(part, VOID.triples))) == 2
        assert set(rdf.objects(part, VOID.vocabulary)) == {
            URIRef("http://example.org/"),
            URIRef("http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
        }
        assert set(rdf.objects(part, VOID.dataDump)) == set(), "this graph has no address here"
        other = client.get("/sparql", headers={"Host": "data.example.org"})
        assert "http://data.example.org/sparql" in other.text


def test_the_same_data_give_the_same_bytes_in_every_process(casebook_store: Store) -> None:
    found = []
    for _ in range(2):
        with serving(casebook_store.path, readers="1") as service:
            replies = [service.request("GET", path, Accept=accept, Host="x.org") for path in PATHS for accept in FORMS]
            found.append([reply.body for reply in replies])
    assert found[0] == found[1]
