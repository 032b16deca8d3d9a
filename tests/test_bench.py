"""The benchmark in its short form, its graph, and the sums of that graph made by hand, so to speak."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from api.stores import open_store
from graph.columns import columns_of
from graph.filters import Filters
from graph.funding.matrix import funding_matrix
from graph.store import Store
from ontology.identifiers import graph_name
from tests.bench.generate import GRAPH_NAME, actors, flows, level_sums, write_graph
from tests.bench.measure import sums_of
from tests.bench.report import as_table, machine, write_json
from tests.bench.stages import Asked, run, serving

FLOWS, SEED = 2000, 7


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bench") / "graph.nq"
    write_graph(path, FLOWS, SEED)
    return path


@pytest.fixture(scope="module")
def store(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    found = open_store(tmp_path_factory.mktemp("bench") / "store", empty=True)
    found.load_files([source])
    return found


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(source: Path, tmp_path: Path) -> None:
    again, other = tmp_path / "again.nq", tmp_path / "other.nq"
    assert write_graph(again, FLOWS, SEED) == write_graph(other, FLOWS, SEED) == source.read_bytes().count(b"\n")
    write_graph(other, FLOWS, SEED + 1)
    digests = [sha256(path.read_bytes()).hexdigest() for path in (source, again, other)]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("at", [None, 2006, 2010, 2030])
def test_the_matrix_is_what_plain_python_adds_up(store: Store, at: int | None) -> None:
    bodies = actors(FLOWS, SEED)
    matrix = funding_matrix(columns_of(store.snapshot()), Filters(at=at, type="transfer"))
    assert sums_of(matrix.cells) == level_sums(flows(FLOWS, SEED, bodies), bodies, at)


def test_a_filter_that_needs_every_flow_gives_the_same_sums(store: Store) -> None:
    bodies = actors(FLOWS, SEED)
    wanted = [flow for flow in flows(FLOWS, SEED, bodies) if "housing" in flow.fields]
    matrix = funding_matrix(columns_of(store.snapshot()), Filters(at=2010, field="housing", type="transfer"))
    assert sums_of(matrix.cells) == level_sums(wanted, bodies, 2010)


def test_a_file_that_breaks_off_changes_nothing(store: Store, source: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.nq"
    broken.write_bytes(source.read_bytes()[:-40])
    generation, size = store.generation, store.snapshot().size
    with pytest.raises(SyntaxError):
        store.load_files([source, broken], replace=[graph_name(GRAPH_NAME)])
    assert (store.generation, store.snapshot().size) == (generation, size)


def test_a_file_can_take_the_place_of_a_graph(source: Path, tmp_path: Path) -> None:
    smaller = tmp_path / "smaller.nq"
    count = write_graph(smaller, 50, SEED)
    store = Store.create(tmp_path / "store")
    store.load_files([source])
    store.load_files([smaller], replace=[graph_name(GRAPH_NAME)])
    assert store.snapshot().size == count


def test_the_benchmark_measures_everything_and_leaves_no_server(tmp_path: Path) -> None:
    notes, figures = run(Asked(FLOWS, 300, SEED, 20, servers=False), tmp_path, lambda words: None)
    pages = [figure for figure in figures if figure.stage.startswith("Pages")]
    measured = [figure for figure in figures if figure not in pages]
    assert all(value and value > 0 for figure in measured for value in figure.values.values())
    assert {figure.stage for figure in measured} >= {"Loading", "Sums from level to level", "Peak memory"}
    assert all(value is None or value > 0 for figure in pages for value in figure.values.values())

    facts = {"machine": machine(), "notes": notes}
    write_json(tmp_path / "results.json", facts, figures)
    rows = json.loads((tmp_path / "results.json").read_text())["figures"]
    assert [row["name"] for row in rows] == [figure.name for figure in figures]
    table = as_table(facts, figures)
    assert "bulk load" in table
    assert "statements/s" in table


def test_servers_are_compared_with_what_is_wanted() -> None:
    each = {"point": 0.002, "points": 600.0, "repeat": 0.001, "repeats": 800.0, "first": 0.3}
    served = {"subsidia": each, "rdflib-endpoint": {**each, "points": 300.0}, "oxigraph": {**each, "first": 0.1}}
    lines = as_table({"machine": machine(), "notes": []}, [*serving(served)]).splitlines()
    assert (
        "  one flow, four at once, queries/s: subsidia 600 · rdflib-endpoint 300 (2 ×, wanted 3) · oxigraph 600 (1 ×)"
        in lines
    )
    assert any("oxigraph 100 (0.33 ×, wanted 0.666667)" in line for line in lines)
