"""SPARQL 1.1 Protocol, the query operation: section by section, with the cases of the W3C's protocol tests."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

import pytest
import rdflib
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, parse_query_results
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.store import Store
from ontology.identifiers import BASE, graph_name

X: Final = "http://example.org/"
G1, G2, G3 = (f"{X}graph/{n}" for n in (1, 2, 3))
ONTOLOGY: Final = NamedNode(graph_name("ontology"))
FORM: Final = "application/x-www-form-urlencoded"
DIRECT: Final = "application/sparql-query"
JSON: Final = "application/sparql-results+json"
VALUES: Final = f"SELECT ?o WHERE {{ ?s <{X}says> ?o }} ORDER BY ?o"
NAMED: Final = f"SELECT ?g ?o WHERE {{ GRAPH ?g {{ ?s <{X}says> ?o }} }} ORDER BY ?g"
CONSTRUCT: Final = f"CONSTRUCT {{ ?s <{X}p> ?o }} WHERE {{ ?s <{X}says> ?o }}"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Make a store of three named graphs, graph n saying n, beside a word of the ontology."""
    made = Store.create(tmp_path_factory.mktemp("protocol") / "store")
    made.load([*_graphs(), Quad(NamedNode(f"{X}word"), NamedNode(f"{X}is"), NamedNode(X), ONTOLOGY)])
    return made


def _graphs() -> list[Quad]:
    thing, says = NamedNode(f"{X}thing"), NamedNode(f"{X}says")
    return [Quad(thing, says, Literal(n), NamedNode(f"{X}graph/{n}")) for n in (1, 2, 3)]


@pytest.fixture(scope="module")
def client(store: Store) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=store.path, query_timeout=5.0, query_length=4000))) as made:
        yield made


def _ask(client: TestClient, query: str, way: str = "get", accept: str = JSON, **dataset: str | list[str]) -> Any:
    parameters = {name.replace("_", "-"): value for name, value in dataset.items()}
    if way == "get":
        return client.get("/sparql", params={"query": query, **parameters}, headers={"Accept": accept})
    if way == "form":
        return client.post("/sparql", data={"query": query, **parameters}, headers={"Accept": accept})
    headers = {"Content-Type": DIRECT, "Accept": accept}
    return client.post("/sparql", params=parameters, content=query.encode(), headers=headers)


def _rows(answer: Any) -> list[tuple[str, ...]]:
    assert answer.status_code == 200, answer.text
    return [tuple(value["value"] for value in row.values()) for row in answer.json()["results"]["bindings"]]


# 2.1.1 to 2.1.3: the three ways (query_get, query_post_form, query_post_direct)

WAYS: Final = ("get", "form", "direct")


@pytest.mark.parametrize("way", WAYS)
def test_a_query_is_sent_by_get_as_a_form_or_as_it_is(client: TestClient, way: str) -> None:
    answer = _ask(client, "ASK {}", way)
    assert (answer.status_code, answer.headers["content-type"]) == (200, JSON)
    assert answer.json()["boolean"] is True
    assert _rows(_ask(client, VALUES, way)) == [("1",), ("2",), ("3",)]


def test_the_charset_utf_8_may_be_said(client: TestClient) -> None:
    for kind, body in ((DIRECT, "ASK {}"), (FORM, "query=ASK%20%7B%7D")):
        for said in ("charset=utf-8", 'charset="UTF-8"'):
            answer = client.post("/sparql", content=body, headers={"Content-Type": f"{kind}; {said}"})
            assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("way", WAYS)
def test_escapes_are_decoded_exactly_once(client: TestClient, way: str) -> None:
    text = "%25 %2525 a+b %41 é 中 \U0001f600 &=;"
    assert _rows(_ask(client, f"SELECT ('{text}' AS ?x) {{}}", way)) == [(text,)]


def test_a_plus_is_a_space_in_a_form_and_itself_in_a_direct_body(client: TestClient) -> None:
    asked = "SELECT+(1%2B1+AS+?x)+{}"
    assert _rows(client.get(f"/sparql?query={asked}")) == [("2",)]
    answer = client.post("/sparql", content=f"query={asked}", headers={"Content-Type": FORM})
    assert _rows(answer) == [("2",)]
    assert _rows(_ask(client, "SELECT (1+1 AS ?x) {}", "direct")) == [("2",)]


# 2.1.4: the dataset


@pytest.mark.parametrize("way", WAYS)
def test_in_a_store_without_the_ontology_the_default_graph_is_the_one_without_a_name(tmp_path: Path, way: str) -> None:
    """A plain dataset, as SPARQL 1.1 Query has it (section 13)."""
    plain = Store.create(tmp_path / "plain")
    plain.load([*_graphs(), Quad(NamedNode(f"{X}thing"), NamedNode(f"{X}says"), Literal(4))])
    with TestClient(create_app(Settings(store=plain.path))) as client:
        assert _rows(_ask(client, VALUES, way)) == [("4",)]
        assert _rows(_ask(client, NAMED, way)) == [(G1, "1"), (G2, "2"), (G3, "3")]
        assert _rows(_ask(client, VALUES, way, default_graph_uri=[G1, G3])) == [("1",), ("3",)]
        description = rdflib.Graph().parse(data=client.get("/sparql").text, format="turtle")
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    assert not list(description.triples((None, sd.feature, sd.UnionDefaultGraph)))
    default = next(description.objects(None, sd.defaultGraph))
    assert str(description.value(default, rdflib.VOID.triples)) == "1"


@pytest.mark.parametrize("way", WAYS)
def test_a_relative_iri_is_a_name_of_ours(client: TestClient, way: str) -> None:
    """Section 2.1.6 leaves the base to the service (query_content_type_construct)."""
    assert _rows(_ask(client, "SELECT (<def/Actor> AS ?x) {}", way)) == [(f"{BASE}def/Actor",)]
    assert _rows(_ask(client, f"BASE <{X}> SELECT (<a> AS ?x) {{}}", way)) == [(f"{X}a",)]
    answer = _ask(
        client, "CONSTRUCT { <s> <p> 1 } WHERE {}", way, "application/n-triples", default_graph_uri=f"{X}none"
    )
    assert f"<{BASE}s> <{BASE}p> " in answer.text


def test_a_slash_at_the_end_makes_no_difference(client: TestClient) -> None:
    assert client.get("/sparql/", params={"query": "ASK {}"}, follow_redirects=False).status_code == 200
    headers = {"Content-Type": DIRECT}
    assert client.post("/sparql/", content="ASK {}", headers=headers, follow_redirects=False).status_code == 200
    assert client.put("/sparql/", content="ASK {}", headers=headers, follow_redirects=False).status_code == 405


@pytest.mark.parametrize("way", WAYS)
class TestTheDataset:
    """query_dataset_default_graph, …_graphs_get, …_graphs_post, …_named_graphs_get, …_post, …_full."""

    def test_without_any_all_graphs_are_matched_and_all_are_named(self, client: TestClient, way: str) -> None:
        assert _rows(_ask(client, NAMED, way)) == [(G1, "1"), (G2, "2"), (G3, "3")]

    def test_a_default_graph_is_matched_alone_and_nothing_is_named(self, client: TestClient, way: str) -> None:
        assert _rows(_ask(client, VALUES, way, default_graph_uri=G1)) == [("1",)]
        assert _rows(_ask(client, NAMED, way, default_graph_uri=G1)) == []

    def test_several_default_graphs_are_merged(self, client: TestClient, way: str) -> None:
        assert _rows(_ask(client, VALUES, way, default_graph_uri=[G1, G3])) == [("1",), ("3",)]

    def test_named_graphs_leave_the_default_graph_empty(self, client: TestClient, way: str) -> None:
        assert _rows(_ask(client, NAMED, way, named_graph_uri=[G1, G2])) == [(G1, "1"), (G2, "2")]
        assert _rows(_ask(client, VALUES, way, named_graph_uri=[G1, G2])) == []

    def test_both_are_kept_apart(self, client: TestClient, way: str) -> None:
        both = "SELECT ?o ?g ?n WHERE { ?s ?p ?o GRAPH ?g { ?s ?p ?n } }"
        found = _rows(_ask(client, both, way, default_graph_uri=G3, named_graph_uri=[G1, G2]))
        assert sorted(found) == [("3", G1, "1"), ("3", G2, "2")]

    def test_the_request_wins_over_from(self, client: TestClient, way: str) -> None:
        """query_multiple_dataset."""
        query = VALUES.replace("WHERE", f"FROM <{G2}> FROM NAMED <{G2}> WHERE")
        assert _rows(_ask(client, query, way)) == [("2",)]
        assert _rows(_ask(client, query, way, default_graph_uri=G1)) == [("1",)]
        assert _rows(_ask(client, query, way, named_graph_uri=G1)) == []
        named = NAMED.replace("WHERE", f"FROM <{G2}> FROM NAMED <{G2}> WHERE")
        assert _rows(_ask(client, named, way)) == [(G2, "2")]
        assert _rows(_ask(client, named, way, named_graph_uri=G1)) == [(G1, "1")]

    @pytest.mark.parametrize("graph", [f"{X}nowhere", "file:///etc/passwd", "http://127.0.0.1:9/data.ttl"])
    def test_a_graph_that_is_not_loaded_is_empty_and_never_fetched(
        self, client: TestClient, way: str, graph: str
    ) -> None:
        assert _rows(_ask(client, VALUES, way, default_graph_uri=graph)) == []
        assert _rows(_ask(client, VALUES, way, default_graph_uri=[graph, G1])) == [("1",)]
        assert _rows(_ask(client, NAMED, way, named_graph_uri=graph)) == []
        assert _rows(_ask(client, VALUES.replace("WHERE", f"FROM <{graph}> WHERE"), way)) == []

    @pytest.mark.parametrize("graph", ["", "graph/1", "not an iri", "<http://example.org/>"])
    def test_a_graph_name_that_is_no_absolute_iri_is_refused(self, client: TestClient, way: str, graph: str) -> None:
        answer = _ask(client, VALUES, way, default_graph_uri=graph)
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
        assert "default-graph-uri" in answer.json()["detail"]


def test_a_form_may_name_graphs_in_the_address_too(client: TestClient) -> None:
    answer = client.post("/sparql", params={"default-graph-uri": G1}, data={"query": VALUES, "default-graph-uri": G2})
    assert _rows(answer) == [("1",), ("2",)]


# 2.1.5 and 2.1.6: what is accepted, and the result (query_content_type_select, …_ask, …_describe, …_construct)

SOLUTIONS: Final[Mapping[str, QueryResultsFormat]] = {
    JSON: QueryResultsFormat.JSON,
    "application/json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
TRIPLES: Final = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("accept", SOLUTIONS)
def test_solutions_come_in_the_type_that_is_accepted(client: TestClient, way: str, accept: str) -> None:
    answer = _ask(client, VALUES, way, accept)
    assert answer.headers["content-type"].partition(";")[0] == accept
    rows: Any = parse_query_results(answer.content, SOLUTIONS[accept])
    assert [row[0].value for row in rows] == ["1", "2", "3"]


def test_csv_is_as_rfc_4180_has_it(client: TestClient) -> None:
    answer = _ask(
        client, "SELECT ?a ?b { VALUES (?a ?b) { (1 'x, \"y\"') (UNDEF <http://example.org/>) } }", accept="text/csv"
    )
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text == 'a,b\r\n1,"x, ""y"""\r\n,http://example.org/\r\n'


@pytest.mark.parametrize("truth", [True, False])
@pytest.mark.parametrize("accept", [JSON, "application/sparql-results+xml", "text/csv", "text/tab-separated-values"])
def test_a_truth_comes_in_each_type_and_as_one_word_in_csv_and_tsv(
    client: TestClient, accept: str, truth: bool
) -> None:
    answer = _ask(client, f"ASK {{ FILTER({str(truth).lower()}) }}", accept=accept)
    assert answer.headers["content-type"].partition(";")[0] == accept
    if accept.startswith("text/"):
        assert answer.text == f"{str(truth).lower()}\n"
    else:
        assert bool(parse_query_results(answer.content, SOLUTIONS[accept])) is truth


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # inside rdflib's JSON-LD parser
@pytest.mark.parametrize("query", [CONSTRUCT, f"DESCRIBE <{X}thing>"], ids=["construct", "describe"])
@pytest.mark.parametrize("accept", TRIPLES)
def test_a_graph_comes_in_the_type_that_is_accepted(client: TestClient, accept: str, query: str) -> None:
    answer = _ask(client, query, accept=accept)
    assert answer.headers["content-type"].partition(";")[0] == accept
    found = rdflib.Graph().parse(io.BytesIO(answer.content), format=TRIPLES[accept])
    assert sorted(int(str(value)) for value in found.objects()) == [1, 2, 3]


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        ("*/*", JSON),
        ("", JSON),
        ("text/*", "text/csv"),
        ("application/*;q=0.5, text/csv;q=0.4", JSON),
        ("application/*;q=0.3, text/tab-separated-values;q=0.4", "text/tab-separated-values"),
        (f"{JSON};q=0, */*", "application/json"),
        ("Text/CSV", "text/csv"),
        (f"text/csv; q=0.20, {JSON}; q=0.21; charset=utf-8", JSON),
        ("text/turtle, text/csv;q=0.001", "text/csv"),
        ("image/png, */*;q=0.01", JSON),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", JSON),
        ("application/sparql-results+xml;q=nonsense", "application/sparql-results+xml"),
    ],
)
def test_the_accepted_type_with_the_highest_weight_is_given(client: TestClient, accept: str, given: str) -> None:
    # sent in the body, as a browser that prefers HTML and asks by address gets the editor
    answer = _ask(client, VALUES, "form", accept)
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, given)
    assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        (VALUES, "text/turtle"),
        (VALUES, "image/png"),
        (VALUES, "*/*;q=0"),
        (VALUES, "text/csv;q=0.0"),
        ("ASK {}", "application/rdf+xml"),
        (CONSTRUCT, JSON),
        (f"DESCRIBE <{X}thing>", "text/csv"),
    ],
)
def test_what_is_had_in_no_accepted_type_is_406_and_says_what_there_is(
    client: TestClient, query: str, accept: str
) -> None:
    for way in WAYS:
        answer = _ask(client, query, way, accept)
        assert (answer.status_code, answer.headers["content-type"]) == (406, "application/problem+json")
        assert "can be had as" in answer.json()["detail"]


def test_format_overrides_accept_and_an_unknown_one_is_refused(client: TestClient) -> None:
    asked = {"query": VALUES, "format": "xml"}
    answer = client.get("/sparql", params=asked, headers={"Accept": "text/html"})
    assert answer.headers["content-type"] == "application/sparql-results+xml"
    assert client.get("/sparql", params={"query": CONSTRUCT, "format": "ntriples"}).text.count(" .\n") == 3
    refused = client.get("/sparql", params={"query": VALUES, "format": "yaml"})
    assert (refused.status_code, refused.json()["parameter"]) == (422, "format")


def test_a_browser_gets_the_editor_with_the_query_in_it(client: TestClient) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    for parameters in ({}, {"query": "ASK { ?seen ?in ?it }"}):
        answer = client.get("/sparql", params=parameters, headers=browser)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "?seen ?in ?it" in answer.text


def test_a_result_is_compressed_for_who_takes_it(client: TestClient) -> None:
    query = "SELECT ?a ?b { VALUES ?a { " + " ".join(map(str, range(400))) + " } }"
    plain = client.get("/sparql", params={"query": query}, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    with client.stream("GET", "/sparql", params={"query": query}, headers={"Accept-Encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
        assert packed.headers["content-encoding"] == "gzip"
        assert int(packed.headers["content-length"]) == len(raw) < len(plain.content) / 4
        assert packed.headers["etag"] != plain.headers["etag"]
    assert gzip.decompress(raw) == plain.content
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["vary"]
    small = client.get("/sparql", params={"query": "ASK {}"}, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in small.headers


# ETag


def test_an_answer_is_unchanged_until_the_next_commit(tmp_path: Any) -> None:
    own = Store.create(tmp_path / "store")
    with TestClient(create_app(Settings(store=own.path))) as client:
        first = client.get("/sparql", params={"query": VALUES})
        known = {"If-None-Match": first.headers["etag"]}
        again = client.get("/sparql", params={"query": VALUES}, headers=known)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
        assert client.head("/sparql", params={"query": VALUES}, headers=known).status_code == 304
        assert client.get("/sparql", params={"query": NAMED}, headers=known).status_code == 200
        assert client.get("/sparql", params={"query": VALUES, "format": "csv"}, headers=known).status_code == 200
        own.load([Quad(NamedNode(f"{X}a"), NamedNode(f"{X}says"), Literal("new"))])
        changed = client.get("/sparql", params={"query": VALUES}, headers=known)
        assert _rows(changed) == [("new",)]
        assert changed.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize("changing", ["NOW()", "rand()", "UUID()", "STRUUID()"])
def test_what_changes_by_itself_is_neither_tagged_nor_kept(client: TestClient, changing: str) -> None:
    query = f"SELECT ({changing} AS ?x) {{}}"
    answers = [client.get("/sparql", params={"query": query}) for _ in range(2)]
    assert all("etag" not in answer.headers for answer in answers)
    assert _rows(answers[0]) != _rows(answers[1])


def test_a_post_has_no_etag_as_its_query_is_not_in_the_address(client: TestClient) -> None:
    answer = _ask(client, VALUES, "form")
    assert "etag" not in answer.headers


# 2.1.7 and 2.2: what is refused


def _problem(answer: Any, status: int) -> Any:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    assert answer.json()["status"] == status
    return answer.json()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("query", ["", "ASK", "SELECT * {\n ?s ?p }", "ASK {} ASK {}", "# only words", "CLEAR ALL"])
def test_what_is_no_query_is_400_with_line_and_column(client: TestClient, way: str, query: str) -> None:
    """bad_query_syntax."""
    told = _problem(_ask(client, query, way), 400)
    assert told["line"] >= 1
    assert told["column"] >= 1
    assert told["detail"].startswith(f"line {told['line']}, column {told['column']}: ")


def test_several_queries_are_refused(client: TestClient) -> None:
    """bad_multiple_queries."""
    two = "query=ASK%20%7B%7D&query=SELECT%20*%20%7B%7D"
    _problem(client.get(f"/sparql?{two}"), 400)
    _problem(client.post("/sparql", content=two, headers={"Content-Type": FORM}), 400)
    _problem(client.post("/sparql?query=ASK%7B%7D", content="ASK {}", headers={"Content-Type": DIRECT}), 400)
    _problem(client.post("/sparql?query=ASK%7B%7D", content="query=ASK%7B%7D", headers={"Content-Type": FORM}), 400)


def test_a_post_without_a_query_is_refused(client: TestClient) -> None:
    for body in ("", "default-graph-uri=http%3A%2F%2Fexample.org%2F", "Query=ASK%7B%7D"):
        _problem(client.post("/sparql", content=body, headers={"Content-Type": FORM}), 400)
    _problem(client.get("/sparql", params={"default-graph-uri": G1}), 400)


def test_an_update_is_refused_here(client: TestClient) -> None:
    update = {"update": f"CLEAR GRAPH <{G1}>"}
    assert "/update" in _problem(client.post("/sparql", data=update), 400)["detail"]
    _problem(client.post("/sparql", data={**update, "query": "ASK {}"}), 400)
    _problem(client.get("/sparql", params=update), 400)
    _problem(client.get("/sparql", params={**update, "query": "ASK {}"}), 400)
    _problem(client.post("/sparql", content="CLEAR ALL", headers={"Content-Type": "application/sparql-update"}), 415)
    _problem(client.post("/sparql", content="CLEAR ALL", headers={"Content-Type": DIRECT}), 400)
    assert _rows(_ask(client, VALUES)) == [("1",), ("2",), ("3",)]


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "multipart/form-data; boundary=x", "", "nonsense"])
def test_another_kind_of_body_is_415(client: TestClient, kind: str) -> None:
    """bad_query_wrong_media_type, bad_query_missing_form_type, bad_query_missing_direct_type."""
    for body in ("ASK {}", "query=ASK%20%7B%7D"):
        told = _problem(client.post("/sparql", content=body, headers={"Content-Type": kind} if kind else {}), 415)
        assert DIRECT in told["detail"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (f"{DIRECT}; charset=UTF-16", "ASK {}".encode("utf-16")),
        (DIRECT, "ASK {}".encode("utf-16")),
        (DIRECT, b"ASK { ?s ?p '\xff' }"),
        (DIRECT, b"ASK { ?s ?p '\xed\xa0\x80' }"),
        (FORM, b"query=ASK%20%7B%20%3Fs%20%3Fp%20'%FF'%7D"),
        (FORM, b"query=ASK {'\xe9'}"),
        (f"{FORM}; charset=ISO-8859-1", b"query=ASK%20%7B%7D"),
    ],
)
def test_a_query_that_is_not_utf_8_is_refused(client: TestClient, kind: str, body: bytes) -> None:
    """bad_query_non_utf8."""
    _problem(client.post("/sparql", content=body, headers={"Content-Type": kind}), 400)


def test_an_address_that_is_not_utf_8_is_refused(client: TestClient) -> None:
    _problem(client.get("/sparql?query=ASK%20%7B%20%3Fs%20%3Fp%20'%FF'%7D"), 400)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_another_method_is_405_with_those_that_there_are(client: TestClient, method: str) -> None:
    """bad_query_method."""
    answer = client.request(method, "/sparql", params={"query": "ASK {}"})
    _problem(answer, 405)
    assert answer.headers["allow"] == "GET, HEAD, POST, OPTIONS"


def test_a_query_that_is_too_long_is_413(client: TestClient) -> None:
    long = "ASK { } #" + 4000 * "-"
    for way in WAYS:
        _problem(_ask(client, long, way), 413)
    fits = "ASK { } #".ljust(4000, "-")
    assert _ask(client, fits, "form").status_code == 200


# HEAD, OPTIONS, CORS


def test_head_is_get_without_a_body(client: TestClient) -> None:
    for parameters in ({"query": VALUES}, {}):
        got = client.get("/sparql", params=parameters, headers={"Accept-Encoding": "identity"})
        told = client.head("/sparql", params=parameters, headers={"Accept-Encoding": "identity"})
        assert told.status_code == 200
        for name in ("content-type", "content-length", "etag", "vary"):
            assert told.headers[name] == got.headers[name]
    assert client.head("/sparql", params={"query": "ASK"}).status_code == 400


def test_options_tells_the_methods(client: TestClient) -> None:
    answer = client.options("/sparql")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["allow"] == "GET, HEAD, POST, OPTIONS"
    assert DIRECT in answer.headers["accept-post"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_browser_at_another_site_may_ask(client: TestClient, method: str) -> None:
    wanted = "accept, content-type, authorization"
    asked = {"Origin": X, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": wanted}
    answer = client.options("/sparql", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert method in answer.headers["access-control-allow-methods"]
    allowed = answer.headers["access-control-allow-headers"].lower()
    assert all(name in allowed for name in wanted.split(", "))
    given = client.get("/sparql", params={"query": "ASK {}"}, headers={"Origin": X})
    assert given.headers["access-control-allow-origin"] == "*"
    assert "etag" in given.headers["access-control-expose-headers"].lower()


# The same question again


def _hits(client: TestClient) -> int:
    """Count the answers that came from what is kept: as answers, or as they were sent."""
    state = client.app.state  # type: ignore[attr-defined]
    return int(state.answers.hits + state.repeats.hits)


def test_the_same_question_is_answered_from_what_is_kept_and_another_is_not(store: Store) -> None:
    with TestClient(create_app(Settings(store=store.path))) as client:
        first = _ask(client, VALUES)
        assert _hits(client) == 0
        for way in WAYS:
            assert _ask(client, VALUES, way).content == first.content
        assert _hits(client) == 3
        _ask(client, VALUES, accept="text/csv")
        _ask(client, VALUES, default_graph_uri=G1)
        _ask(client, VALUES, named_graph_uri=G1)
        _ask(client, f"{VALUES} ")
        assert _hits(client) == 3
        assert _ask(client, "ASK").status_code == _ask(client, "ASK").status_code == 400
        assert _hits(client) == 3


def test_a_repeat_is_what_was_sent_before_with_the_headers_of_its_own_request(store: Store) -> None:
    with TestClient(create_app(Settings(store=store.path, cors="https://one.example, https://two.example"))) as client:
        asked = {"Accept": JSON, "Accept-Encoding": "identity"}
        first = client.get("/sparql", params={"query": VALUES}, headers={**asked, "Origin": "https://one.example"})
        again = client.get("/sparql", params={"query": VALUES}, headers={**asked, "Origin": "https://two.example"})
        assert client.app.state.repeats.hits == 1  # type: ignore[attr-defined]
        assert again.content == first.content
        allowed = "access-control-allow-origin"
        assert (first.headers[allowed], again.headers[allowed]) == ("https://one.example", "https://two.example")
        own = {allowed: "", "x-request-id": ""}
        assert first.headers["x-request-id"] != again.headers["x-request-id"]
        assert {**first.headers, **own} == {**again.headers, **own}
        assert again.headers["content-security-policy"]
        unchanged = client.get(
            "/sparql", params={"query": VALUES}, headers={**asked, "If-None-Match": first.headers["etag"]}
        )
        assert unchanged.status_code == 304
        head = client.head("/sparql", params={"query": VALUES}, headers=asked)
        assert (head.status_code, head.content) == (200, b"")


def test_nothing_that_may_change_is_repeated(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    store.load([*_graphs(), Quad(NamedNode(f"{X}word"), NamedNode(f"{X}is"), NamedNode(X), ONTOLOGY)])
    with TestClient(create_app(Settings(store=store.path))) as client:
        count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
        before = _rows(_ask(client, count))
        assert _rows(_ask(client, count)) == before
        store.load([Quad(NamedNode(f"{X}new"), NamedNode(f"{X}is"), NamedNode(X), ONTOLOGY)])
        assert _rows(_ask(client, count)) == [(str(int(before[0][0]) + 1),)]
        assert _ask(client, "SELECT (RAND() AS ?n) {}").content != _ask(client, "SELECT (RAND() AS ?n) {}").content
        described = client.get("/sparql", headers={"Accept": "text/turtle"})
        elsewhere = client.get("/sparql", headers={"Accept": "text/turtle", "Host": "other.example"})
        assert described.content != elsewhere.content


def test_a_store_that_cannot_be_read_is_told_as_such_and_repeats_go_on_when_it_can(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    with TestClient(create_app(Settings(store=store.path))) as client:
        assert _ask(client, "ASK {}").json()["boolean"] is True
        (store.path / "CURRENT").rename(store.path / "CURRENT.new")
        for way in WAYS:
            refused = _ask(client, "ASK {}", way)
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
            assert refused.headers["content-type"] == "application/problem+json"
        (store.path / "CURRENT.new").rename(store.path / "CURRENT")
        assert _ask(client, "ASK {}").json()["boolean"] is True


def test_what_is_kept_stays_within_its_bytes(store: Store) -> None:
    with TestClient(create_app(Settings(store=store.path, cache_bytes=20_000))) as client:
        state = client.app.state  # type: ignore[attr-defined]
        for n in range(40):
            assert _rows(_ask(client, f"SELECT ({n} AS ?n) {{}}")) == [(str(n),)]
            assert state.answers.size + state.repeats.size <= 20_000
        assert _rows(_ask(client, "SELECT (39 AS ?n) {}")) == [("39",)]
        assert _hits(client) == 1, "the newest is there still"
        _ask(client, "SELECT (0 AS ?n) {}")
        assert _hits(client) == 1, "the oldest is not"


def test_the_address_may_hold_what_the_protocol_does_not_know(client: TestClient) -> None:
    address = (
        "/sparql?" + urlencode({"query": "ASK {}", "timeout": "5", "named-graph": G1}) + "&&=&" + quote("é") + "=1"
    )
    assert client.get(address).json()["boolean"] is True
