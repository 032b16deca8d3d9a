"""Adding to a store that has things: a partner's tables may refer to them and add to them, and take nothing away."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from graph.snapshot import Snapshot
from graph.store import Store
from loaders.tables.statements import load_tables
from tests.conftest import MINIMAL, WriteTables
from tests.small_graphs import Rows, write_tables

ACTOR = "https://w3id.org/subsidia/id/actor/"
CITY = {"key": "es-city", "label": "The city", "level": "local", "type": "municipality", "territory": "es-town"}
SAID = {"basis": "stated", "passage": "partner-p1"}
PASSAGE = {"key": "partner-p1", "source": "report", "locator": "page 7"}


@pytest.fixture
def store(empty_store: Store, tables: WriteTables) -> Store:
    """Make a store with the minimal tables in it: the document, the state, the town."""
    empty_store.load(load_tables(tables(folder="there")).quads)
    return empty_store


def partner(folder: Path, rows: Rows) -> Path:
    """Write a partner's tables, which cite a document that is there already."""
    return write_tables(folder / "partner", {"passages": [PASSAGE], **rows})


def run(*command: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in command])


def said(result: Result) -> str:
    """Give what the command said, its refusal included."""
    return f"{result.output}{result.exception or ''}"


def graphs_of(snapshot: Snapshot, iri: str) -> set[str]:
    return {getattr(quad.graph_name, "value", "").rpartition("/")[2] for quad in snapshot.quads(subject=iri)}


def test_rows_on_a_document_of_others_stand_in_a_graph_of_their_own(store: Store, tmp_path: Path) -> None:
    folder = partner(tmp_path, {"actors": [{**CITY, **SAID}]})
    assert run("load", folder, "--store", store.path).exit_code == 0
    assert graphs_of(store.snapshot(), ACTOR + "es-city") == {"partner"}
    assert graphs_of(store.snapshot(), ACTOR + "es-state") == {"report"}


def test_replacing_a_set_leaves_the_statements_of_others_alone(store: Store, tmp_path: Path) -> None:
    before = {str(quad) for quad in store.snapshot().quads()}
    folder = partner(tmp_path, {"actors": [{**CITY, **SAID}]})
    assert run("load", folder, "--store", store.path).exit_code == 0
    folder = partner(tmp_path, {"actors": [{**CITY, **SAID, "key": "es-other-city"}]})
    assert run("load", folder, "--replace", "--store", store.path).exit_code == 0
    after = store.snapshot()
    assert not after.has(ACTOR + "es-city")
    assert after.has(ACTOR + "es-other-city")
    assert before <= {str(quad) for quad in after.quads()}


def test_a_key_that_names_something_else_already_is_refused(store: Store, tmp_path: Path) -> None:
    twice = {**CITY, **SAID, "key": "es-town", "level": "national"}
    result = run("load", partner(tmp_path, {"actors": [twice]}), "--store", store.path)
    assert result.exit_code == 1
    assert "actors.csv, row 2, column label: 'The city': es-town is there already, with 'The town'" in said(result)
    assert "column level: 'national': es-town is there already, with 'local'" in said(result)
    assert store.generation == 1


def test_an_alias_and_a_passage_may_be_added_to_what_is_there(store: Store, tmp_path: Path) -> None:
    more = {**MINIMAL["actors"][1], "aliases": "The old town", "passage": "partner-p1"}
    assert run("load", partner(tmp_path, {"actors": [more]}), "--store", store.path).exit_code == 0
    found = store.snapshot()
    assert found.values("skos:altLabel")[ACTOR + "es-town"] == ["The old town"]
    assert len(found.values("prov:hadPrimarySource")[ACTOR + "es-town"]) == 2


def test_a_newer_version_of_a_set_may_say_otherwise_when_it_replaces_the_old_one(store: Store, tmp_path: Path) -> None:
    assert run("load", partner(tmp_path, {"actors": [{**CITY, **SAID}]}), "--store", store.path).exit_code == 0
    folder = partner(tmp_path, {"actors": [{**CITY, **SAID, "label": "The great city"}]})
    refused = run("load", folder, "--store", store.path)
    assert refused.exit_code == 1
    assert "load with --replace" in said(refused)
    assert run("load", folder, "--replace", "--store", store.path).exit_code == 0
    assert store.snapshot().values("skos:prefLabel")[ACTOR + "es-city"] == ["The great city"]


def test_tables_that_break_a_constraint_are_refused_by_file_and_row(store: Store, tmp_path: Path) -> None:
    guess = {**CITY, **SAID, "basis": "inferred"}
    result = run("load", partner(tmp_path, {"actors": [guess]}), "--store", store.path)
    assert result.exit_code == 1
    assert "actors.csv, row 2: An inference must say whose judgement it is and why" in said(result)
    assert store.generation == 1


def test_a_reference_that_is_mistyped_gets_the_near_match_of_the_store(store: Store, tmp_path: Path) -> None:
    lost = {**CITY, **SAID, "territory": "es-tonw"}
    result = run("load", partner(tmp_path, {"actors": [lost]}), "--store", store.path)
    assert "no territory of that key, here or in the store; did you mean es-town?" in said(result)


def test_a_duty_is_named_by_the_label_that_the_store_gives_its_holder(store: Store, tmp_path: Path) -> None:
    duty = {**MINIMAL["competences"][0], "key": "es-town-health", "fields": "health", **SAID, "what": "treats all"}
    assert run("load", partner(tmp_path, {"competences": [duty]}), "--store", store.path).exit_code == 0
    iri = "https://w3id.org/subsidia/id/competence/es-town-health"
    assert store.snapshot().label(iri) == "The town: treats all"


def test_a_trial_in_an_empty_place_leaves_no_store_behind(tmp_path: Path, tables: WriteTables) -> None:
    result = run("load", tables(), "--dry-run", "--empty", "--store", tmp_path / "new")
    assert result.exit_code == 0
    assert not (tmp_path / "new").exists()


def test_a_document_without_a_copy_is_told_and_fails_only_where_there_is_no_copy_at_all(
    store: Store, tmp_path: Path
) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    alone = run("evidence", "check", "--sources", texts, "--store", store.path)
    assert alone.exit_code == 1
    assert f"report: no copy in {texts}, 1 passages not looked up" in said(alone)
    assert run("evidence", "check", "--sources", texts, "--source", "repot", "--store", store.path).exit_code != 0


def test_reasons_in_the_file_outlive_the_writing_of_mentions_again(store: Store, tmp_path: Path) -> None:
    texts, table = tmp_path / "texts", tmp_path / "mentions.csv"
    texts.mkdir()
    (texts / "report.txt").write_text("A fund.\n", encoding="utf-8")
    options = ("--sources", texts, "--source", "report", "--write", table, "--store", store.path)
    assert run("evidence", "coverage", *options).exit_code == 0
    assert table.read_text().splitlines()[1] == "report-figure-1,report,figure,1,2,6,"
    table.write_text(table.read_text().replace("1,2,6,", "1,2,6,named only"))
    assert run("evidence", "coverage", *options).exit_code == 0
    assert table.read_text().splitlines()[1] == "report-figure-1,report,figure,1,2,6,named only"
