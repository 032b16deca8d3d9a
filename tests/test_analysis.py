"""The analysis as pages ask for it: each answer documented, and quick enough to wait for."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from api.answers.compare import compare_document, read_places
from api.answers.document import Document
from api.answers.indicators import indicators_document
from api.answers.trace import trace_document
from api.answers.whatif import read_target, what_if_document
from api.app import create_app
from api.settings import Settings
from graph.columns import columns_of
from graph.filters import Filters
from graph.gaps.gap import find_gaps
from graph.snapshot import Snapshot
from graph.store import Store

ASKED: dict[str, Callable[[Snapshot], Document]] = {
    "trace down": lambda snapshot: trace_document(snapshot, Filters(actor="es-state")),
    "trace up": lambda snapshot: trace_document(snapshot, Filters(actor="es-municipalities"), "up"),
    "trace of the Union": lambda snapshot: trace_document(snapshot, Filters(actor="eu")),
    "indicators": lambda snapshot: indicators_document(snapshot, Filters()),
    "indicators of an actor": lambda snapshot: indicators_document(
        snapshot, Filters(actor="es-state"), "es-municipalities"
    ),
    "without a state": lambda snapshot: what_if_document(
        snapshot, read_target(snapshot, "es-state"), Filters(at=2006), rules=False
    ),
    "two countries": lambda snapshot: compare_document(snapshot, read_places(snapshot, ["ES", "NL"]), Filters()),
    "two cities": lambda snapshot: compare_document(
        snapshot, read_places(snapshot, ["nl-rotterdam", "at-vienna"]), Filters()
    ),
}


@pytest.fixture(scope="module")
def asked_for_gaps(casebook_store: Store) -> Snapshot:
    """Open the casebook anew and ask for its gaps and nothing else: those of a year are found once, for all pages."""
    snapshot = Snapshot(casebook_store.snapshot().folder, casebook_store.generation)
    columns_of(snapshot)
    find_gaps(snapshot, Filters())
    return snapshot


@pytest.mark.timed
@pytest.mark.parametrize("name", ASKED)
def test_what_a_page_asks_for_takes_well_under_a_second(asked_for_gaps: Snapshot, name: str) -> None:
    snapshot = Snapshot(asked_for_gaps.folder, asked_for_gaps.generation)
    assert snapshot.memory == {}
    snapshot.memory.update(asked_for_gaps.memory)  # that remembers the gaps, and nothing else
    begun = time.process_time()
    # 300 ms on two quiet cores; other tests may run beside this one, so processor time and some room
    assert ASKED[name](snapshot).generation == snapshot.generation
    assert time.process_time() - begun < 0.9


def test_each_route_says_what_it_answers(casebook_store: Store) -> None:
    paths = create_app(Settings(store=casebook_store.path)).openapi()["paths"]
    for name in ("flows/trace", "flows/indicators", "whatif", "compare"):
        operation = paths[f"/api/v1/{name}"]["get"]
        assert {"200", "304", "422", "503"} <= operation["responses"].keys()
        assert "application/problem+json" in operation["responses"]["422"]["content"]
        assert operation["description"]
        assert all(each.get("description") for each in operation["parameters"]), name
        names = [each["name"] for each in operation["parameters"]]
        assert len(names) == len(set(names))
