"""Coverage: which lines of a document statements rest on. The document is the made-up report of the template.

Counted by hand in its text: money stands in lines 3 (million), 4 (euros, Fund), 5 (grant, money), 12 (Fund) and 15
(budget); a year in 3, 8 and 13; a known body (Welcome) in line 5. Line 15 alone has no passage, and is explained.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.answers.sources import coverage_document, source_document, sources_document
from graph.coverage import Tally, coverage
from graph.mentions import Names, find_mentions
from graph.snapshot import Snapshot
from graph.store import Store
from loaders.tables.statements import load_tables
from loaders.tables.template import TEMPLATE

EXAMPLE = TEMPLATE / "example"
SOURCE = "https://w3id.org/subsidia/id/source/report"


@pytest.fixture
def example(tmp_path: Path) -> Snapshot:
    """Load the worked example of the template."""
    store = Store.create(tmp_path / "store")
    store.load(load_tables(EXAMPLE).quads)
    return store.snapshot()


def test_lines_are_covered_by_passages_explained_by_reasons_or_open(example: Snapshot) -> None:
    (found,) = coverage(example)
    assert found.source == SOURCE
    assert found.tallies == {
        "figure": Tally(lines=5, covered=4, explained=1, open=0),
        "event": Tally(lines=3, covered=3, explained=0, open=0),
        "organisation": Tally(lines=1, covered=1, explained=0, open=0),
    }
    uncovered = [(line.kind, line.line, line.state, line.reason) for line in found.lines if line.state != "covered"]
    assert uncovered == [("figure", 15, "explained", "a budget that is named and not given")]


def test_the_lines_of_a_copy_are_read_anew_and_reasons_kept(example: Snapshot) -> None:
    assert coverage(example, EXAMPLE) == coverage(example)


def test_a_line_that_nobody_registered_is_found_in_the_copy_and_open(example: Snapshot, tmp_path: Path) -> None:
    longer = (EXAMPLE / "report.txt").read_text(encoding="utf-8") + "A grant of 5 million euros in 2024.\n"
    (tmp_path / "report.txt").write_text(longer, encoding="utf-8")
    (found,) = coverage(example, tmp_path)
    assert found.tallies["figure"] == Tally(lines=6, covered=4, explained=1, open=1)
    assert found.tallies["event"].open == 1
    assert {line.line for line in found.lines if line.state == "open"} == {16}


def test_a_passage_that_no_statement_cites_covers_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    for name in ("sources", "passages", "mentions"):
        (folder / f"{name}.csv").write_bytes((EXAMPLE / f"{name}.csv").read_bytes())
    store = Store.create(tmp_path / "store")
    store.load(load_tables(folder).quads)
    (found,) = coverage(store.snapshot())
    assert (found.statements, found.passages, found.cited) == (0, 0, 0)
    assert found.tallies["figure"] == Tally(lines=5, covered=0, explained=1, open=4)


def test_without_registered_lines_and_without_a_copy_nothing_is_known_of_the_coverage(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "sources.csv").write_bytes((EXAMPLE / "sources.csv").read_bytes())
    store = Store.create(tmp_path / "store")
    store.load(load_tables(folder).quads)
    (found,) = coverage(store.snapshot())
    assert (found.read, found.tallies, found.lines) == (False, {}, [])
    assert sources_document(store.snapshot()).data[0]["figure_lines"] is None


def test_an_empty_graph_has_no_coverage(empty_store: Store) -> None:
    assert coverage(empty_store.snapshot()) == []
    assert sources_document(empty_store.snapshot()).data == []
    assert coverage_document(empty_store.snapshot(), "report") is None


def test_the_statements_of_a_source_stand_in_the_order_of_its_text(example: Snapshot) -> None:
    document = source_document(example, "report")
    assert document is not None
    first = [row["statement"].rpartition("/")[2] for row in document.data[:2]]
    assert set(first) <= {"xx-state", "xx-exampleton", "xx-settlement-fund", "xx-settlement-fund-exampleton-2021"} | {
        "xx-exampleton-own-2021",
        "xx-language-courses",
    }
    with (EXAMPLE / "passages.csv").open(encoding="utf-8", newline="") as file:
        place = {row["key"]: int(row["start"]) for row in csv.DictReader(file)}
    starts = [min(place[passage.rpartition("/")[2]] for passage in row["evidence"]) for row in document.data]
    assert starts == sorted(starts)


def test_coverage_by_country_names_where_a_statement_is_about_no_one_country(example: Snapshot) -> None:
    document = coverage_document(example, "report")
    assert document is not None
    assert [row["country"] for row in document.data["countries"]] == ["XX"]
    (row,) = document.data["countries"]
    assert row["statements"] == document.data["statements"]
    assert row["covered"] == {"figure": 4, "event": 3, "organisation": 1}


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("co-financing of 30 %", {"figure"}),
        ("a fundamental immigrant concern, finely put", set()),
        ("€5", {"figure"}),
        ("in 1998 and 2003", {"event"}),
        ("20050 persons", set()),
        ("the Ministry of Justice", {"organisation"}),
        ("a ministry", set()),
        ("the European Commission’s Directorate-General", {"organisation"}),
        ("City of Vienna", {"organisation"}),
    ],
)
def test_what_counts_as_a_mention(line: str, kinds: set[str]) -> None:
    assert {mention.kind for mention in find_mentions(line)} == kinds


@given(st.text(max_size=200))
def test_mentions_stand_inside_their_line(text: str) -> None:
    lines = text.split("\n")
    for mention in find_mentions(text, Names(["Caritas"])):
        assert text[mention.start : mention.end] in lines[mention.line - 1]
        assert mention.start < mention.end


def test_every_line_on_money_in_the_casebook_is_covered_or_explained(casebook: Snapshot) -> None:
    read = [found for found in coverage(casebook) if found.read]
    assert len(read) == 5
    left = [(found.source, line.line) for found in read for line in found.lines if line.kind == "figure"]
    assert len(left) > 200
    assert [
        (found.source, line.line)
        for found in read
        for line in found.lines
        if line.kind == "figure" and line.state == "open"
    ] == []


def test_the_registered_lines_of_the_casebook_are_those_of_the_documents(
    casebook: Snapshot, sources_folder: Path
) -> None:
    registered = {found.source: found.tallies for found in coverage(casebook) if found.read}
    anew = {found.source: found.tallies for found in coverage(casebook, sources_folder) if found.read}
    assert anew == registered
