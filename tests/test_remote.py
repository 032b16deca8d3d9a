"""Stores on servers: their addresses and logins, servers that fail, the service on one, queries sent on to one."""

from __future__ import annotations

import gc
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from starlette.testclient import TestClient

import graph.remote.engine as engine_module
import graph.remote.state as state_module
from api.app import create_app
from api.settings import Settings
from api.stores import open_store
from graph.errors import EngineFailed, QueryRefused, StoreUnreachable
from graph.limits import Limits, NotAcceptable, OverSize, OverTime
from graph.questions import Answer, Question
from graph.reader_process import answer
from graph.remote.address import Address, AddressRefused, read_address
from graph.remote.asking import ask_remote, check_forwarded, is_forwarded
from graph.remote.engine import Engine
from graph.remote.store import RemoteSnapshot, RemoteStore
from graph.store import Store
from tests.engines import Server, running
from tests.test_cli import subsidia

_G: Final = "http://example.org/g"
_JSON: Final = "application/sparql-results+json"
Reply = Callable[[BaseHTTPRequestHandler, str], None]


@pytest.fixture(autouse=True)
def circles_are_let_go_of_here() -> Iterator[None]:
    """Collect in this thread alone: solutions that an exception holds in a circle may not end in that of a server."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the copies of this test apart."""
    monkeypatch.setenv("SUBSIDIA_CACHE", str(tmp_path / "copies"))
    return tmp_path / "copies"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Start an empty Oxigraph server, which a test may end."""
    with running("oxigraph", tmp_path / "server") as found:
        yield found


@contextmanager
def answering(reply: Reply) -> Iterator[str]:
    """Run a server that answers every POST as it is told, and give its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            reply(self, self.rfile.read(length).decode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{http.server_address[1]}"
        finally:
            http.shutdown()
            thread.join()


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def results(*rows: dict[str, tuple[str, str]]) -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    bindings = [{name: {"type": kind, "value": value} for name, (kind, value) in row.items()} for row in rows]
    return json.dumps({"head": {"vars": names}, "results": {"bindings": bindings}}).encode()


def quads(count: int) -> list[Quad]:
    says = NamedNode("http://example.org/says")
    return [
        Quad(NamedNode(f"http://example.org/{n}"), says, Literal(f"words – {n}"), NamedNode(_G)) for n in range(count)
    ]


# --- Addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "query", "update", "data"),
    [
        ("http://h:7878", "http://h:7878/query", "http://h:7878/update", "http://h:7878/store"),
        ("https://h/", "https://h/query", "https://h/update", "https://h/store"),
        (
            "http://h:8890/sparql",
            "http://h:8890/sparql",
            "http://h:8890/sparql-auth",
            "http://h:8890/sparql-graph-crud-auth",
        ),
        ("http://h/sparql?update=/sparql", "http://h/sparql", "http://h/sparql", None),
        ("http://h/ds/query", "http://h/ds/query", None, None),
        ("http://h/ds/query?update=update&data=data", "http://h/ds/query", "http://h/ds/update", "http://h/ds/data"),
        (
            "http://h/repositories/r?update=r/statements",
            "http://h/repositories/r",
            "http://h/repositories/r/statements",
            None,
        ),
        ("http://h?data=", "http://h/query", "http://h/update", None),
    ],
)
def test_one_address_says_where_all_is(text: str, query: str, update: str | None, data: str | None) -> None:
    found = read_address(text)
    assert (found.query, found.update, found.data) == (query, update, data)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ftp://h/x", "expected a folder, or http"),
        ("http://", "expected a folder, or http"),
        ("http://user:secret@h/sparql", "SUBSIDIA_STORE_USER"),
        ("http://h/sparql?uptade=x", "uptade: expected update"),
        ("http://h/sparql?sparql=yes", "expected copy or engine"),
        ("http://h/sparql?update=http://elsewhere/update", "another host"),
    ],
)
def test_an_address_that_is_none_is_refused_without_its_secret(text: str, words: str) -> None:
    with pytest.raises(AddressRefused, match=words) as caught:
        read_address(text)
    assert "secret" not in str(caught.value)


def test_a_wrong_address_is_wrong_usage(tmp_path: Path) -> None:
    refused = subsidia("info", "--store", "http://127.0.0.1:9/sparql?nonsense=1")
    assert (refused.status, refused.out) == (2, "")
    assert "parameter nonsense" in refused.err


@pytest.mark.parametrize(
    ("environment", "scheme", "starts"),
    [
        ({"SUBSIDIA_STORE_USER": "u", "SUBSIDIA_STORE_PASSWORD": "p"}, 'Basic realm="x"', "Basic "),
        (
            {"SUBSIDIA_STORE_USER": "u", "SUBSIDIA_STORE_PASSWORD": "p"},
            'Digest realm="x", nonce="n", qop="auth"',
            "Digest ",
        ),
        ({"SUBSIDIA_STORE_TOKEN": "t"}, "Bearer", "Bearer t"),
    ],
)
def test_a_login_is_sent_as_the_server_asks(environment: dict[str, str], scheme: str, starts: str) -> None:
    seen: list[str] = []

    def reply(handler: BaseHTTPRequestHandler, body: str) -> None:
        seen.append(handler.headers.get("Authorization", ""))
        if seen[-1].startswith(starts):
            send(handler, 200, results({"a": ("literal", "yes")}))
        else:
            send(handler, 401, b"", WWW_Authenticate=scheme)

    with answering(reply) as address:
        engine = Engine(read_address(address), environment)
        assert [row[0].value for row in engine.rows("SELECT ?a {}")] == ["yes"]
        before = len(seen)
        assert [row[0].value for row in engine.rows("SELECT ?a {}")] == ["yes"]
        assert len(seen) == before + 1, "the second request is sent with the login at once"
        engine.close()


# --- Servers that fail -----------------------------------------------------------------------------------------------


def hang(handler: BaseHTTPRequestHandler, body: str) -> None:
    time.sleep(1.0)


def trickle(handler: BaseHTTPRequestHandler, body: str) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(b'{"head":{"vars":["g"]},"results":{"bindings":[')
    for _ in range(20):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)
    handler.close_connection = True


FAILING: Final[dict[str, tuple[Reply, str]]] = {
    "silent": (hang, "no answer within"),
    "slow": (trickle, "no answer within"),
    "broken": (
        lambda handler, body: send(handler, 200, b'{"head":{"vars":["g"]},"results":{"bind'),
        "cut off or not JSON",
    ),
    "page": (lambda handler, body: send(handler, 200, b"<html>Welcome</html>"), "cut off or not JSON"),
    "moved": (lambda handler, body: send(handler, 302, b"", Location="http://127.0.0.1:1/"), "it answered 302"),
    "failed": (lambda handler, body: send(handler, 500, b"no space left"), "500: no space left"),
    "partial": (lambda handler, body: send(handler, 206, results()), "only a part"),
    "anytime": (lambda handler, body: send(handler, 200, results(), X_SQL_State="S1TAT"), "only a part"),
    "forbidden": (lambda handler, body: send(handler, 403, b"who?"), "refuses the login"),
    "gone": (lambda handler, body: handler.connection.shutdown(socket.SHUT_RDWR), "cannot be reached"),
}


@pytest.mark.timed
@pytest.mark.parametrize("name", FAILING)
def test_a_server_that_fails_is_a_store_that_cannot_be_read(
    name: str, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state_module, "_SOON", 0.4)
    reply, words = FAILING[name]
    with answering(reply) as address:
        store = RemoteStore(read_address(f"{address}/sparql"), cache)
        began = time.monotonic()
        with pytest.raises(StoreUnreachable, match=words):
            store.snapshot()
        assert time.monotonic() - began < 3
        again = time.monotonic()
        with pytest.raises(StoreUnreachable, match=words):
            store.snapshot()
        assert time.monotonic() - again < 0.3, "it is not asked again at once"


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("uri", f"of the 5 statements that it counts in {_G} it gave 1"),
        ("literal", "which is no statement"),
    ],
)
def test_a_graph_that_never_comes_whole_is_refused_by_name(cache: Path, subject: str, words: str) -> None:
    def reply(handler: BaseHTTPRequestHandler, body: str) -> None:
        query = parse_qs(body)["query"][0]
        if "COUNT" in query:
            send(handler, 200, results({"g": ("uri", _G), "n": ("literal", "5")}))
        elif "?s ?p ?o" in query and "OFFSET" not in query:
            send(handler, 200, results({"s": (subject, _G), "p": ("uri", _G), "o": ("literal", "1")}))
        else:
            send(handler, 200, results())

    with answering(reply) as address:
        store = RemoteStore(read_address(f"{address}/sparql"), cache)
        with pytest.raises(StoreUnreachable, match=words):
            store.snapshot()


def test_a_server_without_an_update_address_is_only_read(server: Server, cache: Path) -> None:
    store = RemoteStore(Address(server.address, f"{server.address}/query"), cache)
    with pytest.raises(StoreUnreachable, match="can only be read: name its update address"):
        store.load(quads(1))
    assert store.snapshot().size == 0


def test_a_server_without_graph_store_protocol_is_written_by_updates(server: Server, cache: Path) -> None:
    address = read_address(f"{server.address}?data=")
    RemoteStore(address, cache).load(quads(5_000))
    anew = RemoteStore(address, cache / "anew").snapshot()
    assert {str(quad) for quad in anew.quads()} == {str(quad) for quad in quads(5_000)}


def test_a_server_that_fails_in_the_middle_of_a_load_keeps_what_it_had(
    server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = RemoteStore(read_address(server.address), cache)
    store.load(quads(3))
    before = store.generation
    add = Engine.add

    def failing(engine: Engine, graph: str, triples: bytes) -> None:
        add(engine, graph, triples)
        raise StoreUnreachable(engine.address.name, "cannot be reached (the cable)")

    monkeypatch.setattr(Engine, "add", failing)
    with pytest.raises(StoreUnreachable, match="the cable"):
        store.load(quads(5_000))
    monkeypatch.undo()
    anew = RemoteStore(read_address(server.address), cache / "anew")
    assert (anew.generation, anew.snapshot().size) == (before, 3)
    assert store.snapshot().size == 3


def test_two_services_on_one_server_do_not_overwrite_each_other(server: Server, cache: Path) -> None:
    one, two = (RemoteStore(read_address(server.address), cache / name) for name in ("one", "two"))
    for number in range(3):
        one.load(quads(number + 1))
        two.load([quads(10)[9 - number]])
    assert one.load([]) == two.generation + 1 == 7
    assert one.snapshot().size == 6


def test_changes_past_us_are_noticed_by_the_number_of_statements(server: Server, cache: Path) -> None:
    store = RemoteStore(read_address(server.address), cache)
    assert store.generation == 0
    store.engine.update(f'INSERT DATA {{ GRAPH <{_G}> {{ <{_G}> <{_G}> "by another" }} }}')
    assert store.snapshot().size == 0, "the server is not asked at every question"
    store._next = 0.0
    assert (store.snapshot().generation, store.snapshot().size) == (1, 1)


# --- The service -----------------------------------------------------------------------------------------------------


def test_the_service_says_when_its_server_is_gone(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    open_store(server.address, empty=True, fill=True)
    with TestClient(create_app(Settings(store=server.address, readers=1))) as client:
        assert client.get("/health/ready").json() == {"status": "ready", "generation": 1}
        assert client.get("/api/v1/stats").json()["meta"]["generation"] == 1
        store: RemoteStore = client.app.state.store  # type: ignore[attr-defined]
        server.process.kill()
        server.process.wait(10)
        store._next = 0.0
        for path in ("/health/ready", "/api/v1/stats", "/sparql?query=ASK%20%7B%7D"):
            refused = client.get(path)
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "5"), path
            assert refused.json()["detail"].startswith(f"store {server.address}: cannot be reached")
        assert client.get("/health/live").status_code == 200


def test_updates_and_graphs_through_the_service_reach_the_server(server: Server, cache: Path) -> None:
    open_store(server.address, empty=True, fill=True)
    allowed = {"Authorization": "Bearer secret"}
    with TestClient(create_app(Settings(store=server.address, readers=1, token="secret"))) as client:
        update = {"Content-Type": "application/sparql-update", **allowed}
        body = f'INSERT DATA {{ GRAPH <{_G}> {{ <{_G}> <{_G}> "é – 😀" }} }}'
        assert client.post("/update", content=body, headers=update).status_code == 204
        turtle = {"Content-Type": "text/turtle", **allowed}
        put = client.put("/store", params={"graph": f"{_G}2"}, content=f"<{_G}> a <{_G}> .", headers=turtle)
        assert (put.status_code, put.headers["subsidia-generation"]) == (201, "3")
        asked = client.get(
            "/sparql", params={"query": f"SELECT ?o {{ <{_G}> <{_G}> ?o }}"}, headers={"Accept": "text/csv"}
        )
        assert asked.text == "o\r\né – 😀\r\n"
        outside = client.post("/update", content=f"INSERT DATA {{ <{_G}> a <{_G}> }}", headers=update)
        assert (outside.status_code, "named by an IRI" in outside.json()["detail"]) == (400, True)
    there = RemoteStore(read_address(server.address), cache / "anew").snapshot()
    assert [str(quad.object) for quad in there.graph(_G)] == ['"é – 😀"']
    assert len(list(there.graph(f"{_G}2"))) == 1


def test_the_commands_work_on_a_server(server: Server, tmp_path: Path) -> None:
    source = tmp_path / "things.ttl"
    source.write_text(f'<{_G}> <http://www.w3.org/2000/01/rdf-schema#label> "é – 😀" .')
    at = ("--store", server.address)
    bare = subsidia("info", *at)
    assert (bare.status, "statements  0" in bare.out, "is empty" in bare.err) == (0, True, True)
    loaded = subsidia("load", source, "--graph", "things", "--empty", *at)
    assert (loaded.status, loaded.err) == (0, "")
    assert "generation 2" in loaded.out
    asked = subsidia("query", f"SELECT ?o {{ <{_G}> ?p ?o }}", "--format", "csv", *at)
    assert (asked.status, asked.out.split()[1:]) == (0, ["é", "–", "😀"])
    for command in ("gaps", "flows"):
        assert subsidia(command, "--json", *at).status == 0
    assert f"store       {server.address}" in subsidia("info", *at).out
    server.process.kill()
    gone = subsidia("info", *at)
    assert (gone.status, gone.out) == (3, "")
    assert "cannot be reached" in gone.err


# --- Queries that are sent on ----------------------------------------------------------------------------------------

ALIKE: Final = {
    "a list": f"SELECT ?s ?o {{ GRAPH <{_G}> {{ ?s ?p ?o }} }} ORDER BY ?s LIMIT 5",
    "all graphs at once": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "a graph by name": f"SELECT (COUNT(*) AS ?n) FROM <{_G}> {{ ?s ?p ?o }}",
    "a boolean": "ASK { ?s ?p ?o }",
    "nothing": "SELECT ?s { ?s <http://example.org/unheard> ?o }",
    "words that look like others": 'SELECT ?s { ?s ?p "SERVICE DEFINE" } # SERVICE',
}


@pytest.fixture(scope="module", params=["oxigraph", "virtuoso"])
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemoteSnapshot]:
    """Give a snapshot of a store on each server, whose address says that queries are sent on."""
    folder = tmp_path_factory.mktemp(f"asked-{request.param}")
    with running(request.param, folder / "server") as found, pytest.MonkeyPatch.context() as environment:
        for name, value in found.environment.items():
            environment.setenv(name, value)
        store = RemoteStore(read_address(f"{found.address}?sparql=engine&graphs=http://example.org/"), folder / "copy")
        store.load(quads(300))
        yield store.snapshot()


def put(snapshot: RemoteSnapshot, query: str, kind: str | None = _JSON, limits: Limits | None = None) -> Answer:
    limits = limits or Limits(time=20.0)
    return ask_remote(snapshot, Question(str(snapshot.folder), query, kind, None, result_bytes=limits.result), limits)


@pytest.mark.parametrize("name", ALIKE)
@pytest.mark.parametrize("kind", [_JSON, "application/sparql-results+xml", "text/csv", "text/tab-separated-values"])
def test_a_query_that_is_sent_on_is_answered_as_here(asked: RemoteSnapshot, name: str, kind: str) -> None:
    question = Question(str(asked.folder), ALIKE[name], kind, None)
    assert is_forwarded(asked, question)
    there, here = put(asked, ALIKE[name], kind), answer(question)
    assert (there.media_type, there.body) == (kind, here.body)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", "SERVICE"),
        ("SELECT * { S\\u0045RVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", "SERVICE"),
        ("SELECT * { ?s ?p '\\u0027 . SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } #' }", "SERVICE"),
        ('DEFINE get:soft "replace" SELECT * FROM <http://127.0.0.1:1/> { ?s ?p ?o }', "DEFINE"),
        ("SELECT (<bif:sys_stat>('st_dbms_ver') AS ?v) {}", "bif:"),
        ("PREFIX b: <\\u0062if:> SELECT (b:now() AS ?v) {}", "bif:"),
        ("SELECT * {" * 70 + "}" * 70, "nests"),
    ],
)
def test_what_would_leave_the_server_is_not_sent_on(query: str, words: str) -> None:
    with pytest.raises(QueryRefused, match=words):
        check_forwarded(query)


def test_what_the_server_refuses_is_told_in_its_words(asked: RemoteSnapshot) -> None:
    with pytest.raises(QueryRefused, match="refuses it: "):
        put(asked, "SELECT * { ?s ?p }")


def test_a_result_that_grows_too_large_is_cut_off(asked: RemoteSnapshot) -> None:
    with pytest.raises(OverSize, match="larger than 1,000 bytes"):
        put(asked, "SELECT * { ?s ?p ?o }", limits=Limits(time=20.0, result=1_000))


@pytest.mark.timed
def test_a_query_that_takes_too_long_is_given_up(asked: RemoteSnapshot) -> None:
    triples = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"
    endless = f"SELECT (COUNT(*) AS ?n) {{ {triples} FILTER(STR(?a) < CONCAT(STR(?f), STR(?i), STR(?l))) }}"
    began = time.monotonic()
    with pytest.raises(OverTime, match="longer than 0"):
        put(asked, endless, limits=Limits(time=0.5))
    assert time.monotonic() - began < 3


def test_only_queries_whose_results_cannot_be_cut_unseen_are_sent_on(asked: RemoteSnapshot) -> None:
    for query in ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", "DESCRIBE <http://example.org/1>"):
        assert not is_forwarded(asked, Question(str(asked.folder), query, _JSON, "text/turtle"))
    with pytest.raises(NotAcceptable):
        put(asked, "ASK {}", None)


def test_a_folder_or_an_address_without_the_wish_is_never_sent_on(casebook_store: Store, asked: RemoteSnapshot) -> None:
    snapshot = casebook_store.snapshot()
    assert not is_forwarded(snapshot, Question(str(snapshot.folder), "ASK {}", _JSON, None))
    assert "sparql=engine" not in asked.engine.address.name


def test_a_server_that_breaks_off_is_no_answer(cache: Path) -> None:
    with answering(
        lambda handler, body: send(handler, 200, b'{"head":{"vars":["a"]},"results":{"bindings":[')
    ) as address:
        engine = Engine(read_address(address), {})
        with pytest.raises(EngineFailed, match="cut off"):
            list(engine.rows("SELECT ?a {}"))
        engine.close()
    assert engine_module.JSON_RESULTS == _JSON
