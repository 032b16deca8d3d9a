"""Published gaps: valid, with their rule and evidence, the same when they are derived again or anew."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pyoxigraph
import pytest
from pyoxigraph import NamedNode

from graph.derived import DERIVED
from graph.filters import Filters
from graph.gaps.gap import find_gaps
from graph.gaps.publish import publish_gaps
from graph.gaps.rules import own_rules, rules
from graph.rdf import to_rdflib
from graph.snapshot import Snapshot
from graph.store import Store
from ontology.identifiers import concept, expand, slug
from ontology.shacl import validate
from tests.small_graphs import scope, snapshot_of
from tests.test_cli import subsidia

# the scopes of the casebook were searched for competences, money and coordination, none for evaluations
ASKED: Final = {rule.id for rule in rules() if rule.scope in ("competence", "funding", "coordination")}


def _copy(store: Store, folder: Path) -> Store:
    return Store(Path(shutil.copytree(store.path, folder / "store")))


@pytest.fixture(scope="module")
def published(casebook_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Publish the gaps of the casebook in a copy of its store, once; read by tests, changed by none."""
    store = _copy(casebook_store, tmp_path_factory.mktemp("published"))
    assert publish_gaps(store)
    return store


@pytest.fixture
def store(published: Store, tmp_path: Path) -> Store:
    """Copy the store with the published gaps, to write to."""
    return _copy(published, tmp_path)


def _derived(snapshot: Snapshot) -> list[str]:
    """Give what is derived, but for the generation that it was derived from."""
    return sorted(str(quad) for quad in snapshot.graph(DERIVED) if quad.predicate.value != expand("gov:generation"))


def test_what_the_rules_indicate_is_published_and_valid(casebook: Snapshot, published: Store) -> None:
    gaps = {gap.id: gap for gap in find_gaps(casebook, Filters()) if gap.state == "indicated"}
    snapshot = published.snapshot()
    assert set(snapshot.instances("gov:IndicatedGap")) == set(gaps)
    severity = snapshot.values("gov:severity")
    evidence = snapshot.values("gov:evidence")
    for iri, gap in gaps.items():
        assert [float(value) for value in severity[iri]] == [gap.severity]
        assert sorted(evidence[iri]) == list(gap.evidence) != []
    assert len(snapshot.instances("prov:Activity")) == len(ASKED)
    assert [found for found in validate(to_rdflib(snapshot.quads())) if found.severity == "violation"] == []


def test_deriving_again_changes_nothing_and_deriving_anew_gives_the_same(store: Store) -> None:
    once, generation = _derived(store.snapshot()), store.generation
    assert not publish_gaps(store)
    assert (_derived(store.snapshot()), store.generation) == (once, generation)
    store.commit(lambda database: database.remove_graph(NamedNode(DERIVED)))
    assert _derived(store.snapshot()) == []
    assert publish_gaps(store)
    assert _derived(store.snapshot()) == once


def test_published_gaps_are_no_reported_ones_and_change_no_finding(casebook: Snapshot, published: Store) -> None:
    assert find_gaps(published.snapshot(), Filters()) == find_gaps(casebook, Filters())


def test_a_gap_that_is_closed_goes_when_it_is_derived_again(store: Store) -> None:
    assert any("duty-outlives-funding" in text for text in _derived(store.snapshot()))
    flows = store.snapshot().instances("gov:FundingFlow")
    _forget(store, flows)
    assert publish_gaps(store)
    snapshot = store.snapshot()
    assert not any(slug(iri).startswith("duty-outlives-funding") for iri in snapshot.instances("gov:IndicatedGap"))
    assert len(snapshot.instances("prov:Activity")) == len(ASKED), "that a rule was asked and found nothing is kept"


def test_a_rule_that_is_not_asked_leaves_no_run_of_it_nor_any_of_before(store: Store) -> None:
    publish_gaps(store, 2013)
    funding = concept("tie", "funding")
    kept = {rule.id for rule in rules() if rule.scope != "funding"} & ASKED
    assert 0 < len(kept) < len(ASKED)

    def search_no_money(database: pyoxigraph.Store) -> None:
        for quad in list(database.quads_for_pattern(None, NamedNode(expand("gov:tie")), NamedNode(funding))):
            database.remove(quad)

    store.commit(search_no_money)
    assert publish_gaps(store)
    assert publish_gaps(store, 2013)
    snapshot = store.snapshot()
    methods = [method for values in snapshot.values("gov:method").values() for method in values]
    assert sorted(methods) == sorted(2 * [f"rule-{name}" for name in kept])
    told = {rule for values in snapshot.values("gov:rule").values() for rule in values}
    assert told <= kept


def _forget(store: Store, things: Iterable[str]) -> None:
    """Take all statements about things out of a store."""
    gone = [quad for thing in things for quad in store.snapshot().quads(subject=thing)]

    def forget(database: pyoxigraph.Store) -> None:
        for quad in gone:
            database.remove(quad)

    store.commit(forget)


def test_a_year_has_gaps_of_its_own(casebook: Snapshot, store: Store) -> None:
    publish_gaps(store, 2013)
    found = store.snapshot().instances("gov:IndicatedGap")
    ours = [gap for gap in find_gaps(casebook, Filters(at=2013)) if gap.state == "indicated"]
    assert sum(iri.endswith("-2013") for iri in found) == len(ours) > 0


def test_in_an_empty_store_no_rule_is_asked_and_nothing_is_claimed(empty_store: Store) -> None:
    assert not publish_gaps(empty_store)
    assert _derived(empty_store.snapshot()) == []


@pytest.mark.parametrize("at", [None, 2006, 2012])
def test_each_gap_has_an_iri_of_its_own(casebook: Snapshot, at: int | None) -> None:
    found = [gap.id for gap in find_gaps(casebook, Filters(at=at))]
    assert len(found) == len(set(found)) > 100


def test_names_that_run_together_make_no_two_gaps_one(tmp_path: Path) -> None:
    # a, b-c and a-b, c read the same in a row; so do bodies of one name with two owners
    told = ["urn:x/a urn:x/b-c", "urn:x/a-b urn:x/c", "urn:y/a urn:y/b-c"]
    rows = "\n".join(f'("{between}" "housing" "ES" 0.5 "" "why")' for between in told)
    columns = "?between ?field ?country ?severity ?evidence ?explanation"
    header = "".join(f"#: {name}: x\n" for name in ("label", "definition", "severity", "source", "closes"))
    header += "#: id: own\n#: type: policy\n#: scope: funding\n"
    query = f"{header}SELECT {columns} {{ VALUES ?at {{ UNDEF }} VALUES ({columns}) {{ {rows} }} }}"
    (tmp_path / "own.rq").write_text(query)
    snapshot = snapshot_of(tmp_path, {"scopes": [scope("s", "es", "housing", "funding")]})
    found = [gap.id for gap in find_gaps(snapshot, Filters(), own_rules(tmp_path))]
    assert len(set(found)) == 3
    # the year that a published gap gets at its end is told from the digest before it
    assert not any(iri.rpartition("-")[2].isdecimal() and len(iri.rpartition("-")[2]) == 4 for iri in found)


def test_the_command_writes_only_where_something_is_new(casebook_store: Store, tmp_path: Path) -> None:
    store = _copy(casebook_store, tmp_path)
    refused = subsidia("gaps", "--publish", "--country", "ES", "--store", store.path)
    assert (refused.status, "--at" in refused.err) == (2, True)
    assert _derived(Store(store.path).snapshot()) == []
    told = subsidia("gaps", "--publish", "--store", store.path)
    assert (told.status, told.err.splitlines()[0]) == (0, "written into the graph derived")
    assert subsidia("gaps", "--publish", "--store", store.path).err.startswith("nothing new to write")
