"""The Graph Store Protocol, as SPARQL 1.1 Graph Store HTTP Protocol says (section 5), and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pytest
import rdflib
from rdflib.compare import isomorphic
from starlette.testclient import TestClient

from api.multipart import parts_of
from ontology.identifiers import graph_name
from tests.write_help import generation, refused
from tests.write_service import AS_PARTNER, serving

G: Final = "http://example.org/graph/a"
TURTLE: Final = {**AS_PARTNER, "Content-Type": "text/turtle"}
JOHN: Final = """
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix v: <http://www.w3.org/2006/vcard/ns#> .
<http://example.org/john> a foaf:Person ; foaf:businessCard [ a v:VCard ; v:fn "John Doe" ] ; foaf:nick "è"@it .
"""
JANE: Final = JOHN.replace("John Doe", "Jane Doe")
NAMES: Final = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with serving(tmp_path_factory.mktemp("graphs") / "store", update_bytes=200_000, update_timeout=20.0) as found:
        yield found


@pytest.fixture
def clean(client: TestClient) -> TestClient:
    """Give the service without the graph that these tests write, and with an empty default graph."""
    client.delete("/store", params={"graph": G}, headers=AS_PARTNER)
    client.delete("/store?default", headers=AS_PARTNER)
    return client


def put(client: TestClient, body: str | bytes, kind: str = "text/turtle", graph: str = G) -> Any:
    headers = {**AS_PARTNER, "Content-Type": kind}
    return client.put("/store", params={"graph": graph}, content=body, headers=headers)


def get(client: TestClient, accept: str = "text/turtle", graph: str = G) -> Any:
    return client.get("/store", params={"graph": graph}, headers={"Accept": accept})


def rdf(text: str, form: str = "turtle") -> rdflib.Graph:
    return rdflib.Graph().parse(data=text, format=form)


# --- PUT (5.3) -------------------------------------------------------------------------------------------------------


def test_put_makes_a_graph_and_replaces_it(clean: TestClient) -> None:
    assert put(clean, JOHN).status_code == 201
    assert isomorphic(rdf(get(clean).text), rdf(JOHN))
    assert put(clean, JANE).status_code == 204
    assert isomorphic(rdf(get(clean).text), rdf(JANE))


def test_put_of_nothing_makes_an_empty_graph(clean: TestClient) -> None:
    assert put(clean, "").status_code == 201
    assert (get(clean).status_code, len(rdf(get(clean).text))) == (200, 0)
    assert put(clean, JOHN).status_code == 204
    assert put(clean, "").status_code == 204
    assert len(rdf(get(clean).text)) == 0


def test_the_default_graph_is_always_there_and_is_no_union(clean: TestClient) -> None:
    put(clean, JANE)
    assert clean.get("/store?default", headers={"Accept": "application/n-triples"}).text == ""
    assert clean.put("/store?default", content=JOHN, headers=TURTLE).status_code == 204
    answer = clean.get("/store", params={"default": ""}, headers={"Accept": "text/turtle"})
    assert isomorphic(rdf(answer.text), rdf(JOHN))
    assert clean.delete("/store?default", headers=AS_PARTNER).status_code == 204
    assert clean.get("/store?default").status_code == 200
    assert isomorphic(rdf(get(clean).text), rdf(JANE)), "other graphs are left alone"


# --- POST (5.5) ------------------------------------------------------------------------------------------------------


def post(client: TestClient, body: str, **more: Any) -> Any:
    return client.post("/store", params={"graph": G}, content=body, headers=TURTLE, **more)


def test_post_makes_a_graph_and_adds_to_it(clean: TestClient) -> None:
    assert post(clean, JOHN).status_code == 201
    assert post(clean, "<http://example.org/john> <http://example.org/p> 1 .").status_code == 204
    both = rdf(JOHN + "<http://example.org/john> <http://example.org/p> 1 .")
    assert isomorphic(rdf(get(clean).text), both)
    assert post(clean, "").status_code == 204
    assert isomorphic(rdf(get(clean).text), both)


def test_a_blank_node_of_one_document_is_none_of_another(clean: TestClient) -> None:
    text = "_:same <http://example.org/p> 1 ."
    for kind in ("text/turtle", "application/n-triples"):
        headers = {**AS_PARTNER, "Content-Type": kind}
        clean.post("/store", params={"graph": G}, content=text.replace("1", '"1"'), headers=headers)
    document = '{"@id": "_:same", "http://example.org/p": "1"}'
    headers = {**AS_PARTNER, "Content-Type": "application/ld+json"}
    assert clean.post("/store", params={"graph": G}, content=document, headers=headers).status_code == 204
    assert len(rdf(get(clean).text)) == 3


def test_post_without_a_graph_makes_a_new_one_and_says_where(clean: TestClient) -> None:
    answer = clean.post("/store", content=JOHN, headers=TURTLE)
    assert answer.status_code == 201
    made = answer.headers["location"]
    for again in (clean.get(made, headers={"Accept": "text/turtle"}), get(clean, graph=made)):
        assert isomorphic(rdf(again.text), rdf(JOHN)), "where it is, is its name"
    other = clean.post("/store", content=JOHN, headers=TURTLE)
    assert other.headers["location"] != answer.headers["location"]


# --- Direct identification (4.1) -------------------------------------------------------------------------------------


def test_a_graph_below_the_store_has_its_own_address_as_its_name(clean: TestClient) -> None:
    """put_get_repeat, put_delete_get_delete, head_existing and head_non_existing."""
    name = "http://testserver/store/person/a%20b.ttl"
    assert clean.put("/store/person/a%20b.ttl", content=JOHN, headers=TURTLE).status_code == 201
    assert isomorphic(rdf(get(clean, graph=name).text), rdf(JOHN))
    assert put(clean, JANE, graph=name).status_code == 204
    assert isomorphic(rdf(clean.get("/store/person/a%20b.ttl").text), rdf(JANE))
    assert clean.post("/store/person/a%20b.ttl", content="<#x> <#y> <c> .", headers=TURTLE).status_code == 204
    assert (
        f"<{name}#x> <{name}#y> <http://testserver/store/person/c> ." in get(clean, "application/n-triples", name).text
    )
    assert clean.head("/store/person/a%20b.ttl", headers={"Accept": "text/turtle; charset=utf-8"}).status_code == 200
    assert clean.delete("/store/person/a%20b.ttl", headers=AS_PARTNER).status_code == 204
    assert clean.head("/store/person/a%20b.ttl").status_code == 404
    assert clean.delete("/store/person/a%20b.ttl", headers=AS_PARTNER).status_code == 404


def test_below_the_store_nothing_else_is_named_and_writes_need_the_token(clean: TestClient) -> None:
    for more in ("?default", f"?graph={G}"):
        refused(clean.get(f"/store/person{more}"), 400, "is a graph already")
    assert clean.put("/store/person", content=JOHN, headers={"Content-Type": "text/turtle"}).status_code == 401
    refused(clean.get("/store/"), 400, "name one graph")
    assert clean.patch("/store/person").headers["allow"] == "GET, HEAD, PUT, POST, DELETE"


def multipart(*parts: tuple[str, str]) -> tuple[bytes, str]:
    lines = [f'--B\r\nContent-Disposition: form-data; name="{n}"; filename="{n}"\r\nContent-Type: {kind}\r\n\r\n{text}'
             for n, (kind, text) in enumerate(parts)]  # fmt: skip
    return ("\r\n".join(lines) + "\r\n--B--\r\n").encode(), 'multipart/form-data; boundary="B"'


def test_each_part_of_a_form_is_added_in_its_own_format(clean: TestClient) -> None:
    nt = '<http://example.org/john> <http://example.org/p> "--B" .\n'
    body, kind = multipart(("text/turtle; charset=utf-8", JOHN), ("application/n-triples", nt))
    headers = {**AS_PARTNER, "Content-Type": kind}
    assert clean.post("/store", params={"graph": G}, content=body, headers=headers).status_code == 201
    assert isomorphic(rdf(get(clean).text), rdf(JOHN + nt))


def test_a_form_with_one_bad_part_adds_none(clean: TestClient) -> None:
    before = generation(clean)
    for parts, status in (
        ([("text/turtle", JOHN), ("text/turtle", "<a> <b")], 400),
        ([("text/turtle", JOHN), ("text/csv", "a,b")], 415),
    ):
        body, kind = multipart(*parts)
        headers = {**AS_PARTNER, "Content-Type": kind}
        refused(clean.post("/store", params={"graph": G}, content=body, headers=headers), status, ".")
    broken = {**AS_PARTNER, "Content-Type": "multipart/form-data; boundary=B"}
    refused(clean.post("/store", params={"graph": G}, content=b"--B\r\n\r\nx", headers=broken), 400, "boundary")
    refused(clean.put("/store", params={"graph": G}, content=b"", headers=broken), 415, "expected text/turtle")
    assert generation(clean) == before
    assert get(clean).status_code == 404


def test_a_part_keeps_its_bytes() -> None:
    content = b"a\r\n\r\nb\n--B\r\n"
    body = b"--B\r\nContent-Type: x/y\r\nX: z\r\n\r\n" + content + b"\r\n--B\r\n\r\nplain\r\n--B--"
    assert parts_of(body, "multipart/form-data; boundary=B") == [("x/y", content), ("", b"plain")]


# --- GET, HEAD (5.2, 5.6) and DELETE (5.4) ---------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # rdflib warns of itself
@pytest.mark.parametrize("kind", NAMES)
def test_a_graph_is_read_and_written_in_every_format(clean: TestClient, kind: str) -> None:
    put(clean, JOHN)
    answer = get(clean, kind)
    assert answer.headers["content-type"].partition(";")[0] == kind
    assert isomorphic(rdf(answer.text, NAMES[kind]), rdf(JOHN))
    assert put(clean, answer.content, kind).status_code == 204
    assert isomorphic(rdf(get(clean).text), rdf(JOHN))


def test_the_format_is_negotiated_with_weights(clean: TestClient) -> None:
    put(clean, JOHN)
    asked = "text/turtle;q=0.2, application/ld+json;q=0.7, text/csv"
    assert get(clean, asked).headers["content-type"] == "application/ld+json"
    assert get(clean, "*/*").headers["content-type"] == "text/turtle; charset=utf-8"
    assert get(clean, "application/*").headers["content-type"] == "application/n-triples"
    refused(get(clean, "text/csv, text/turtle;q=0"), 406, "text/turtle")


def test_head_says_what_get_says_without_the_graph(clean: TestClient) -> None:
    put(clean, JOHN)
    one, other = get(clean), clean.head("/store", params={"graph": G}, headers={"Accept": "text/turtle"})
    assert (other.status_code, other.content) == (200, b"")
    for name in ("content-type", "etag"):
        assert other.headers[name] == one.headers[name]
    assert clean.head("/store", params={"graph": G + "/none"}).status_code == 404


def test_a_graph_that_is_unchanged_is_not_sent_again(clean: TestClient) -> None:
    put(clean, JOHN)
    headers = {"Accept": "text/turtle", "If-None-Match": get(clean).headers["etag"]}
    assert clean.get("/store", params={"graph": G}, headers=headers).status_code == 304
    put(clean, JANE)
    assert clean.get("/store", params={"graph": G}, headers=headers).status_code == 200


def test_a_graph_that_is_deleted_is_gone(clean: TestClient) -> None:
    put(clean, JOHN)
    assert clean.delete("/store", params={"graph": G}, headers=AS_PARTNER).status_code == 204
    refused(get(clean), 404, f"no graph {G}")
    refused(clean.delete("/store", params={"graph": G}, headers=AS_PARTNER), 404, f"no graph {G}")


def test_reading_needs_no_token(clean: TestClient) -> None:
    put(clean, JOHN)
    assert clean.get("/store", params={"graph": G}).status_code == 200


def test_relative_iris_are_relative_to_the_graph(clean: TestClient) -> None:
    put(clean, "<b> <#p> <> .")
    base = "http://example.org/graph/"
    assert get(clean, "application/n-triples").text.split() == [f"<{base}b>", f"<{base}a#p>", f"<{base}a>", "."]


# --- What is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused_with_those_there_are(client: TestClient, method: str) -> None:
    answer = client.request(method, "/store", params={"graph": G})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, PUT, POST, DELETE")


@pytest.mark.parametrize("address", ["", "?graph=", "?graph=relative", "?graph=a%3E%20b", "?graph=a:b&default"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_graph_that_is_not_named_by_one_iri_is_refused(client: TestClient, method: str, address: str) -> None:
    answer = client.request(method, f"/store{address}", content="", headers=TURTLE)
    refused(answer, 400, "name one graph|not an absolute IRI")


@pytest.mark.parametrize("kind", ["text/csv", "application/sparql-update", "", "text/turtle; charset=latin-1"])
def test_another_media_type_is_refused(client: TestClient, kind: str) -> None:
    refused(put(client, "", kind), 415, "expected text/turtle|only UTF-8")


def test_a_document_of_another_format_is_refused_with_its_line(clean: TestClient) -> None:
    before = generation(clean)
    problem = refused(put(clean, "<a> <b> 1 .\n<a> <b> zz ."), 400, "^line 2, column 9: zz")
    assert (problem["title"], problem["line"], problem["column"]) == ("Not RDF", 2, 9)
    refused(put(clean, JOHN, "application/rdf+xml"), 400, "line 2")
    refused(put(clean, "<a> <b> <c> .", "application/ld+json"), 400, ".")
    refused(put(clean, b"<a> <b> '\xff' ."), 400, "UTF-8")
    named = '{"@id": "http://example.org/g", "@graph": [{"@id": "http://example.org/a", "http://example.org/p": 1}]}'
    refused(put(clean, named, "application/ld+json"), 400, "[Nn]amed graphs")
    assert generation(clean) == before


def test_entities_and_contexts_elsewhere_are_refused(clean: TestClient) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rdf:RDF/>'
    refused(put(clean, bomb, "application/rdf+xml"), 400, "DOCTYPE")
    elsewhere = '{"@context": "http://127.0.0.1:9/c", "@id": "http://example.org/a"}'
    refused(put(clean, elsewhere, "application/ld+json"), 400, "not fetched")


def test_a_body_past_the_limit_is_refused(client: TestClient) -> None:
    refused(put(client, "#" * 200_001), 413, "200,000 bytes")


@pytest.mark.parametrize("name", ["ontology", "derived"])
def test_the_graphs_of_the_program_are_read_and_never_written(clean: TestClient, name: str) -> None:
    before = generation(clean)
    graph = graph_name(name)
    for method in ("PUT", "POST", "DELETE"):
        answer = clean.request(method, "/store", params={"graph": graph}, content="", headers=TURTLE)
        refused(answer, 403, f"{graph} cannot be changed here")
    assert generation(clean) == before
    assert len(rdf(get(clean, graph=graph_name("ontology")).text)) > 1000


def test_two_that_put_at_once_leave_one_of_both_whole(clean: TestClient) -> None:
    with ThreadPoolExecutor(2) as threads:
        statuses = [answer.status_code for answer in threads.map(lambda text: put(clean, text), (JOHN, JANE))]
    assert sorted(statuses) == [201, 204]
    found = rdf(get(clean).text)
    assert isomorphic(found, rdf(JOHN)) or isomorphic(found, rdf(JANE))
