"""SPARQL 1.1 Update over HTTP, as the SPARQL 1.1 Protocol says (section 2.2), and who may send it."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest
import uvicorn
from starlette.testclient import TestClient

from api.access import NotAllowed, writer_of
from api.app import create_app
from api.rate_limit import RateLimit
from api.settings import SettingRefused, Settings
from ontology.identifiers import BASE
from tests.write_help import ENDLESS, GREEDY, NESTED, generation, numbers, refused, writing_child
from tests.write_service import AS_PARTNER, serving

DIRECT: Final = {**AS_PARTNER, "Content-Type": "application/sparql-update"}
FORM: Final = {**AS_PARTNER, "Content-Type": "application/x-www-form-urlencoded"}
A: Final = "http://example.org/a"
B: Final = "http://example.org/b"
EX: Final = "PREFIX : <http://example.org/> "


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    path = tmp_path_factory.mktemp("update") / "store"
    with serving(path, update_timeout=3.0, update_memory=300 * 2**20, update_bytes=200_000) as found:
        yield found


@pytest.fixture
def clean(client: TestClient) -> TestClient:
    """Give the service with no statement in the graphs that these tests write."""
    done = send(client, " ; ".join(f"DROP SILENT GRAPH <{graph}>" for graph in (A, B)) + " ; CLEAR DEFAULT")
    assert done.status_code == 204, done.text
    return client


def send(client: TestClient, text: str, **parameters: Any) -> Any:
    return client.post("/update", content=text, params=parameters, headers=DIRECT)


def ask(client: TestClient, pattern: str) -> bool:
    answer = client.get(
        "/sparql", params={"query": f"{EX} ASK {{ {pattern} }}"}, headers={"Accept": "application/json"}
    )
    return bool(answer.json()["boolean"])


# --- The two ways of sending one (2.2.1, 2.2.2) ----------------------------------------------------------------------


def test_an_update_sent_directly_is_done_and_read_at_once(clean: TestClient) -> None:
    before = generation(clean)
    answer = send(clean, EX + "INSERT DATA { GRAPH :a { :x :y 'è' } }")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["subsidia-generation"] == str(before + 1) == str(generation(clean))
    assert ask(clean, "GRAPH :a { :x :y 'è' }")


def test_an_update_sent_as_a_form_is_done(clean: TestClient) -> None:
    text = EX + "INSERT DATA { GRAPH :a { :x :y 'a+b %25 & ; è' } }"
    assert clean.post("/update", data={"update": text}, headers=FORM).status_code == 204
    assert ask(clean, "GRAPH :a { :x :y 'a+b %25 & ; è' }")


def test_a_charset_of_utf_8_may_be_said(clean: TestClient) -> None:
    headers = {**DIRECT, "Content-Type": 'Application/SPARQL-Update; charset="UTF-8"'}
    assert clean.post("/update", content="CLEAR DEFAULT", headers=headers).status_code == 204


@pytest.mark.parametrize("charset", ["utf8", "US-ASCII", "ascii"])
def test_other_names_of_utf_8_and_its_parts_are_taken_by_updates_as_by_queries(clean: TestClient, charset: str) -> None:
    for path, kind, text in (("/update", "update", "CLEAR DEFAULT"), ("/sparql", "query", "ASK {}")):
        headers = {**AS_PARTNER, "Content-Type": f"application/sparql-{kind}; charset={charset}"}
        assert clean.post(path, content=text, headers=headers).is_success, path


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
def test_an_update_is_only_posted(client: TestClient, method: str) -> None:
    answer = client.request(method, "/update", params={"update": "CLEAR ALL"}, headers=AS_PARTNER)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


# --- The dataset (2.2.3) ---------------------------------------------------------------------------------------------

TWO: Final = EX + "INSERT DATA { :x :in :default . GRAPH :a { :x :in :a } GRAPH :b { :x :in :b } }"


@pytest.mark.parametrize("as_form", [True, False])
def test_using_graph_uri_names_the_default_graph_of_where(clean: TestClient, as_form: bool) -> None:
    send(clean, TWO)
    text = EX + "INSERT { GRAPH :a { ?s :found ?o } } WHERE { ?s :in ?o }"
    if as_form:
        answer = clean.post("/update", data={"update": text, "using-graph-uri": [A, B]}, headers=FORM)
    else:
        answer = send(clean, text, **{"using-graph-uri": [A, B]})
    assert answer.status_code == 204
    assert ask(clean, "GRAPH :a { :x :found :a, :b } FILTER NOT EXISTS { GRAPH :a { :x :found :default } }")


def test_using_named_graph_uri_names_the_graphs_that_graph_matches(clean: TestClient) -> None:
    send(clean, TWO)
    text = EX + "INSERT { GRAPH :a { ?s :found ?g } } WHERE { GRAPH ?g { ?s :in ?o } }"
    assert send(clean, text, **{"using-named-graph-uri": B}).status_code == 204
    assert ask(clean, "GRAPH :a { :x :found :b } FILTER NOT EXISTS { GRAPH :a { :x :found :a } }")


def test_without_a_dataset_where_is_about_the_graph_without_a_name(clean: TestClient) -> None:
    send(clean, TWO)
    assert send(clean, EX + "DELETE WHERE { ?s :in ?o }").status_code == 204
    assert ask(clean, "GRAPH :a { :x :in :a } GRAPH :b { :x :in :b } FILTER NOT EXISTS { ?s :in :default }")


@pytest.mark.parametrize("name", ["using-graph-uri", "using-named-graph-uri"])
@pytest.mark.parametrize(
    "text",
    [
        "INSERT { ?s ?p ?o } USING <http://example.org/a> WHERE { ?s ?p ?o }",
        "INSERT { ?s ?p ?o } USING NAMED <http://example.org/a> WHERE { ?s ?p ?o }",
        "WITH <http://example.org/a> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_a_dataset_in_both_places_is_refused(client: TestClient, name: str, text: str) -> None:
    before = generation(client)
    refused(send(client, text, **{name: B}), 400, "cannot be sent with an update that has USING or WITH")
    assert generation(client) == before


def test_a_dataset_that_is_no_iri_is_refused(client: TestClient) -> None:
    refused(send(client, "CLEAR DEFAULT", **{"using-graph-uri": "a> WHERE {} ; DROP ALL #"}), 400, "absolute IRI")


# --- What is refused (2.2.4) -----------------------------------------------------------------------------------------


def test_a_syntax_error_has_line_and_column(client: TestClient) -> None:
    problem = refused(send(client, "INSERT DATA {\n <http://example.org/a> "), 400, "^line 2, column 25: expected")
    assert (problem["line"], problem["column"]) == (2, 25)
    refused(send(client, "SELECT * { ?s ?p ?o }"), 400, "line 1")


@pytest.mark.parametrize("kind", ["application/sparql-query", "text/plain", "text/turtle", ""])
def test_another_media_type_is_refused(client: TestClient, kind: str) -> None:
    headers = {**AS_PARTNER, "Content-Type": kind}
    refused(client.post("/update", content="CLEAR DEFAULT", headers=headers), 415, "expected application/sparql-update")


def test_another_encoding_is_refused(client: TestClient) -> None:
    headers = {**DIRECT, "Content-Type": "application/sparql-update; charset=utf-16"}
    refused(client.post("/update", content="CLEAR DEFAULT".encode("utf-16"), headers=headers), 415, "only UTF-8")
    refused(client.post("/update", content=b"# \xe9\nCLEAR DEFAULT", headers=DIRECT), 400, "not UTF-8")
    refused(client.post("/update", content=b"update=%E9", headers=FORM), 400, "not UTF-8")
    named = "/update?using-graph-uri=http://a/%E9"
    refused(client.post(named, content="CLEAR DEFAULT", headers=DIRECT), 400, "not UTF-8")
    packed = {**DIRECT, "Content-Encoding": "gzip"}
    refused(client.post("/update", content=b"x", headers=packed), 415, "Content-Encoding")


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"update": ["CLEAR DEFAULT", "CLEAR DEFAULT"]},
        {"query": "ASK {}"},
        {"query": "ASK {}", "update": "CLEAR ALL"},
    ],
)
def test_a_form_without_exactly_one_update_is_refused(client: TestClient, form: dict[str, Any]) -> None:
    refused(client.post("/update", data=form, headers=FORM), 400, "exactly one|sent to /sparql")


@pytest.mark.parametrize("name", ["update", "query"])
def test_an_update_in_the_address_is_refused(client: TestClient, name: str) -> None:
    refused(send(client, "CLEAR DEFAULT", **{name: "CLEAR ALL"}), 400, "in the body")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("LOAD <http://127.0.0.1:9/>", "LOAD is not allowed"),
        ("INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "SERVICE is not allowed"),
        ("INSERT {} WHERE " + "{" * 10_000 + "}" * 10_000, "nests deeper"),
        ("DROP GRAPH <http://example.org/never>", "does not exist"),
    ],
)
def test_what_is_not_done_is_said_in_words(client: TestClient, text: str, words: str) -> None:
    before = generation(client)
    refused(send(client, text), 400, words)
    assert generation(client) == before


def test_a_relative_iri_is_a_name_of_ours(clean: TestClient) -> None:
    """2.2.5 leaves the base to the service; CLEAR of a graph that is not there is done already (update_base_uri)."""
    text = (
        f"CLEAR GRAPH <{A}> ; INSERT DATA {{ GRAPH <{A}> {{ <http://example.org/s> <http://example.org/p> <test> }} }}"
    )
    assert send(clean, text).status_code == 204
    assert ask(clean, f"GRAPH <{A}> {{ :s :p <{BASE}test> }}")
    refused(send(clean, f"DROP GRAPH <{B}>"), 400, "does not exist")


def test_all_graphs_are_cleared_and_filled_in_one_update(tmp_path: Path) -> None:
    """update_dataset_named_graphs: the store is a plain dataset then, the ontology gone with the rest."""
    data = " ".join(f"GRAPH <{graph}> {{ <{graph}> a :Document }}" for graph in (A, B))
    found = "INSERT { GRAPH :new { ?s a :Found } } WHERE { GRAPH ?g { ?s a ?o } }"
    text = f"{EX} DROP ALL ; INSERT DATA {{ {data} }} ; {found}"
    with serving(tmp_path / "store") as client:
        assert send(client, text, **{"using-named-graph-uri": [B]}).status_code == 204
        assert ask(client, f"GRAPH :new {{ <{B}> a :Found }} FILTER NOT EXISTS {{ GRAPH :new {{ <{A}> a :Found }} }}")
        assert not ask(client, "?s ?p ?o"), "no graph but those with a name has anything"
        for page in ("/", "/flows", "/gaps", "/network", "/ontology", "/sources", "/api/v1/stats", "/dcat"):
            assert client.get(page).status_code == 200, page


@pytest.mark.parametrize("text", ["DROP NAMED", "CLEAR GRAPH <https://w3id.org/subsidia/graph/ontology>"])
def test_the_ontology_cannot_be_changed(client: TestClient, text: str) -> None:
    refused(send(client, text), 403, "graph/ontology cannot be changed here")


def test_an_update_past_a_limit_says_which_and_changes_nothing(clean: TestClient) -> None:
    assert send(clean, numbers(2000)).status_code == 204
    before = generation(clean)
    refused(send(clean, ENDLESS), 504, "longer than 3 s; nothing was changed")
    refused(send(clean, NESTED), 500, "ended its process .*; nothing was changed")
    assert generation(clean) == before
    assert send(clean, "CLEAR DEFAULT").status_code == 204


def test_an_update_that_takes_all_memory_is_stopped(tmp_path: Path) -> None:
    with serving(tmp_path / "store", update_memory=150 * 2**20) as client:
        assert send(client, numbers(2000)).status_code == 204
        refused(send(client, GREEDY), 507, "nothing was changed")
        assert generation(client) == 2
        assert ask(client, "GRAPH :n { ?s ?p 1999 }")


def test_a_body_past_the_limit_is_refused_while_it_is_read(client: TestClient) -> None:
    refused(send(client, "#" * 200_001), 413, "larger than the 200,000 bytes")
    assert send(client, "CLEAR DEFAULT #" + "x" * 199_000).status_code == 204

    def parts() -> Iterator[bytes]:
        for _ in range(1000):
            yield b"#" * 1000

    refused(client.post("/update", content=parts(), headers=DIRECT), 413, "larger")


def test_queries_are_answered_while_a_write_is_under_way(client: TestClient) -> None:
    send(client, numbers(2000))
    with ThreadPoolExecutor(1) as threads:
        doing = threads.submit(send, client, ENDLESS)
        writing_child()
        assert not ask(client, "GRAPH :n { ?s ?p -1 }")
        assert not doing.done()
        assert doing.result(20).status_code == 504


def test_two_updates_at_once_are_both_done(clean: TestClient) -> None:
    with ThreadPoolExecutor(4) as threads:
        texts = [EX + f"INSERT DATA {{ GRAPH :a {{ :x :y {n} }} }}" for n in range(4)]
        assert [answer.status_code for answer in threads.map(lambda text: send(clean, text), texts)] == [204] * 4
    assert ask(clean, "GRAPH :a { :x :y 0, 1, 2, 3 }")


# --- A slow body, over a socket --------------------------------------------------------------------------------------


def test_a_body_that_does_not_arrive_is_given_up(tmp_path: Path) -> None:
    settings = Settings(store=tmp_path / "store", token="s3cret", body_timeout=0.5, readers=1)
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        with socket.create_connection(("127.0.0.1", port), 20) as connection:
            head = "Host: x\r\nAuthorization: Bearer s3cret\r\nContent-Type: application/sparql-update"
            connection.sendall(f"POST /update HTTP/1.1\r\n{head}\r\nContent-Length: 100\r\n\r\nCLEAR".encode())
            assert connection.recv(100).startswith(b"HTTP/1.1 408 ")
    finally:
        server.should_exit = True
        thread.join(20)


# --- Tokens ----------------------------------------------------------------------------------------------------------

STRANGERS: Final = ["", "s3cret", "Bearer", "Bearer wrong", "Bearer s3cre", "Basic s3cret", "Bearer partner:s3cret"]


@pytest.mark.parametrize("given", STRANGERS)
@pytest.mark.parametrize(("method", "path"), [("POST", "/update"), ("PUT", "/store"), ("DELETE", "/store?default")])
def test_a_write_without_the_token_is_refused(client: TestClient, given: str, method: str, path: str) -> None:
    before = generation(client)
    headers = {"Content-Type": "application/sparql-update", **({"Authorization": given} if given else {})}
    answer = client.request(method, path, content="CLEAR DEFAULT", headers=headers)
    refused(answer, 401, "token")
    assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert generation(client) == before


def test_without_a_token_set_nobody_writes(tmp_path: Path) -> None:
    with serving(tmp_path / "store", token="") as client:
        for headers in (DIRECT, {**DIRECT, "Authorization": "Bearer "}):
            answer = client.post("/update", content="CLEAR DEFAULT", headers=headers)
            refused(answer, 401, "no SUBSIDIA_TOKEN is set")


def test_a_token_in_other_letters_than_ascii_is_only_wrong() -> None:
    class Asked:
        headers: Final = {"authorization": "Bearer sécret"}

    with pytest.raises(NotAllowed, match="not one that allows"):
        writer_of(Asked(), "secret")  # type: ignore[arg-type]
    assert writer_of(Asked(), "name:sécret") == "name"  # type: ignore[arg-type]


def test_no_secret_is_shown_with_the_settings() -> None:
    assert "s3cret" not in repr(Settings.from_environment({"SUBSIDIA_TOKEN": "partner:s3cret"}))


# --- The log ---------------------------------------------------------------------------------------------------------


def test_each_write_is_a_line_with_who_what_and_when(clean: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    before = generation(clean)
    with caplog.at_level(logging.INFO, "subsidia.writes"):
        send(clean, EX + "INSERT DATA { GRAPH :a { :x :y 1, 2 } }")
        clean.post(
            "/update", content="CLEAR GRAPH <http://example.org/a>", headers={**DIRECT, "Authorization": "Bearer 0ther"}
        )
        send(clean, "LOAD <http://example.org/x>")
    added, removed, failed = (json.loads(record.message) for record in caplog.records)
    assert (added["who"], added["kind"], added["result"]) == ("partner", "update", "done")
    assert (added["added"], added["removed"], added["changed_graphs"]) == (2, 0, {A: 2})
    assert (added["before"], added["after"]) == (before, before + 1)
    assert datetime.fromisoformat(added["when"]).tzinfo is not None
    assert (removed["who"], removed["added"], removed["removed"]) == ("other", 0, 2)
    assert (failed["result"], failed["error"]) == ("refused", "QueryRefused")
    assert "s3cret" not in caplog.text
    assert "0ther" not in caplog.text


# --- The rate limit --------------------------------------------------------------------------------------------------


def test_past_the_rate_limit_a_client_is_told_when_to_come_again(tmp_path: Path) -> None:
    with serving(tmp_path / "store", rate_limit=(3.0, 60.0)) as client:
        answers = [client.get("/sparql", params={"query": "ASK {}"}) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200] * 3
        refusal = send(client, "CLEAR DEFAULT")
        refused(refusal, 429, "at most 0.05 requests a second")
        assert 1 <= int(refusal.headers["retry-after"]) <= 20
        assert client.get("/health/live").status_code == 200, "only queries and writes are counted"


def test_each_client_has_its_own_bucket_that_fills_again() -> None:
    limit = RateLimit(None, 2, 1)  # type: ignore[arg-type]
    assert [limit._take("a", 0.0), limit._take("a", 0.0)] == [0, 0]
    assert limit._take("a", 0.0) == pytest.approx(0.5)
    assert limit._take("b", 0.0) == 0
    assert limit._take("a", 0.6) == 0
    assert limit._take("a", 0.6) > 0


def test_the_memory_of_the_rate_limit_is_bounded() -> None:
    limit = RateLimit(None, 2, 1)  # type: ignore[arg-type]
    for number in range(20_000):
        limit._take(str(number), 0.0)
    assert len(limit._buckets) == 10_000


@pytest.mark.parametrize(("value", "expected"), [("50/s", (50, 1)), ("600/m", (600, 60)), ("off", None)])
def test_a_rate_is_read_from_the_environment(value: str, expected: tuple[float, float] | None) -> None:
    assert Settings.from_environment({"SUBSIDIA_RATE_LIMIT": value}).rate_limit == expected


@pytest.mark.parametrize("value", ["50", "x/s", "-1/s", "50/day"])
def test_a_rate_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(SettingRefused, match="50/s"):
        Settings.from_environment({"SUBSIDIA_RATE_LIMIT": value})


def test_a_refused_client_cannot_pose_as_another(tmp_path: Path) -> None:
    with serving(tmp_path / "store", rate_limit=(1.0, 60.0)) as client:
        asked = [client.get("/sparql?query=ASK{}", headers={"X-Forwarded-For": f"10.0.0.{n}"}) for n in range(2)]
        assert [answer.status_code for answer in asked] == [200, 429]
