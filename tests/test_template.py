"""The template for a new country: its worked example is right, and following its guide works."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from graph.evidence import check_evidence
from graph.rdf import to_rdflib
from graph.snapshot import Snapshot
from graph.store import Store
from loaders.tables.reader import read_tables
from loaders.tables.schema import CASEBOOK_TABLES
from loaders.tables.statements import load_tables
from loaders.tables.template import TEMPLATE, write_template
from ontology.errors import InputRefused
from ontology.shacl import validate

EXAMPLE = TEMPLATE / "example"


@pytest.fixture
def example(tmp_path: Path) -> Snapshot:
    """Load the worked example."""
    store = Store.create(tmp_path / "store")
    store.load(load_tables(EXAMPLE).quads)
    return store.snapshot()


def test_the_example_shows_every_table_with_every_column() -> None:
    rows = read_tables(EXAMPLE).rows
    assert all(rows[table.name] for table in CASEBOOK_TABLES)
    for table in CASEBOOK_TABLES:
        header = (EXAMPLE / f"{table.name}.csv").read_text(encoding="utf-8").partition("\n")[0]
        assert header == ",".join(column.name for column in table.columns)


def test_the_example_meets_all_constraints_and_leaves_nothing_to_warn_of() -> None:
    assert validate(to_rdflib(load_tables(EXAMPLE).quads)) == []


def test_every_passage_of_the_example_is_found_in_its_report(example: Snapshot) -> None:
    findings = check_evidence(example, EXAMPLE)
    assert len(findings) == 10
    assert {finding.state for finding in findings} == {"found"}


def test_the_template_is_empty_tables_a_guide_and_the_example(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "country"
    written = write_template(folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(path.name for path in written)
    assert sorted(path.name for path in folder.parent.iterdir()) == ["country"]
    tables = read_tables(folder)
    assert [table for table, rows in tables.rows.items() if rows] == []
    assert len(tables.rows) == len(CASEBOOK_TABLES)
    assert read_tables(folder / "example").rows.keys() == tables.rows.keys()


def test_a_folder_with_something_in_it_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("mine")
    with pytest.raises(InputRefused, match="is not empty"):
        write_template(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.csv"]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(InputRefused, match="cannot be written"):
        write_template(tmp_path / "taken")
    assert (tmp_path / "taken").read_text() == "mine"


def test_the_guide_can_be_followed_command_by_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = CliRunner()
    monkeypatch.setenv("SUBSIDIA_STORE", str(tmp_path / "store"))
    folder = tmp_path / "country"
    assert run.invoke(app, ["template", str(folder)]).exit_code == 0
    monkeypatch.chdir(folder)
    for command in (
        ["load", "example", "--empty", "--store", "trial"],
        ["evidence", "check", "--sources", "example", "--store", "trial"],
        ["validate", "example", "--store", "trial"],
        ["query", "SELECT ?actor { ?actor a <https://w3id.org/subsidia/def/Actor> } ORDER BY ?actor"],
        ["load", "example"],
        ["evidence", "check", "--sources", "example", "--source", "report"],
        ["evidence", "coverage", "--sources", "example", "--source", "report", "--write", "mentions.csv"],
        ["load", ".", "--dry-run"],
    ):
        result = run.invoke(app, command)
        assert result.exit_code == 0, (command, result.output)
    assert (folder / "mentions.csv").read_text() == (EXAMPLE / "mentions.csv").read_text()
