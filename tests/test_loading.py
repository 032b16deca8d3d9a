"""`subsidia load` with mappings: the guide's own example, what goes in, what is refused; nothing is half-loaded."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from api.commands import loading
from graph.columns import columns_of
from graph.store import Store
from loaders.mapped import MappedFile, allowance
from loaders.sources import open_mapped
from tests.test_cli import INPUT, USAGE, contents, subsidia

GUIDE = Path(__file__).parents[1] / "docs" / "how-to" / "load-a-table.md"


def blocks(section: str) -> list[str]:
    """Give the indented blocks of a section of the guide."""
    text = GUIDE.read_text(encoding="utf-8").partition(f"## {section}\n")[2].partition("\n## ")[0]
    return [dedent(block).strip("\n") for block in re.findall(r"(?:^    .*\n|^\n(?=    ))+", text, re.MULTILINE)]


@pytest.fixture
def guide(tmp_path: Path) -> tuple[Path, Path]:
    """Write the table and the mapping of the guide, put together as it says."""
    table, *mapping = blocks("A mapping in twenty minutes")
    (tmp_path / "grants.csv").write_text(f"{table}\n", encoding="utf-8")
    basis = next(block for block in mapping if block.startswith("basis = "))
    sections = "\n\n".join(block for block in mapping if block != basis)
    sections = sections.replace("[flows.grant]", f"{basis}\n\n[flows.grant]")
    (tmp_path / "grants.toml").write_text(sections, encoding="utf-8")
    return tmp_path / "grants.csv", tmp_path / "grants.toml"


def test_the_guides_example_loads_as_the_guide_says(guide: tuple[Path, Path], tmp_path: Path) -> None:
    table, mapping = guide
    store = tmp_path / "store"
    done = subsidia("load", table, "--mapping", mapping, "--store", store, "--empty")
    assert done.status == 0, done.err
    assert "2 of 2 records went in (100 %); 0 were set aside" in done.out
    assert "1 skipped: a total of the rows above" in done.out
    assert "flows.grant: 16,500.00 EUR went in" in done.out
    flows = columns_of(Store(store).snapshot()).rows(
        'SELECT payer_label, recipient_label, amount_min, phase, begin, "end" FROM flows ORDER BY amount_min'
    )
    assert flows == [
        {
            "payer_label": "State of Examplia",
            "recipient_label": "Verein Treffpunkt",
            "amount_min": Decimal("4000.0000"),
            "phase": "committed",
            "begin": "2019-04-15",
            "end": "2019-12-31",
        },
        {
            "payer_label": "State of Examplia",
            "recipient_label": "Stadt Exa",
            "amount_min": Decimal("12500.0000"),
            "phase": "committed",
            "begin": "2019-03-01",
            "end": "2020-12-31",
        },
    ]


def test_the_guides_example_needs_nothing_declared_of_how_the_table_is_written(
    guide: tuple[Path, Path], tmp_path: Path
) -> None:
    table, mapping = guide
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(re.sub(r"\[read\]\n(?:.+\n)+", "", text), encoding="utf-8")
    done = subsidia("load", table, "--mapping", mapping, "--store", tmp_path / "store", "--empty", "--dry-run")
    assert done.status == 0, done.err
    assert "flows.grant: 16,500.00 EUR went in" in done.out
    assert "column Grant: numbers are read as 1.234,56" in done.err
    assert "column Decision: dates are read as dd.mm.yyyy" in done.err
    assert not (tmp_path / "store").exists()


def test_a_file_that_is_loaded_again_changes_nothing_and_another_version_takes_its_place(
    guide: tuple[Path, Path], empty_store: Store
) -> None:
    table, mapping = guide
    load = ("load", table, "--mapping", mapping, "--store", empty_store.path)
    assert subsidia(*load).status == 0
    before = contents(empty_store)
    again = subsidia(*load)
    assert (again.status, contents(empty_store)) == (0, before)
    assert "loaded already" in again.out
    table.write_text(table.read_text(encoding="utf-8").replace("4.000,00", "5.000,00"), encoding="utf-8")
    refused = subsidia(*load)
    assert (refused.status, contents(empty_store)) == (INPUT, before)
    assert "another version of exa-grants-2019" in refused.err
    replaced = subsidia(*load, "--replace")
    assert replaced.status == 0
    assert "17,500.00 EUR went in" in replaced.out
    total = "SELECT sum(amount_max) AS money, count(*) AS flows FROM flows"
    assert columns_of(empty_store.snapshot()).rows(total) == [{"money": Decimal("17500.0000"), "flows": 2}]


def test_what_is_set_aside_is_in_a_file_with_its_place(guide: tuple[Path, Path], empty_store: Store) -> None:
    table, mapping = guide
    table.write_text(table.read_text(encoding="utf-8").replace("4.000,00", "viertausend"), encoding="utf-8")
    load = ("load", table, "--mapping", mapping, "--store", empty_store.path, "--rejects", table.with_name("aside.csv"))
    before = contents(empty_store)
    refused = subsidia(*load)
    assert (refused.status, contents(empty_store)) == (INPUT, before)
    assert "1 of 2 records cannot be read, more than the 1 %" in refused.err
    done = subsidia(*load, "--max-rejects", "1")
    assert done.status == 0, done.err
    assert "1 of 2 records went in (50 %); 1 was set aside" in done.out
    (row,) = csv.DictReader(table.with_name("aside.csv").read_text(encoding="utf-8").splitlines())
    assert (row["row"], row["column"], row["value"]) == ("3", "Grant", "viertausend")


def test_several_sources_are_loaded_together_or_not_at_all(guide: tuple[Path, Path], empty_store: Store) -> None:
    table, mapping = guide
    mapping.write_text(mapping.read_text(encoding="utf-8").replace('key = "exa-grants-2019"\n', ""), encoding="utf-8")
    broken, other = table.with_name("broken.csv"), table.with_name("other.csv")
    broken.write_text(table.read_text(encoding="utf-8").replace("01.03.2019", "soon"), encoding="utf-8")
    other.write_text(table.read_text(encoding="utf-8"), encoding="utf-8")
    before = contents(empty_store)
    load = ("--mapping", mapping, "--store", empty_store.path)
    refused = subsidia("load", table, broken, *load)
    assert (refused.status, contents(empty_store)) == (INPUT, before)
    assert "soon" in refused.err
    assert subsidia("load", table, other, *load).status == 0
    total = "SELECT sum(amount_max) AS money, count(*) AS flows FROM flows"
    assert columns_of(empty_store.snapshot()).rows(total) == [{"money": Decimal("33000.0000"), "flows": 4}]


def test_two_files_are_never_one_source(guide: tuple[Path, Path], empty_store: Store) -> None:
    table, mapping = guide
    other = table.with_name("other.csv")
    other.write_text(table.read_text(encoding="utf-8").replace("4.000,00", "5.000,00"), encoding="utf-8")
    before = contents(empty_store)
    for more in ([], ["--graph", "exa"], ["--replace"]):
        refused = subsidia("load", table, other, "--mapping", mapping, "--store", empty_store.path, *more)
        assert (refused.status, contents(empty_store)) == (INPUT, before)
        assert "already" in refused.err


def test_a_file_that_takes_its_own_place_is_looked_through_once_and_describes_what_only_it_did(
    guide: tuple[Path, Path], empty_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, mapping = guide
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(text.replace('[actors.state]\nkey = "state"', '[actors.state]\nknown = "actor/state"'), "utf-8")
    load = ("load", table, "--mapping", mapping, "--store", empty_store.path)
    assert subsidia(*load).status == 0
    table.write_text(table.read_text(encoding="utf-8").replace("4.000,00", "5.000,00"), encoding="utf-8")
    opened = []

    def counted(path: Path, *given: Any) -> MappedFile:
        opened.append(path)
        return open_mapped(path, *given)

    monkeypatch.setattr(loading, "open_mapped", counted)
    _, (found,) = loading.read_sources(
        empty_store.snapshot(), loading.Asked([table], mapping=str(mapping)), replace=True
    )
    assert opened == [table]
    # the state is described in the graph that is emptied, and nowhere else: so the new version has to describe it
    said = b"".join(found.chunks(allowance("0"))).decode()
    assert said.count('/actor/state> <http://www.w3.org/2004/02/skos/core#prefLabel> "State of Examplia"@en .') == 1


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--max-rejects", "many"], USAGE, "a number of records, as 25, or a share, as 1%"),
        (["--max-rejects", "101%"], USAGE, "a share, as 1%"),
        (["--mapping", "uk-esif-2007-2012"], INPUT, "did you mean uk-esif-2007-2013?"),
        (["--mapping", "uk-esif-2007-2013"], INPUT, "the file has no such column"),
        ([], INPUT, "a table needs a mapping"),
        (["{other}", "--mapping", "{keyless}", "--rejects", "x.csv"], USAGE, "overwrite each other"),
        (["--format", "excel"], USAGE, "one of tables, rdf, csv"),
        (["--format", "iati"], INPUT, "grants.csv"),
        (["--format", "360giving"], INPUT, "grants.csv"),
        (["--format", "fdp"], INPUT, "grants.csv"),
        (["--format", "authority"], INPUT, "grants.csv"),
        (["--format", "tables"], INPUT, "expected a folder"),
        (["--graph", "Not A Slug"], USAGE, "lower-case"),
        (["--mapping", "{mapping}", "--graph", "ontology"], INPUT, "written by Subsidia itself"),
        (["--mapping", "{mapping}", "--encoding", "klingon"], USAGE, "the name of a text encoding"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    guide: tuple[Path, Path], empty_store: Store, words: list[str], status: int, said: str
) -> None:
    table, mapping = guide
    before = contents(empty_store)
    other, keyless = table.with_name("other.csv"), table.with_name("keyless.toml")
    other.write_bytes(table.read_bytes())
    keyless.write_text(mapping.read_text(encoding="utf-8").replace('key = "exa-grants-2019"\n', ""), encoding="utf-8")
    places = {"{mapping}": mapping, "{other}": other, "{keyless}": keyless}
    arguments = [str(places.get(word, word)) for word in words]
    done = subsidia("load", table, *arguments, "--store", empty_store.path)
    assert done.status == status, done.err
    assert said in done.err.replace("\n", " ")
    assert contents(empty_store) == before
