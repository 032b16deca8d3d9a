"""How a mapping says that a table is written: what cannot be is refused, and a workbook's numbers are read."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from loaders.sources import open_mapped
from ontology.errors import InputRefused
from tests.test_mapping import GRANTS, HEADER, opened, triples

ROW = "7,Courses,Exa,town,10,01/09/2006"


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ('header = "two"', "read.header"),
        ("header = 1.5", "read.header"),
        ("header = true", "read.header"),
        ("header = 0", "read.header"),
        ("header = [1, 2]", "read.header"),
        ('delimiter = ";;"', "read.delimiter"),
        ('delimiter = ""', "read.delimiter"),
        ("delimiter = '\"'", "read.delimiter"),
        ("delimiter = 7", "read.delimiter"),
        ("sheet = 2", "read.sheet"),
        ('sheet = ["Grants"]', "read.sheet"),
        ("encoding = 8", "read.encoding"),
    ],
)
def test_a_mapping_that_says_otherwise_how_a_table_is_written_is_refused(tmp_path: Path, line: str, place: str) -> None:
    with pytest.raises(InputRefused) as refused:
        opened(tmp_path, [ROW], GRANTS.replace("[read]\n", f"[read]\n{line}\n"))
    (problem,) = refused.value.problems
    assert problem.file.endswith("grants.toml")
    assert problem.column == place
    assert problem.reason.startswith("expected ")


def test_numbers_of_a_workbook_are_read_whatever_style_its_texts_have(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(HEADER.split(","))
    # numbers, and texts beside them: 1234.56 + 1.234 + 7 + 5172.5 = 6415.294
    for number, amount in enumerate((1234.56, 1.234, 7, "5.172,50")):
        book.active.append([str(number), "Courses", "Exa", "town", amount, "01/09/2006"])
    book.save(tmp_path / "grants.xlsx")
    mapping = tmp_path / "grants.toml"
    for numbers in ('numbers = "1.234,56"\n', ""):
        mapping.write_text(GRANTS.replace('numbers = "1,234.56"\n', numbers), encoding="utf-8")
        found = open_mapped(tmp_path / "grants.xlsx", mapping=str(mapping))
        triples(found, "0")
        assert found.report.money == {("flows.grant", "EUR"): Decimal("6415.294")}


def test_a_rate_of_a_workbook_is_one_of_a_hundred_where_the_mapping_says_so(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(HEADER.split(","))
    book.active.append(["1", "Courses", "Exa", 12.5, 80, "01/09/2006"])
    book.save(tmp_path / "grants.xlsx")
    mapping = tmp_path / "grants.toml"
    kind = 'type = { from = "{Kind}", values = { town = "municipality", club = "ngo" } }'
    text = GRANTS.replace('numbers = "1,234.56"', 'numbers = "1234,56"').replace(kind, 'type = "ngo"')
    text = text.replace('amount = "{Amount}"', 'amount = { product = ["{Amount}", "{Kind}%"] }')
    mapping.write_text(text, encoding="utf-8")
    found = open_mapped(tmp_path / "grants.xlsx", mapping=str(mapping))
    triples(found, "0")
    assert found.report.money == {("flows.grant", "EUR"): Decimal("10.00")}
