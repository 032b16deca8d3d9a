"""Readers and their guard: what strangers may ask, and what happens to those who ask too much."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import replace
from typing import Final

import psutil  # type: ignore[import-untyped]
import pytest
from pyoxigraph import Literal, NamedNode, Quad

from graph.errors import QueryRefused, StoreUnreachable, SyntaxRefused
from graph.guard import MAX_LENGTH, MAX_NESTING, QueryTooLong, check_query
from graph.reader_process import Question, answer
from graph.readers import Busy, Interrupted, Limits, NotAcceptable, OverMemory, OverSize, OverTime, Readers
from graph.snapshot import Snapshot
from graph.store import Store

pytestmark = pytest.mark.timed

JSON: Final = "application/sparql-results+json"
COUNT: Final = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
# no end in sight: 2,000 statements four times over, none of which meets the filter
ENDLESS: Final = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?c + ?f + ?i + ?l < 0) }"
# all pairs of 2,000 statements, kept to be sorted
GREEDY: Final = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i"


# --- The guard -------------------------------------------------------------------------------------------------------

HARMLESS: Final = {
    "in a string": "SELECT * { ?s ?p 'SERVICE {' }",
    "in a long string": 'SELECT * { ?s ?p """ "SERVICE" \n <x> { """ }',
    "in a string with escapes": r"SELECT * { ?s ?p 'it\'s a SERVICE' }",
    "in a comment": "SELECT * { # SERVICE <http://example.org/> {}\n ?s ?p ?o }",
    "in a comment with a quote": "SELECT * { # it's a SERVICE\n ?s ?p ?o }",
    "in an IRI": "SELECT * { <http://example.org/SERVICE> ?p <http://example.org/service#it's> }",
    "in a variable": "SELECT ?service { ?service ?p $SERVICE }",
    "in a prefixed name": "PREFIX ex: <http://example.org/> SELECT * { ?s ex:service ex:a-service.SERVICE }",
    "behind an escape": r"PREFIX ex: <http://example.org/> SELECT * { ?s ex:a\#b 'SERVICE' }",
    "in a comparison": "SELECT * { ?s ?p ?o FILTER(?s<?o&&?o>?p) }",
}


@pytest.mark.parametrize("query", HARMLESS.values(), ids=HARMLESS.keys())
def test_the_word_service_is_allowed_where_it_calls_none(empty_store: Store, query: str) -> None:
    check_query(query)
    assert answer(_question(empty_store.snapshot(), query)).failure == ""


# %s is the address that is called. Each of these is read by Oxigraph as a call of a service.
CALLS: Final = {
    "plainly": "SELECT * { SERVICE %s { ?a ?b ?c } }",
    "silently": "SELECT * { service silent %s { ?a ?b ?c } }",
    "after a full stop": "SELECT * { ?s ?p ?o .SERVICE %s { ?a ?b ?c } }",
    "after a number": "SELECT * { ?s ?p 1SERVICE %s { ?a ?b ?c } }",
    "after a truth": "SELECT * { ?s ?p trueSERVICE %s { ?a ?b ?c } }",
    "after a language": 'SELECT * { ?s ?p "a"@en.SERVICE %s { ?a ?b ?c } }',
    "after an empty name": "PREFIX ex: <http://example.org/> SELECT * { ?s ?p ex:.SERVICE %s { ?a ?b ?c } }",
    "after a comment that a carriage return ends": "SELECT * { # words\r SERVICE %s { ?a ?b ?c } }",
    "after an escaped #": "PREFIX ex: <http://example.org/> SELECT * { ?s ?p ex:a\\# . SERVICE %s { ?a ?b ?c } \n}",
    "after an escape in an IRI": "SELECT * { ?s ?p <http://example.org/\\u0041#> . SERVICE %s { ?a ?b ?c } \n}",
    "after a hard space in an IRI": "SELECT * { ?s ?p <http://example.org/\u00a0#> . SERVICE %s { ?a ?b ?c } \n}",
    "after an escaped quote": 'SELECT * { ?s ?p "a\\u0022 # " . SERVICE %s { ?a ?b ?c } \n}',
    "with a prefixed address": "PREFIX : %s SELECT * { SERVICE:x { ?a ?b ?c } }",
    "between comparisons": "SELECT * { FILTER(1<2)SERVICE%s{ ?a ?b ?c }FILTER(3>2) }",
    "before a comment that looks like the end of an IRI": (
        "SELECT * { BIND(%s AS ?v) FILTER(1<2||?x<?y)SERVICE#>\n?v{ ?a ?b ?c } }"
    ),
    "behind a comment that looks like a string": (
        "SELECT * { ?s ?p ?o FILTER(1<2||?s<?p)#>'''\nSERVICE %s { ?a ?b ?c }\n#'''\n }"
    ),
    "between strings that look like one": (
        "SELECT * { ?s ?p ?o FILTER(1<2||?s<'b>c') SERVICE %s { ?a ?b ?c } FILTER(?s != 'q') }"
    ),
}


@pytest.mark.parametrize("query", CALLS.values(), ids=CALLS.keys())
def test_no_way_of_writing_service_passes(listener: tuple[int, list[bytes]], query: str) -> None:
    port, received = listener
    text = query % f"<http://127.0.0.1:{port}/>"
    with pytest.raises(QueryRefused):
        check_query(text)
    assert received == []


def test_a_query_may_nest_as_deep_as_the_limit_and_no_deeper() -> None:
    def nested(depth: int) -> str:
        return "SELECT * " + "{" * depth + "}" * depth

    check_query(nested(MAX_NESTING))
    with pytest.raises(QueryRefused, match=f"nests {MAX_NESTING + 1} deep"):
        check_query(nested(MAX_NESTING + 1))
    check_query("SELECT * { ?s ?p '" + "(" * 500 + "' } # " + "[" * 500)
    with pytest.raises(QueryRefused, match="deep"):
        check_query("SELECT * { FILTER" + "(" * 500 + "1" + ")" * 500 + "}")


def test_a_query_may_be_as_long_as_the_limit_and_no_longer() -> None:
    check_query("#" * MAX_LENGTH)
    with pytest.raises(QueryTooLong, match=f"{MAX_LENGTH + 1:,} characters; {MAX_LENGTH:,} are allowed"):
        check_query("#" * (MAX_LENGTH + 1))


@pytest.mark.parametrize("part", ["'\\", "'", '"""\\"', "a.", "<a", "<a://", "?", "\\", "ex:a\\#", "@a-", "_:"])
def test_a_long_query_that_is_made_to_be_slow_is_checked_quickly(part: str) -> None:
    begin = time.process_time()
    with suppress(QueryRefused):
        check_query(part * (MAX_LENGTH // len(part)))
    assert time.process_time() - begin < 5, "quadratic time would be minutes"


def test_a_string_that_does_not_end_is_refused_with_its_line_and_column() -> None:
    with pytest.raises(SyntaxRefused) as caught:
        check_query("SELECT * {\n  ?s ?p 'words\n}")
    assert (caught.value.line, caught.value.column) == (2, 9)


# --- Readers ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Make a store of 2,000 statements: thing n says n."""
    store = Store.create(tmp_path_factory.mktemp("readers") / "store")
    base, graph = "http://example.org/", NamedNode("http://example.org/graph")
    store.load(Quad(NamedNode(f"{base}{n}"), NamedNode(f"{base}says"), Literal(n), graph) for n in range(2000))
    return store.snapshot()


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    """Start one reader with small limits: 2 s, 200 MiB of memory, 100 kB of result."""
    started = Readers(Limits(time=2, memory=200 * 2**20, readers=1))
    yield started
    started.close()


def _question(snapshot: Snapshot, query: str, result_bytes: int = 100_000) -> Question:
    return Question(str(snapshot.folder), query, JSON, "text/turtle", result_bytes=result_bytes)


def _count(readers: Readers, snapshot: Snapshot) -> str:
    body = json.loads(readers.ask(_question(snapshot, COUNT)).body)
    return str(body["results"]["bindings"][0]["n"]["value"])


def test_a_query_is_answered_with_its_media_type(readers: Readers, snapshot: Snapshot) -> None:
    found = readers.ask(_question(snapshot, "ASK { ?s ?p 1999 }"))
    assert (found.media_type, json.loads(found.body)) == (JSON, {"head": {}, "boolean": True})
    found = readers.ask(_question(snapshot, "CONSTRUCT { ?s ?p 7 } WHERE { ?s ?p 7 }"))
    assert found.media_type == "text/turtle"
    assert found.body.decode().split() == ["<http://example.org/7>", "<http://example.org/says>", "7", "."]
    assert _count(readers, snapshot) == "2000"


def test_a_query_that_takes_too_long_is_stopped_and_the_next_one_works(readers: Readers, snapshot: Snapshot) -> None:
    begin = time.monotonic()
    with pytest.raises(OverTime, match="longer than 2 s"):
        readers.ask(_question(snapshot, ENDLESS))
    assert time.monotonic() - begin < 8
    assert _count(readers, snapshot) == "2000"


def test_a_query_that_takes_too_much_memory_is_stopped_and_the_next_one_works(snapshot: Snapshot) -> None:
    patient = Readers(Limits(time=60, memory=100 * 2**20, readers=1))
    try:
        with pytest.raises(OverMemory, match=r"100 MiB|memory"):
            patient.ask(_question(snapshot, GREEDY))
        assert _count(patient, snapshot) == "2000"
    finally:
        patient.close()


def test_a_reader_that_is_killed_at_work_is_replaced(snapshot: Snapshot) -> None:
    lone = Readers(Limits(time=60, readers=1, slice=0.1))
    try:
        future = lone.submit(_question(snapshot, ENDLESS))
        (reader,) = _at_work(lone, 1)
        reader.kill()
        with pytest.raises(OverMemory, match="ended its reader"):
            lone.outcome(future)
        assert _count(lone, snapshot) == "2000"
    finally:
        lone.close()


def test_a_reader_that_is_killed_while_it_waits_is_replaced(snapshot: Snapshot) -> None:
    pair = Readers(Limits(time=60, readers=2))
    try:
        assert _count(pair, snapshot) == "2000"
        first = _all_ready(pair, 6)
        psutil.Process(min(first)).kill()
        assert [_count(pair, snapshot) for _ in range(3)] == ["2000"] * 3
        assert min(first) not in _all_ready(pair, 6)
    finally:
        pair.close()
    assert not any(psutil.pid_exists(process) for process in first), "none is left, not even to be waited for"


def test_readers_go_on_when_the_process_that_makes_them_is_killed(snapshot: Snapshot) -> None:
    before = set(psutil.Process().children())
    pair = Readers(Limits(time=60, readers=1))
    try:
        assert _count(pair, snapshot) == "2000"
        first = _all_ready(pair, 5)
        (nursery,) = set(psutil.Process().children()) - before
        nursery.kill()
        deadline = time.monotonic() + 10
        while any(psutil.pid_exists(process) for process in first):
            assert time.monotonic() < deadline, "the readers must end with it"
            time.sleep(0.01)
        assert _count(pair, snapshot) == "2000"
    finally:
        pair.close()


def test_a_result_that_is_too_large_is_refused(readers: Readers, snapshot: Snapshot) -> None:
    everything = "SELECT * { ?s ?p ?o }"
    with pytest.raises(OverSize, match="larger than 100,000 bytes"):
        readers.ask(_question(snapshot, everything))
    assert len(readers.ask(_question(snapshot, everything, 10**6)).body) > 100_000
    with pytest.raises(OverSize):
        readers.ask(_question(snapshot, "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", 1000))


def test_a_syntax_error_is_told_with_line_and_column(readers: Readers, snapshot: Snapshot) -> None:
    with pytest.raises(SyntaxRefused) as caught:
        readers.ask(_question(snapshot, "SELECT *\nWHERE {\n  ?s ?p"))
    assert (caught.value.line, caught.value.column) == (3, 8)
    assert str(caught.value).startswith("line 3, column 8: expected")
    with pytest.raises(SyntaxRefused, match="the prefix is not declared"):
        readers.ask(_question(snapshot, "SELECT * { ?s ex:says ?o }"))
    with pytest.raises(SyntaxRefused):
        readers.ask(_question(snapshot, "INSERT DATA { <http://example.org/a> a <http://example.org/b> }"))


def test_a_result_of_a_kind_that_is_not_asked_for_is_refused(readers: Readers, snapshot: Snapshot) -> None:
    only_triples = Question(str(snapshot.folder), COUNT, None, "text/turtle")
    with pytest.raises(NotAcceptable, match=r"sparql-results\+json"):
        readers.ask(only_triples)


def test_what_the_guard_refuses_is_not_evaluated(readers: Readers, snapshot: Snapshot) -> None:
    with pytest.raises(QueryRefused):
        readers.ask(_question(snapshot, "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"))


def test_a_generation_that_is_no_more_is_told_as_that_and_not_as_a_bad_query(
    readers: Readers, empty_store: Store
) -> None:
    gone = empty_store.path / "generation-99"
    with pytest.raises(StoreUnreachable, match="no longer kept") as caught:
        readers.ask(Question(str(gone), COUNT, JSON, None))
    assert caught.value.path == gone


def test_a_question_about_a_held_snapshot_is_answered_after_later_commits(readers: Readers, empty_store: Store) -> None:
    held = empty_store.snapshot()
    for n in range(3):
        empty_store.load([Quad(NamedNode("http://x.org/a"), NamedNode("http://x.org/b"), Literal(n))])
    assert _count(readers, held) == "0"
    assert _count(readers, empty_store.snapshot()) == "3"


def test_many_may_ask_at_once(snapshot: Snapshot) -> None:
    pair = Readers(Limits(time=20, readers=2))
    try:
        with ThreadPoolExecutor(8) as askers:
            assert list(askers.map(lambda _: _count(pair, snapshot), range(16))) == ["2000"] * 16
    finally:
        pair.close()


def test_closing_ends_the_readers_whatever_they_are_doing(snapshot: Snapshot) -> None:
    busy = Readers(Limits(time=60, readers=2, slice=0.1))
    questions = [busy.submit(_question(snapshot, f"{ENDLESS} # {n}")) for n in range(3)]
    started = _at_work(busy, 2)
    busy.close()
    _, alive = psutil.wait_procs(started, timeout=5)
    assert alive == []
    for question in questions:
        with pytest.raises(Interrupted, match="ask again"):
            busy.outcome(question)
    with pytest.raises(Interrupted, match="closed"):
        busy.ask(_question(snapshot, COUNT))
    busy.close()


def test_a_query_that_nobody_waits_for_is_stopped(snapshot: Snapshot) -> None:
    lone = Readers(Limits(time=60, readers=1, slice=0.1))
    try:
        running, waiting = (lone.submit(_question(snapshot, f"{ENDLESS} # {n}")) for n in range(2))
        (reader,) = _at_work(lone, 1)
        for future in (waiting, running):
            lone.give_up(future)
            with pytest.raises(Interrupted, match="given up"):
                lone.outcome(future)
        assert psutil.wait_procs([reader], timeout=5)[1] == []
    finally:
        lone.close()


def test_short_queries_are_answered_while_long_ones_hold_every_reader(snapshot: Snapshot) -> None:
    pair = Readers(Limits(time=4, readers=2, slice=0.25))
    try:
        _all_ready(pair, 6)
        # two that need not wait for a reader, and six that will be told to come again
        runaways = [pair.submit(_question(snapshot, f"{ENDLESS} # {n}")) for n in range(2)]
        _at_work(pair, 2)
        runaways += [pair.submit(_question(snapshot, f"{ENDLESS} # {n}")) for n in range(2, 8)]
        taken = []
        for n in range(100):
            begin = time.monotonic()
            assert json.loads(pair.ask(_question(snapshot, f"ASK {{ ?s ?p {n} }}")).body)["boolean"] is True
            taken.append(time.monotonic() - begin)
        assert sorted(taken)[94] < 0.1
        ended = [type(future.exception()) for future in runaways]
        assert set(ended) <= {OverTime, Busy}
        assert ended.count(OverTime) == 2
    finally:
        pair.close()


def test_who_finds_the_queue_full_is_told_to_come_again(snapshot: Snapshot) -> None:
    lone = Readers(Limits(time=30, readers=1, queue=1, slice=0.1))
    try:
        futures = [lone.submit(_question(snapshot, f"{ENDLESS} # {n}")) for n in range(3)]
        # one is under way and one waits; which of them is turned away depends on how soon the long reader is ready
        turned_away, _ = wait(futures, timeout=20, return_when=FIRST_COMPLETED)
        assert turned_away
        for future in turned_away:
            with pytest.raises(Busy, match="1 queries wait already"):
                lone.outcome(future)
    finally:
        lone.close()


def test_a_query_that_nests_too_deep_for_the_stack_is_refused_and_not_called_a_lack_of_memory(
    readers: Readers, snapshot: Snapshot
) -> None:
    with pytest.raises(QueryRefused, match="nests too deep"):
        readers.ask(_question(snapshot, "ASK {FILTER(1" + "+1" * 100_000 + ">0)}"))


# --- The second wall: readers have no network ------------------------------------------------------------------------

UNGUARDED: Final = """
import sys
from pyoxigraph import Store
from graph.sandbox import forbid_network
print(forbid_network())
try:
    print(list(Store().query(sys.argv[1])))
except OSError as error:
    print("refused:", error)
"""


@pytest.mark.parametrize("silent", ["", "SILENT "])
def test_a_reader_reaches_no_host_even_where_the_guard_lets_a_service_pass(
    listener: tuple[int, list[bytes]], silent: str
) -> None:
    port, received = listener
    call = f"SELECT * {{ SERVICE {silent}<http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}"
    told = subprocess.run([sys.executable, "-c", UNGUARDED, call], capture_output=True, text=True, timeout=60)
    lines = told.stdout.splitlines()
    if lines[0] == "False":
        pytest.skip("this kernel has no seccomp: the guard stands alone")
    assert silent or lines[1].startswith("refused: Operation not permitted")
    assert received == []


def test_a_host_of_the_federation_is_called_and_no_other(listener: tuple[int, list[bytes]], empty_store: Store) -> None:
    port, received = listener
    host = f"127.0.0.1:{port}"
    call = "SELECT * {{ SERVICE SILENT <http://{}/sparql> {{ ?s ?p ?o }} }}"
    federated = Readers(Limits(time=10, readers=1, hosts=(host,)))
    try:
        snapshot = empty_store.snapshot()
        for other in ("127.0.0.1:9", f"a@{host}", f"{host}.example.org", f"{host}\\u002e"):
            with pytest.raises(QueryRefused):
                federated.ask(replace(_question(snapshot, call.format(other)), hosts=(host,)))
        for text in (
            "SERVICE ?x { }",
            "PREFIX a: <http://127.0.0.1/> SERVICE a:b {}",
            f"trueSERVICE <http://{host}/> {{}}",
        ):
            with pytest.raises(QueryRefused):
                check_query(text, hosts=[host])
        assert received == []
        federated.ask(replace(_question(snapshot, call.format(host)), hosts=(host,)))
        assert received[0].startswith(b"POST /sparql")
    finally:
        federated.close()


def _all_ready(readers: Readers, count: int) -> set[int]:
    """Wait until there are so many readers, and give their process numbers."""
    deadline = time.monotonic() + 20
    while len(found := set(readers.processes())) != count:
        assert time.monotonic() < deadline, f"{count} readers never were ready"
        time.sleep(0.02)
    return found


def _at_work(readers: Readers, count: int) -> list[psutil.Process]:
    """Wait until so many readers are at work, and give them: those whose time on the processor grows."""
    deadline = time.monotonic() + 20
    before = _worked(readers)
    while time.monotonic() < deadline:
        time.sleep(0.2)
        now = _worked(readers)
        found = [reader for reader, taken in now.items() if reader in before and taken > before[reader]]
        if len(found) == count:
            return found
        before = now
    raise AssertionError(f"{count} readers never got to work")


def _worked(readers: Readers) -> dict[psutil.Process, float]:
    """Give the seconds that each reader that is ready has had of a processor."""
    found = {}
    for number in readers.processes():
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(number)
            found[process] = process.cpu_times().user
    return found
