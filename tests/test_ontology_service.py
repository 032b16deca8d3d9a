"""The ontology as it is served: by Accept and ending, in its versions, each term with what it is used for."""

from __future__ import annotations

from itertools import pairwise

import pytest
from pyoxigraph import RdfFormat, parse
from rdflib import OWL, Graph, URIRef
from rdflib.compare import isomorphic
from starlette.testclient import TestClient

from graph.rdf import to_rdflib
from graph.snapshot import Snapshot
from graph.store import Store
from graph.usage import term_usage
from ontology.identifiers import DEF
from ontology.terms import terms, version
from ontology.versions import published
from ontology.vocabulary import ontology_files


@pytest.fixture(scope="module")
def whole() -> Graph:
    """Read the ontology from its files."""
    rdf = Graph()
    for path in ontology_files():
        rdf.parse(path)
    return rdf


@pytest.mark.parametrize(
    ("media_type", "ending", "form"),
    [
        ("text/turtle", "ttl", RdfFormat.TURTLE),
        ("application/ld+json", "jsonld", RdfFormat.JSON_LD),
        ("application/rdf+xml", "rdf", RdfFormat.RDF_XML),
        ("application/n-triples", "nt", RdfFormat.N_TRIPLES),
    ],
)
def test_the_ontology_is_the_same_in_every_form(
    client: TestClient, whole: Graph, media_type: str, ending: str, form: RdfFormat
) -> None:
    asked = client.get("/ontology", headers={"Accept": media_type})
    named = client.get(f"/ontology.{ending}")
    assert asked.headers["content-type"].startswith(media_type)
    assert asked.content == named.content
    assert isomorphic(to_rdflib(parse(asked.content, format=form)), whole)


def test_the_namespace_leads_to_the_ontology_and_a_version_to_its_copy(client: TestClient, whole: Graph) -> None:
    found = client.get("/def/", headers={"Accept": "text/turtle"})
    assert [answer.status_code for answer in found.history] == [303]
    assert isomorphic(Graph().parse(data=found.text, format="turtle"), whole)
    copy = client.get(f"/def/{version()}", headers={"Accept": "text/turtle"})
    assert isomorphic(Graph().parse(data=copy.text, format="turtle"), whole)
    assert client.get("/ontology/0.2.0.ttl").status_code == 200


def test_the_copy_of_this_version_is_the_ontology(whole: Graph) -> None:
    assert version() in published(), "write it: python -m ontology.versions"
    copy = Graph().parse(published()[version()])
    assert isomorphic(copy, whole), "the ontology has changed: give it a new version, then python -m ontology.versions"
    assert list(published())[-1] == version()


def test_each_version_names_the_one_before_it() -> None:
    copies = list(published().items())
    for (before, _), (name, path) in pairwise(copies):
        header = Graph().parse(path)
        assert header.value(URIRef(DEF), OWL.versionIRI) == URIRef(DEF + name)
        assert header.value(URIRef(DEF), OWL.priorVersion) == URIRef(DEF + before)


@pytest.mark.parametrize(
    "path", ["/ontology/0.0.9.ttl", "/ontology/nothing", "/ontology.doc", "/ontology/..%2fcore.ttl"]
)
def test_what_is_not_there_is_said_to_be_so(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_ontology_that_cannot_be_accepted_is_refused_and_an_unchanged_one_not_sent_again(client: TestClient) -> None:
    assert client.get("/ontology", headers={"Accept": "image/png"}).status_code == 406
    first = client.get("/ontology.ttl")
    again = client.get("/ontology.ttl", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = client.head("/ontology.ttl")
    assert (head.status_code, head.content) == (200, b"")


def test_context_and_alignments_can_be_had(client: TestClient) -> None:
    assert "@context" in client.get("/ontology/context.jsonld").json()
    alignments = Graph().parse(data=client.get("/ontology/alignments.ttl").text, format="turtle")
    assert len(alignments) > 50


def test_every_term_is_read_with_label_definition_and_source() -> None:
    found = terms()
    assert {term.kind for term in found.values()} == {"class", "property", "scheme", "concept"}
    bare = [iri for iri, term in found.items() if not (term.label and term.definition and term.sources)]
    assert bare == []
    assert found[DEF + "level"].values_from == "level"
    assert found[DEF + "field/newcomer-reception"].broader == DEF + "field/integration"
    assert found[DEF + "FundingFlow"].kind == "class"


def test_uses_are_counted_in_the_data_and_not_in_the_ontology(casebook: Snapshot) -> None:
    usage = term_usage(casebook)
    flows = casebook.instances("gov:FundingFlow")
    assert usage[DEF + "FundingFlow"].uses == len(flows)
    assert usage[DEF + "FundingFlow"].example == flows[0]
    assert DEF + "valuesFrom" not in usage


def test_nothing_is_used_in_an_empty_store(empty_store: Store) -> None:
    assert term_usage(empty_store.snapshot()) == {}


def test_the_page_names_every_term(client: TestClient) -> None:
    text = client.get("/ontology", headers={"Accept": "text/html"}).text
    missing = [term.name for term in terms().values() if f'id="{term.name.removeprefix("scheme/")}"' not in text]
    assert missing == []
