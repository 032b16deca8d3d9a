"""The store: commits are whole or not at all, and readers keep what they read."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from rdflib import URIRef

from api.stores import open_store
from graph.errors import StoreUnreachable
from graph.rdf import dataset
from graph.snapshot import Snapshot
from graph.store import FORMAT, Store
from ontology.errors import SubsidiaError

A: Final = "http://example.org/graph/a"
B: Final = "http://example.org/graph/b"
SAYS: Final = "http://example.org/says"


def quad(name: str, graph: str = A, words: str = "yes") -> Quad:
    return Quad(NamedNode(f"http://example.org/{name}"), NamedNode(SAYS), Literal(words), NamedNode(graph))


def contents(snapshot: Snapshot) -> set[str]:
    return {str(found) for found in snapshot.quads()}


def folders(store: Store) -> set[str]:
    return {folder.name for folder in store.path.glob("generation-*")}


_PRELUDE: Final = """
import sys
from pathlib import Path
from pyoxigraph import Literal, NamedNode, Quad
from graph.store import Store

def quad(name, words="yes"):
    base = "http://example.org/"
    return Quad(NamedNode(base + name), NamedNode(base + "says"), Literal(words), NamedNode(base + "graph/a"))
"""


def run(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a Python process whose code begins with the names that these tests use."""
    command = [sys.executable, "-c", _PRELUDE + code, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=Path(__file__).parent.parent, stdin=pipe, stdout=pipe, text=True)


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


# --- Commits ---------------------------------------------------------------------------------------------------------


def test_the_generation_counts_the_commits(empty_store: Store) -> None:
    assert empty_store.generation == 0
    assert empty_store.load([quad("one")]) == 1
    assert empty_store.load([quad("two")]) == 2
    assert empty_store.commit(lambda database: database.add(quad("three"))) == 3
    assert empty_store.generation == 3
    assert Store(empty_store.path).generation == 3
    assert contents(empty_store.snapshot()) == {str(quad(name)) for name in ("one", "two", "three")}


def test_a_new_store_is_empty_and_readable(empty_store: Store) -> None:
    assert empty_store.snapshot().size == 0
    assert empty_store.snapshot().generation == 0


def test_a_load_whose_statements_fail_midway_changes_nothing(empty_store: Store) -> None:
    empty_store.load([quad("kept")])

    def failing() -> Iterator[Quad]:
        for number in range(1000):
            yield quad(f"lost-{number}")
        raise SubsidiaError("the source broke off")

    with pytest.raises(SubsidiaError, match="broke off"):
        empty_store.load(failing(), replace=[A])
    assert empty_store.generation == 1
    assert contents(empty_store.snapshot()) == {str(quad("kept"))}
    assert folders(empty_store) == {"generation-0", "generation-1"}
    assert empty_store.load([quad("next")]) == 2


def test_a_change_that_fails_midway_changes_nothing(empty_store: Store) -> None:
    empty_store.load([quad("kept")])

    def change(database: object) -> None:
        del database
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        empty_store.commit(change)
    assert (empty_store.generation, contents(empty_store.snapshot())) == (1, {str(quad("kept"))})


def test_replacing_empties_only_the_graphs_that_are_named(empty_store: Store) -> None:
    empty_store.load([quad("old", A), quad("old", B)])
    empty_store.load([quad("new", A)], replace=[A, "http://example.org/graph/unheard-of"])
    assert contents(empty_store.snapshot()) == {str(quad("new", A)), str(quad("old", B))}


def test_the_same_statements_loaded_twice_are_there_once(empty_store: Store) -> None:
    empty_store.load([quad("one"), quad("one")])
    empty_store.load([quad("one")])
    assert empty_store.snapshot().size == 1


def test_a_full_disk_leaves_the_store_as_it_was_and_is_said_in_words(empty_store: Store) -> None:
    empty_store.load([quad("kept")])
    code = """
import resource
from graph.errors import StoreUnreachable
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    Store(Path(sys.argv[1])).load(quad(str(number), words=str(number) * 40) for number in range(20_000))
except StoreUnreachable as error:
    print(error)
"""
    with run(code, empty_store.path) as process:
        assert "cannot be written" in line_of(process)
    assert (empty_store.generation, contents(empty_store.snapshot())) == (1, {str(quad("kept"))})
    assert folders(empty_store) == {"generation-0", "generation-1"}


# --- Snapshots -------------------------------------------------------------------------------------------------------


def test_a_snapshot_is_the_same_object_until_a_commit(empty_store: Store) -> None:
    first = empty_store.snapshot()
    assert empty_store.snapshot() is first
    Store(empty_store.path).load([quad("by-another")])
    assert empty_store.snapshot() is not first
    assert empty_store.snapshot().generation == 1


def test_a_snapshot_stays_as_it_was_while_commits_are_made(empty_store: Store) -> None:
    # many small loads make many files, more than Oxigraph opens at once
    for batch in range(10):
        empty_store.load([quad(f"{batch}-{number}") for number in range(50)])
    held = empty_store.snapshot()
    before = contents(held)
    assert len(before) == 500
    for number in range(4):
        empty_store.load([quad(f"later-{number}")])
    assert contents(held) == before
    assert held.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == [{"n": "500"}]
    assert all(held.has(f"http://example.org/{batch}-7") for batch in range(10))
    assert not held.has("http://example.org/later-0")
    assert empty_store.snapshot().size == 504


def test_a_generation_is_kept_while_it_is_held_and_forgotten_by_the_commit_after(empty_store: Store) -> None:
    empty_store.load([quad("one")])
    held = empty_store.snapshot()
    for name in ("two", "three", "four"):
        empty_store.load([quad(name)])
    assert folders(empty_store) == {"generation-1", "generation-3", "generation-4"}
    assert Snapshot(held.folder, held.generation).size == 1, "others may open what is held"
    del held
    empty_store.snapshot()
    empty_store.load([quad("five")])
    assert folders(empty_store) == {"generation-4", "generation-5"}


def test_two_processes_read_while_a_third_writes(empty_store: Store) -> None:
    empty_store.load([quad("0")])
    code = """
store = Store(Path(sys.argv[1]))
print("ready", flush=True)
last = 0
while last < 8:
    snapshot = store.snapshot()
    assert snapshot.size == snapshot.generation == len(list(snapshot.quads())), "a generation has as many statements"
    assert snapshot.generation >= last, "time does not run backwards"
    last = snapshot.generation
print("whole", flush=True)
"""
    readers = [run(code, empty_store.path) for _ in range(2)]
    assert [line_of(reader) for reader in readers] == ["ready", "ready"]
    for number in range(1, 8):
        empty_store.load([quad(str(number))])
    assert [line_of(reader) for reader in readers] == ["whole", "whole"]
    assert [reader.communicate(timeout=10) and reader.returncode for reader in readers] == [0, 0]


def test_a_second_writer_waits_for_the_first(empty_store: Store) -> None:
    code = """
def change(database):
    print("writing", flush=True)
    sys.stdin.readline()
    database.add(quad("first"))
Store(Path(sys.argv[1])).commit(change)
"""
    first = run(code, empty_store.path)
    assert line_of(first) == "writing"
    done = threading.Event()

    def second() -> None:
        empty_store.load([quad("second")])
        done.set()

    writer = threading.Thread(target=second)
    writer.start()
    assert not done.wait(0.3), "the second writer waits"
    assert empty_store.generation == 0
    first.communicate("go on\n", timeout=10)
    writer.join(10)
    assert done.is_set()
    assert empty_store.generation == 2
    assert contents(empty_store.snapshot()) == {str(quad("first")), str(quad("second"))}


# --- Crashes ---------------------------------------------------------------------------------------------------------


def test_a_generation_that_a_crash_left_half_made_is_overwritten(empty_store: Store) -> None:
    empty_store.load([quad("kept")])
    half = empty_store.path / "generation-2" / "graph"
    half.mkdir(parents=True)
    (half / "CURRENT").write_text("MANIFEST-999999\n")
    (half / "000001.sst").write_bytes(b"half a file")
    (empty_store.path / "CURRENT.new").write_text("generation-")
    assert Store(empty_store.path).generation == 1
    assert empty_store.load([quad("next")]) == 2
    assert contents(empty_store.snapshot()) == {str(quad("kept")), str(quad("next"))}


@pytest.mark.parametrize("moment", [0.0, 0.02, 0.05, 0.1, 0.2])
def test_a_load_that_is_killed_leaves_the_old_generation_or_the_new_one_whole(
    empty_store: Store, moment: float
) -> None:
    empty_store.load([quad("kept")])
    code = """
def change(database):
    print("writing", flush=True)
    database.bulk_extend(quad(str(number)) for number in range(30_000))
Store(Path(sys.argv[1])).commit(change)
"""
    process = run(code, empty_store.path)
    assert line_of(process) == "writing"
    time.sleep(moment)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)
    opened = Store(empty_store.path)
    assert (opened.generation, opened.snapshot().size) in [(1, 1), (2, 30_001)]
    after = opened.load([quad("after")])
    assert opened.snapshot().generation == after
    assert opened.snapshot().has("http://example.org/kept")
    assert opened.snapshot().has("http://example.org/after")


def test_a_store_whose_making_was_killed_is_made_anew(tmp_path: Path) -> None:
    code = """
def fill():
    print("filling", flush=True)
    sys.stdin.readline()
    return [quad("one")]
Store.create(Path(sys.argv[1]), fill)
"""
    path = tmp_path / "store"
    process = run(code, path)
    assert line_of(process) == "filling"
    assert not Store.exists(path), "a store is one when it is whole"
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)
    assert not Store.exists(path)
    store = Store.create(path, lambda: [quad("two")])
    assert (store.generation, contents(store.snapshot())) == (1, {str(quad("two"))})


def test_two_that_make_the_same_store_at_once_get_the_same_whole_store(tmp_path: Path) -> None:
    path = tmp_path / "store"
    code = """
store = Store.create(Path(sys.argv[1]), lambda: [quad(sys.argv[2])])
print(store.generation, store.snapshot().size, flush=True)
"""
    both = [run(code, path, name) for name in ("one", "two")]
    assert [line_of(process) for process in both] == ["1 1", "1 1"]
    assert [process.communicate(timeout=10) and process.returncode for process in both] == [0, 0]


def test_a_store_that_cannot_be_filled_is_none(tmp_path: Path) -> None:
    path = tmp_path / "store"

    def fill() -> Iterator[Quad]:
        yield quad("one")
        raise SubsidiaError("no casebook")

    with pytest.raises(SubsidiaError, match="no casebook"):
        Store.create(path, fill)
    assert not Store.exists(path)
    assert [item.name for item in path.iterdir()] == ["writer.lock"]
    assert Store.create(path, lambda: [quad("one")]).generation == 1


# --- Refusals --------------------------------------------------------------------------------------------------------


def test_a_store_of_another_format_is_refused_by_name(empty_store: Store) -> None:
    (empty_store.path / "store.json").write_text(json.dumps({"format": FORMAT + 1}))
    with pytest.raises(StoreUnreachable) as caught:
        Store(empty_store.path)
    assert caught.value.path == empty_store.path
    assert str(caught.value) == f"store {empty_store.path}: it has format 2, and this version reads format 1"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format"', "\x00"])
def test_a_store_whose_format_cannot_be_read_is_refused_by_name(empty_store: Store, text: str) -> None:
    (empty_store.path / "store.json").write_text(text)
    with pytest.raises(StoreUnreachable, match=r"store\.json cannot be read"):
        Store(empty_store.path)


@pytest.mark.parametrize("text", ["", "generation-", "generation-x", "7 generations"])
def test_a_store_whose_generation_cannot_be_told_is_refused_by_name(empty_store: Store, text: str) -> None:
    (empty_store.path / "CURRENT").write_text(text)
    with pytest.raises(StoreUnreachable, match="its current generation cannot be told"):
        Store(empty_store.path).snapshot()


def test_a_store_whose_current_generation_is_gone_is_refused_by_name(empty_store: Store) -> None:
    (empty_store.path / "CURRENT").write_text("generation-5")
    with pytest.raises(StoreUnreachable, match="generation-5"):
        Store(empty_store.path).snapshot()


def test_a_folder_that_is_no_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "photographs"
    folder.mkdir()
    (folder / "sea.jpg").write_bytes(b"sea")
    with pytest.raises(StoreUnreachable, match="holds no store"):
        open_store(folder)
    assert [item.name for item in folder.iterdir()] == ["sea.jpg"]
    with pytest.raises(StoreUnreachable, match="there is no store here"):
        Store(folder)
    with pytest.raises(StoreUnreachable, match="there is no store here"):
        Store(tmp_path / "nowhere")


def test_a_file_in_the_place_of_a_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("words")
    with pytest.raises(StoreUnreachable, match="File exists"):
        open_store(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "words"


def test_an_empty_folder_becomes_a_store(tmp_path: Path) -> None:
    store = open_store(tmp_path, empty=True)
    assert store.generation == 1
    assert store.snapshot().instances("gov:Actor") == []
    assert list(store.snapshot().graph("https://w3id.org/subsidia/graph/ontology"))


def test_a_folder_of_the_users_beside_the_generations_is_left_alone(empty_store: Store) -> None:
    (empty_store.path / "generation-0.bak").mkdir()
    for name in ("one", "two", "three"):
        empty_store.load([quad(name)])
    assert "generation-0.bak" in os.listdir(empty_store.path)  # noqa: PTH208


# --- rdflib ----------------------------------------------------------------------------------------------------------


_RDFLIB_WARNS_OF_ITSELF: Final = pytest.mark.filterwarnings("ignore:Dataset.default_context:DeprecationWarning")


@_RDFLIB_WARNS_OF_ITSELF
def test_an_rdflib_dataset_reads_the_snapshot(empty_store: Store) -> None:
    empty_store.load([quad("one", A), quad("two", A), quad("two", B)])
    rdf = dataset(empty_store.snapshot())
    one, two, says = (URIRef(f"http://example.org/{name}") for name in ("one", "two", "says"))
    assert {(subject, predicate) for subject, predicate, _ in rdf.triples((None, None, None))} == {
        (one, says),
        (two, says),
    }
    assert [str(value) for value in rdf.objects(one, says)] == ["yes"]
    assert len(rdf.graph(URIRef(A))) == 2
    assert len(rdf.graph(URIRef(B))) == 1
    # the default graph is the union of all graphs: three statements, two of them the same triple
    assert len(rdf) == len(set(rdf.triples((None, None, None)))) == 2


@_RDFLIB_WARNS_OF_ITSELF
def test_an_rdflib_dataset_of_the_casebook_is_as_long_as_its_triples_are_many(casebook: Snapshot) -> None:
    rdf = dataset(casebook)
    assert len(rdf) == len({found.triple for found in casebook.quads()})
    assert len(list(rdf.quads((None, None, None, None)))) == casebook.size


def test_an_rdflib_dataset_cannot_be_written(empty_store: Store) -> None:
    rdf = dataset(empty_store.snapshot())
    with pytest.raises(RuntimeError, match="read-write"):
        rdf.graph(URIRef(A)).add((URIRef(A), URIRef(SAYS), URIRef(B)))
