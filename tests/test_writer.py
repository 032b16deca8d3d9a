"""The writer: a write is whole or not at all, whatever it does to the process that evaluates it."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import psutil  # type: ignore[import-untyped]
import pytest
from pyoxigraph import Literal, NamedNode, Quad

from api.stores import missing_ontology, open_store
from graph.columns import columns_of
from graph.errors import QueryRefused, SyntaxRefused
from graph.flows import flow_table
from graph.store import Store, StoreBusy
from graph.update_text import check_update, with_dataset
from graph.write_task import PROTECTED, Document, Task
from graph.writer import (
    DocumentRefused,
    GraphAbsent,
    GraphProtected,
    WriteLimits,
    WriteOverMemory,
    WriteOverTime,
    Writer,
    WriterDied,
)
from loaders.tables.statements import load_tables
from tests.conftest import WriteTables
from tests.write_help import ENDLESS, GREEDY, NESTED, numbers, triples, update_task, writing_child

G: Final = "http://example.org/g"
DATA: Final = "INSERT DATA { GRAPH <http://example.org/g> { <http://example.org/a> <http://example.org/p> %s } }"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Make a store with 3,000 statements in one graph."""
    made = Store.create(tmp_path / "store")
    p, graph = NamedNode("http://example.org/p"), NamedNode("http://example.org/n")
    made.load(Quad(NamedNode(f"http://example.org/{n}"), p, Literal(n), graph) for n in range(3000))
    return made


def writer(store: Store, **limits: Any) -> Writer:
    return Writer(store, WriteLimits(**{"time": 30.0, "memory": 2**30, "patience": 30.0, **limits}))


def unchanged(store: Store, generation: int = 1) -> bool:
    """Say whether the store is as it was made, and nothing that was half written is left in it."""
    left = [item.name for item in store.path.iterdir() if item.name.startswith("draft-")]
    return (store.generation, triples(store), left) == (generation, 3000, [])


# --- What is done ----------------------------------------------------------------------------------------------------


def test_an_update_is_the_next_generation_and_says_what_it_changed(store: Store) -> None:
    changed = writer(store).write(update_task(DATA % "1, 2"))
    assert (changed.before, changed.after, changed.graphs) == (1, 2, {G: 2})
    assert (changed.added, changed.removed, changed.exact) == (2, 0, True)
    assert (store.generation, triples(store, G), triples(store)) == (2, 2, 3000)


def test_what_is_added_and_removed_is_counted_where_both_happen(store: Store) -> None:
    text = "DELETE { GRAPH ?g { ?s ?p 7 } } INSERT { GRAPH ?g { ?s ?p 'seven', 'VII' } } WHERE { GRAPH ?g { ?s ?p 7 } }"
    changed = writer(store).write(update_task(text))
    assert (changed.added, changed.removed, changed.exact) == (2, 1, True)


def test_an_update_of_several_operations_is_whole_or_not_at_all(store: Store) -> None:
    with pytest.raises(QueryRefused, match="does not exist"):
        writer(store).write(update_task(DATA % "1" + " ; DROP GRAPH <http://example.org/none>"))
    assert unchanged(store)


def test_the_flow_columns_of_a_new_generation_are_its_own(tmp_path: Path, tables: WriteTables) -> None:
    store = open_store(tmp_path / "store", empty=True)
    store.load(load_tables(tables()).quads)
    assert columns_of(store.snapshot()).rows("SELECT count(*) AS n FROM flows") == [{"n": 1}]
    gone = "DELETE { GRAPH ?g { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o . ?s a <https://w3id.org/subsidia/def/%s> } }"
    writer(store).write(update_task(gone % "FundingFlow"))
    snapshot = store.snapshot()
    assert (snapshot.folder / "derived" / "flows.parquet").exists(), "made before anybody reads the generation"
    assert columns_of(snapshot).rows("SELECT count(*) AS n FROM flows") == [{"n": 0}]


def test_flows_that_could_not_be_read_are_refused(tmp_path: Path, tables: WriteTables) -> None:
    store = open_store(tmp_path / "store", empty=True)
    store.load(load_tables(tables()).quads)
    before = store.generation
    gov = "PREFIX gov: <https://w3id.org/subsidia/def/> "
    where = "WHERE { GRAPH ?g { ?f gov:amountMax ?m } }"
    amounts = (
        f"DELETE {{ GRAPH ?g {{ ?f gov:amountMax ?m }} }} INSERT {{ GRAPH ?g {{ ?f gov:amountMax 'much' }} }} {where}"
    )
    with pytest.raises(QueryRefused, match="the flows could not be read afterwards"):
        writer(store).write(update_task(gov + amounts))
    assert store.generation == before
    assert len(flow_table(store.snapshot())) == 1


# --- Limits ----------------------------------------------------------------------------------------------------------


@pytest.mark.timed
def test_an_update_that_takes_too_long_is_stopped_and_changes_nothing(store: Store) -> None:
    begin = time.monotonic()
    with pytest.raises(WriteOverTime, match="longer than 1 s; nothing was changed"):
        writer(store, time=1.0).write(update_task(DATA % 1 + ";" + ENDLESS))
    assert time.monotonic() - begin < 6
    assert unchanged(store)


def test_an_update_that_takes_too_much_memory_is_stopped_and_changes_nothing(store: Store) -> None:
    with pytest.raises(WriteOverMemory, match="nothing was changed"):
        writer(store, time=120.0, memory=200 * 2**20).write(update_task(GREEDY))
    assert unchanged(store)
    assert writer(store).write(update_task(DATA % 1)).after == 2


def test_an_update_that_ends_its_process_changes_nothing(store: Store) -> None:
    with pytest.raises(WriterDied, match="nothing was changed"):
        writer(store).write(update_task(NESTED))
    assert unchanged(store)
    assert writer(store).write(update_task(DATA % 1)).after == 2


@pytest.mark.parametrize(("open_", "close"), ["{}", "()"])
def test_an_update_that_nests_ten_thousand_deep_is_refused(store: Store, open_: str, close: str) -> None:
    nested = open_ * 10_000 + close * 10_000
    text = f"INSERT {{}} WHERE {nested}" if open_ == "{" else f"INSERT {{}} WHERE {{ FILTER{nested} }}"
    with pytest.raises(QueryRefused, match="nests deeper than the 60 levels"):
        writer(store).write(update_task(text))
    assert unchanged(store)


# --- Kills -----------------------------------------------------------------------------------------------------------


def kill_in_the_middle(store: Store, after: float) -> None:
    """Start a write without end, kill its child after so many seconds, and see that nothing came of it."""
    with ThreadPoolExecutor(1) as threads:
        generation = store.generation
        doing = threads.submit(writer(store).write, update_task(DATA % 1 + ";" + ENDLESS))
        child = writing_child()
        time.sleep(after)
        child.kill()
        with pytest.raises(WriterDied, match="SIGKILL"):
            doing.result(20)
        assert unchanged(store, generation)


def test_a_write_whose_child_is_killed_changes_nothing_and_the_next_one_works(store: Store) -> None:
    for moment in (0.0, 0.05, 0.3):
        kill_in_the_middle(store, moment)
    assert writer(store).write(update_task(DATA % 1)).after == 2
    assert triples(store, G) == 1


@pytest.mark.parametrize("rounds", [20, pytest.param(300, marks=pytest.mark.soak)])
def test_writes_killed_at_any_moment_change_nothing_or_all(store: Store, rounds: int) -> None:
    chance = random.Random(4)
    for batch in range(rounds):
        before, size = store.generation, triples(store)
        with ThreadPoolExecutor(1) as threads:
            rows = " ".join(f"<http://example.org/{batch}> <http://example.org/q{n}> {n} ." for n in range(2000))
            text = f"INSERT DATA {{ GRAPH <http://example.org/n> {{ {rows} }} }}"
            doing = threads.submit(writer(store).write, update_task(text))
            child = writing_child()
            time.sleep(chance.random() * 0.5)
            with suppress(psutil.NoSuchProcess):
                child.kill()
            died = isinstance(doing.exception(20), WriterDied)
        opened = Store(store.path)
        assert (opened.generation, triples(opened)) == ((before, size) if died else (before + 1, size + 2000))
    assert writer(store).write(update_task(DATA % 1)).after == store.generation
    assert not list(store.path.glob("draft-*"))


def test_what_a_writer_that_died_left_half_made_is_removed_by_the_next(store: Store) -> None:
    half = store.path / "draft-0123456789ab"
    half.mkdir()
    ours = store.path / "draft-of-a-letter"
    ours.mkdir()
    writer(store).write(update_task(DATA % 1))
    assert not half.exists()
    assert ours.exists(), "that is no draft of a writer"


def test_a_service_that_is_killed_takes_its_child_with_it_and_leaves_the_store_whole(store: Store) -> None:
    code = """
import sys
from pathlib import Path
from graph.store import Store
from graph.writer import WriteLimits, Writer
from tests.write_help import ENDLESS, update_task
Writer(Store(Path(sys.argv[1])), WriteLimits()).write(update_task(ENDLESS))
"""
    command = [sys.executable, "-c", code, str(store.path)]
    with subprocess.Popen(command, cwd=Path(__file__).parent.parent) as service:
        child = writing_child(of=service.pid)
        time.sleep(0.3)
        service.kill()
    assert not psutil.wait_procs([child], timeout=5)[1]
    assert (store.generation, triples(store)) == (1, 3000)
    assert writer(store).write(update_task(DATA % 1)).after == 2
    assert unchanged(store, 2)


def test_closing_ends_the_write_under_way(store: Store) -> None:
    closing = writer(store)
    with ThreadPoolExecutor(1) as threads:
        doing = threads.submit(closing.write, update_task(ENDLESS))
        writing_child()
        closing.close()
        with pytest.raises(WriterDied):
            doing.result(20)
    with pytest.raises(WriterDied, match="ending"):
        closing.write(update_task(DATA % 1))
    assert unchanged(store)


# --- Two at once -----------------------------------------------------------------------------------------------------


def test_writers_at_once_are_done_one_after_the_other_and_none_is_lost(store: Store) -> None:
    with ThreadPoolExecutor(4) as threads:
        tasks = [update_task(DATA % number) for number in range(6)]
        done = list(threads.map(lambda task: writer(Store(store.path)).write(task), tasks))
    assert sorted(each.after for each in done) == [2, 3, 4, 5, 6, 7]
    assert all(each.added == 1 for each in done)
    assert triples(store, G) == 6


def test_a_writer_waits_for_another_only_so_long(store: Store) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def slowly(draft: Path, before: Path) -> None:
        inside.set()
        go_on.wait(20)

    first = threading.Thread(target=lambda: store.commit_folder(slowly))
    first.start()
    try:
        assert inside.wait(10)
        with pytest.raises(StoreBusy, match=r"within 0\.2 s"):
            writer(store, patience=0.2).write(update_task(DATA % 1))
    finally:
        go_on.set()
        first.join(20)
    assert writer(store).write(update_task(DATA % 1)).after == 3


# --- Protected graphs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("graph", PROTECTED)
@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { GRAPH <%s> { <http://example.org/a> <http://example.org/p> 1 } }",
        "INSERT { GRAPH ?g { ?s ?p 3 } } WHERE { ?s ?p ?o BIND(IRI('%s') AS ?g) }",
        "COPY DEFAULT TO <%s>",
        "# as many as before\nDELETE DATA { GRAPH <%s> { <http://example.org/there> a 1 } } ;"
        "INSERT { GRAPH ?g { <http://example.org/there> a 2 } } WHERE { ?s ?p ?o BIND(IRI('%s') AS ?g) }",
    ],
)
def test_no_update_changes_a_protected_graph(empty_store: Store, graph: str, text: str) -> None:
    a, there = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), NamedNode("http://example.org/there")
    empty_store.load([Quad(there, a, Literal(1), NamedNode(graph)), Quad(there, a, Literal(5))])
    with pytest.raises(GraphProtected, match=graph):
        writer(empty_store).write(update_task(text.replace("%s", graph)))
    assert (empty_store.generation, triples(empty_store, graph)) == (1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "DROP NAMED",
        "CLEAR NAMED",
        f"CLEAR GRAPH <{PROTECTED[0]}>",
        f"DROP ALL ; INSERT DATA {{ GRAPH <{PROTECTED[0]}> {{ <http://example.org/a> <http://example.org/p> 1 }} }}",
        f"DELETE WHERE {{ GRAPH <{PROTECTED[0]}> {{ ?s ?p ?o }} }} # DROP ALL",
        "DELETE { GRAPH ?g { ?s ?p ?all } } WHERE { GRAPH ?g { ?s ?p ?all } }",
    ],
)
def test_everything_else_may_be_dropped_but_not_the_ontology(tmp_path: Path, text: str) -> None:
    store = open_store(tmp_path / "store", empty=True)
    writing = writer(store)
    writing.write(update_task(DATA % 1))
    with pytest.raises(GraphProtected):
        writing.write(update_task(text))
    writing.write(update_task(f"DROP GRAPH <{G}>"))
    assert triples(store, PROTECTED[0]) > 1000
    assert triples(store, G) == 0


@pytest.mark.parametrize("text", ["DROP ALL", "clear all", "DROP SILENT ALL", "# why\nCLEAR ALL ; DROP ALL"])
def test_all_graphs_go_together_and_the_ontology_with_them(tmp_path: Path, text: str) -> None:
    store = open_store(tmp_path / "store", empty=True)
    assert (store.snapshot().union, len(store.snapshot().database) > 1000) == (True, True)
    changed = writer(store).write(update_task(text))
    assert (changed.added, len(store.snapshot().database)) == (0, 0)
    assert not store.snapshot().union, "what is left is a plain dataset"
    store.load(missing_ontology(store.snapshot()))
    assert (store.snapshot().union, missing_ontology(store.snapshot())) == (True, [])


# --- Other hosts -----------------------------------------------------------------------------------------------------


FETCHES: Final = {
    "LOAD": "LOAD <%s>",
    "LOAD into a graph": "LOAD <%s> INTO GRAPH <http://example.org/g>",
    "in small letters, without a space": "loadsilent<%s>into graph<http://example.org/g>",
    "behind another operation": "CLEAR DEFAULT;LOAD <%s>",
    "behind a prologue": "BASE <http://example.org/>PREFIX load: <http://example.org/>LOAD<%s>",
    "behind a comment": "# none\rLOAD <%s>",
    "behind what looks like an IRI": "INSERT DATA { <<:a:b'>'>> :p :o } ; LOAD <%s> #'",
    "with a prefix": "PREFIX x: <%s> LOAD x:",
    "silently, with a prefix": "PREFIX x: <%s> LOAD SILENT x:",
    "silently and not so": "LOAD SILENT <%s> ; LOAD <http://example.org/> SILENT",
    "SERVICE": "INSERT { ?s ?p ?o } WHERE { SERVICE <%s> { ?s ?p ?o } }",
    "SERVICE SILENT": "DELETE { ?s ?p ?o } WHERE { ?s ?p 1SERVICE SILENT<%s>{ ?s ?p ?o } }",
}


@pytest.mark.parametrize("text", FETCHES.values(), ids=FETCHES.keys())
def test_no_update_asks_another_host(store: Store, listener: tuple[int, list[bytes]], text: str) -> None:
    port, received = listener
    with pytest.raises(QueryRefused, match=r"not allowed|can be read in two ways"):
        writer(store).write(update_task(text % f"http://127.0.0.1:{port}/x"))
    assert received == []
    assert unchanged(store)


SILENT: Final = [
    "LOAD SILENT <%s>",
    "load silent <%s> into graph <http://example.org/g>",
    "CLEAR DEFAULT;LOAD SILENT <%s>;LOAD SILENT<%s>",
    "# none\rLOAD SILENT <%s> # and no more",
]


@pytest.mark.parametrize("text", SILENT)
def test_a_silent_load_fails_silently(empty_store: Store, listener: tuple[int, list[bytes]], text: str) -> None:
    port, received = listener
    iri = f"http://127.0.0.1:{port}/x"
    more = "; INSERT DATA { <http://example.org/a> <http://example.org/p> 1 }"
    changed = writer(empty_store).write(update_task(text.replace("%s", iri) + "\n" + more))
    assert (changed.added, changed.removed, received) == (1, 0, [])


def test_errors_behind_a_silent_load_are_told_in_their_own_line(empty_store: Store) -> None:
    with pytest.raises(SyntaxRefused, match="line 4"):
        writer(empty_store).write(update_task("LOAD SILENT\n<http://example.org/a>\n;\nINSERT {"))


HARMLESS: Final = [
    "PREFIX load: <http://example.org/> INSERT DATA { load:a load:LOAD 'LOAD <x>' }",
    "INSERT DATA { <http://example.org/LOAD> <http://example.org/SERVICE> 'SERVICE' } # LOAD <x>",
    "BASE <http://example.org/> INSERT DATA { <#it's> <#(a)> <#b> }",
    "PREFIX load: <http://example.org/> CREATE GRAPH load:a ; COPY load:a TO load:b",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_the_words_are_allowed_where_they_fetch_nothing(store: Store, text: str) -> None:
    assert writer(store).write(update_task(text)).after == 2


# --- Datasets --------------------------------------------------------------------------------------------------------

REWRITTEN: Final = {
    "INSERT { ?s ?p ?o } WHERE { ?s ?p ?o }": "INSERT { ?s ?p ?o } USING <x:d> USING NAMED <x:n> WHERE { ?s ?p ?o }",
    "DELETE WHERE { ?s ?p ?o }": "DELETE { ?s ?p ?o } USING <x:d> USING NAMED <x:n> WHERE { ?s ?p ?o }",
    "deletewhere{ ?s ?p ?o }": "DELETE { ?s ?p ?o } USING <x:d> USING NAMED <x:n> WHERE{ ?s ?p ?o }",
    "INSERT DATA { <a:b> <a:c> 'WHERE { }' }": "INSERT DATA { <a:b> <a:c> 'WHERE { }' }",
    "INSERT {} # WHERE {\nWHERE { { SELECT * WHERE {} } }": (
        "INSERT {} # WHERE {\nUSING <x:d> USING NAMED <x:n> WHERE { { SELECT * WHERE {} } }"
    ),
    "PREFIX where: <x:> CLEAR GRAPH where:a": "PREFIX where: <x:> CLEAR GRAPH where:a",
}


@pytest.mark.parametrize(("given", "expected"), REWRITTEN.items())
def test_a_dataset_is_put_into_every_operation_that_matches(given: str, expected: str) -> None:
    assert with_dataset(given, ["x:d"], ["x:n"]) == expected


@pytest.mark.parametrize(
    "text",
    [
        "INSERT { ?s ?p ?o } USING <x:a> WHERE { ?s ?p ?o }",
        "DELETE { ?s ?p ?o } USINGNAMED<x:a>WHERE { ?s ?p ?o }",
        "WITH <x:a> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "CLEAR DEFAULT ; with x:a DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_a_dataset_is_refused_for_an_update_that_has_its_own(text: str) -> None:
    with pytest.raises(QueryRefused, match="USING or WITH"):
        with_dataset(text, ["x:d"], [])


@pytest.mark.timed
def test_a_long_update_is_checked_in_time_that_grows_with_its_length_alone() -> None:
    for part in ("<a", "'a' ", "?", "a:b\\#", "( ", "} ", "@a-", "LOA D "):
        begin = time.process_time()
        with suppress(QueryRefused):
            check_update(part * (400_000 // len(part)))
        assert time.process_time() - begin < 5, part


# --- Documents -------------------------------------------------------------------------------------------------------

_BOMB: Final = b"""<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa">%s]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://example.org/">
<rdf:Description rdf:about="http://example.org/a"><e:p>&z9;</e:p></rdf:Description></rdf:RDF>""" % b"".join(
    b'<!ENTITY z%d "%s">' % (level, (b"&z%d;" % (level - 1) if level else b"&a;") * 10) for level in range(10)
)
_OUTSIDE: Final = b"""<!doctype x [<!ENTITY z SYSTEM "file:///etc/passwd">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://example.org/">
<rdf:Description rdf:about="http://example.org/a"><e:p>&z;</e:p></rdf:Description></rdf:RDF>"""


def put(media_type: str, body: bytes, graph: str | None = G) -> Task:
    return Task("put", (Document(media_type, body, "http://example.org/base"),), graph)


@pytest.mark.parametrize("body", [_BOMB, _OUTSIDE], ids=["a bomb", "from outside"])
def test_entities_in_rdf_xml_are_refused_before_they_are_read(store: Store, body: bytes) -> None:
    begin = time.monotonic()
    with pytest.raises(DocumentRefused, match="DOCTYPE is not allowed"):
        writer(store).write(put("application/rdf+xml", body))
    assert time.monotonic() - begin < 5
    assert unchanged(store)


@pytest.mark.parametrize("context", ['"%s"', '["%s"]', '{"@import": "%s"}'])
def test_a_json_ld_context_elsewhere_is_not_fetched(
    store: Store, listener: tuple[int, list[bytes]], context: str
) -> None:
    port, received = listener
    body = f'{{"@context": {context % f"http://127.0.0.1:{port}/c"}, "@id": "http://example.org/a", "p": 1}}'
    with pytest.raises(DocumentRefused, match="not fetched"):
        writer(store).write(put("application/ld+json", body.encode()))
    assert received == []
    assert unchanged(store)


def test_a_document_that_is_no_rdf_is_refused_with_its_line(store: Store) -> None:
    with pytest.raises(DocumentRefused) as caught:
        writer(store).write(put("text/turtle", b"<a> <b> 1 .\n<a> <b> zz ."))
    assert (caught.value.line, caught.value.column) == (2, 9)
    with pytest.raises(DocumentRefused) as caught:
        writer(store).write(put("application/rdf+xml", b"<a>\n<b>\n</a>"))
    assert caught.value.line == 3
    with pytest.raises(DocumentRefused):
        writer(store).write(put("application/ld+json", b"{"))
    assert unchanged(store)


def test_a_document_that_ends_its_process_changes_nothing(store: Store) -> None:
    nested = b'{"@id":"http://example.org/a","http://example.org/p":'
    with pytest.raises((WriterDied, WriteOverMemory, DocumentRefused)):
        writer(store).write(put("application/ld+json", nested * 60_000 + b"1" + b"}" * 60_000))
    assert unchanged(store)


def test_a_graph_that_is_not_there_cannot_be_deleted(store: Store) -> None:
    with pytest.raises(GraphAbsent, match=G):
        writer(store).write(Task("delete", graph=G))
    assert unchanged(store)


@pytest.mark.parametrize("using", [(), (G,)])
def test_a_syntax_error_is_told_as_it_stands_in_what_was_sent(store: Store, using: tuple[str, ...]) -> None:
    text = b"INSERT { ?s ?p ?o }\nWHERE { ?s ?p"
    with pytest.raises(SyntaxRefused) as caught:
        writer(store).write(Task("update", (Document("application/sparql-update", text),), using=using))
    assert (caught.value.line, caught.value.column) == (2, 14)


def test_a_large_insert_is_done(store: Store) -> None:
    assert writer(store).write(update_task(numbers(20_000))).added == 17_000
