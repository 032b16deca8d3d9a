"""Published gaps: valid, with their rule and evidence, the same when they are derived again or anew."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import NamedNode

from graph.derived import DERIVED
from graph.filters import Filters
from graph.gaps.gap import find_gaps
from graph.gaps.publish import publish_gaps
from graph.gaps.rules import rules
from graph.rdf import to_rdflib
from graph.snapshot import Snapshot
from graph.store import Store
from ontology.identifiers import expand
from ontology.shacl import validate
from tests.test_cli import subsidia


@pytest.fixture
def store(casebook_store: Store, tmp_path: Path) -> Store:
    """Copy the casebook's store, to write to."""
    return Store(Path(shutil.copytree(casebook_store.path, tmp_path / "store")))


def _derived(snapshot: Snapshot) -> list[str]:
    """Give what is derived, but for the generation that it was derived from."""
    return sorted(str(quad) for quad in snapshot.graph(DERIVED) if quad.predicate.value != expand("gov:generation"))


def test_what_the_rules_indicate_is_published_and_valid(store: Store) -> None:
    gaps = {gap.id: gap for gap in find_gaps(store.snapshot(), Filters()) if gap.state == "indicated"}
    assert publish_gaps(store)
    snapshot = store.snapshot()
    assert set(snapshot.instances("gov:IndicatedGap")) == set(gaps)
    severity = snapshot.values("gov:severity")
    evidence = snapshot.values("gov:evidence")
    for iri, gap in gaps.items():
        assert [float(value) for value in severity[iri]] == [gap.severity]
        assert sorted(evidence[iri]) == list(gap.evidence) != []
    assert len(snapshot.instances("prov:Activity")) == len(rules())
    assert [found for found in validate(to_rdflib(snapshot.quads())) if found.severity == "violation"] == []


def test_deriving_again_changes_nothing_and_deriving_anew_gives_the_same(store: Store) -> None:
    publish_gaps(store)
    once, generation = _derived(store.snapshot()), store.generation
    assert not publish_gaps(store)
    assert (_derived(store.snapshot()), store.generation) == (once, generation)
    store.commit(lambda database: database.remove_graph(NamedNode(DERIVED)))
    assert _derived(store.snapshot()) == []
    assert publish_gaps(store)
    assert _derived(store.snapshot()) == once


def test_published_gaps_are_no_reported_ones_and_change_no_finding(store: Store) -> None:
    before = find_gaps(store.snapshot(), Filters())
    publish_gaps(store)
    assert find_gaps(store.snapshot(), Filters()) == before


def test_a_gap_that_is_closed_goes_when_it_is_derived_again(store: Store) -> None:
    publish_gaps(store)
    assert any("duty-outlives-funding" in text for text in _derived(store.snapshot()))
    scopes = store.snapshot().instances("gov:ResearchedScope")
    gone = [quad for scope in scopes for quad in store.snapshot().quads(subject=scope)]

    def close(database: pyoxigraph.Store) -> None:
        for quad in gone:
            database.remove(quad)

    store.commit(close)
    assert publish_gaps(store)
    snapshot = store.snapshot()
    assert snapshot.instances("gov:IndicatedGap") == []
    assert len(snapshot.instances("prov:Activity")) == len(rules()), "that a rule was asked and found nothing is kept"


def test_a_year_has_gaps_of_its_own(store: Store) -> None:
    publish_gaps(store)
    publish_gaps(store, 2013)
    published = store.snapshot().instances("gov:IndicatedGap")
    ours = [gap for gap in find_gaps(store.snapshot(), Filters(at=2013)) if gap.state == "indicated"]
    assert sum(iri.endswith("-2013") for iri in published) == len(ours) > 0


def test_an_empty_store_says_that_every_rule_found_nothing(empty_store: Store) -> None:
    assert publish_gaps(empty_store)
    snapshot = empty_store.snapshot()
    assert len(snapshot.instances("prov:Activity")) == len(rules())
    assert snapshot.instances("gov:IndicatedGap") == []


def test_the_command_writes_only_where_something_is_new(store: Store) -> None:
    refused = subsidia("gaps", "--publish", "--country", "ES", "--store", store.path)
    assert (refused.status, "--at" in refused.err) == (2, True)
    assert _derived(Store(store.path).snapshot()) == []
    told = subsidia("gaps", "--publish", "--store", store.path)
    assert (told.status, told.err.splitlines()[0]) == (0, "written into the graph derived")
    assert subsidia("gaps", "--publish", "--store", store.path).err.startswith("nothing new to write")
