"""Tables as spreadsheet programs save them: read where one reading is possible, refused where two are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.tables.reader import read_tables
from loaders.tables.schema import Kind
from loaders.tables.spreadsheet import CellDoubtful, doubtful_letters, open_sheet, restored
from loaders.tables.statements import load_tables
from ontology.errors import InputRefused
from tests.conftest import WriteTables, with_cells


@pytest.mark.parametrize(
    ("kind", "written", "meant"),
    [
        ("date", "12.03.2005", "2005-03-12"),
        ("date", "1.2.2005", "2005-02-01"),
        ("date", "25/03/2005", "2005-03-25"),
        ("date", "03/25/2005", "2005-03-25"),
        ("date", "03-03-2005", "2005-03-03"),
        ("date", "2005-03-12", "2005-03-12"),
        ("date", "2005", "2005"),
        ("amount", "4800000.50", "4800000.50"),
        ("amount", "4800000,5", "4800000.5"),
        ("amount", "4.800.000,50", "4800000.50"),
        ("amount", "4,800,000.50", "4800000.50"),
        ("amount", "4 800 000", "4800000"),
        ("amount", "4\u202f800\u202f000,5", "4800000.5"),
        ("amount", "4'800'000", "4800000"),
        ("amount", "4.800.000", "4800000"),
        ("decimal", "41,387", "41.387"),
        ("decimal", "-3,70", "-3.70"),
        ("share", "0,4", "0.4"),
        ("share", "40 %", "0.40"),
        ("share", "4,5%", "0.045"),
        ("share", "100%", "1.00"),
        ("yes", "YES", "yes"),
        ("text", "12.03.2005", "12.03.2005"),
        ("names", "1.000 homes", "1.000 homes"),
    ],
)
def test_what_has_one_reading_is_read_as_that(kind: Kind, written: str, meant: str) -> None:
    value, remark = restored(kind, written)
    assert value == meant
    assert (remark is None) == (written.casefold() == meant)
    assert remark is None or written in remark


@pytest.mark.parametrize(
    ("kind", "written", "readings"),
    [
        ("date", "12/03/2005", ("2005-03-12", "2005-12-03")),
        ("date", "12-03-2005", ("2005-03-12", "2005-12-03")),
        ("date", "12.03.05", ("century",)),
        ("amount", "1.234", ("1234", "1.2340")),
        ("amount", "1,234", ("1234", "1.2340")),
        ("amount", "120,000", ("120000", "120.0000")),
    ],
)
def test_what_has_two_readings_is_refused_with_both(kind: Kind, written: str, readings: tuple[str, ...]) -> None:
    with pytest.raises(CellDoubtful) as refused:
        restored(kind, written)
    assert all(reading in str(refused.value) for reading in readings)


@given(st.dates(min_value=date(1000, 1, 1)))
def test_a_day_with_points_is_the_day_that_was_written(day: date) -> None:
    assert restored("date", f"{day.day}.{day.month}.{day.year}")[0] == day.isoformat()


def _german(number: Decimal) -> str:
    return f"{number:,.2f}".translate(str.maketrans(",.", ".,"))


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_an_amount_in_the_german_manner_is_the_amount_or_refused(number: Decimal) -> None:
    assert Decimal(restored("amount", _german(number))[0]) == number


@given(st.text(max_size=20), st.sampled_from(["date", "amount", "decimal", "share", "yes", "text", "key"]))
def test_any_text_is_read_or_refused_and_never_breaks(value: str, kind: Kind) -> None:
    try:
        read, remark = restored(kind, value)
    except CellDoubtful:
        return
    assert remark is not None or read in (value, value.casefold())


@pytest.mark.parametrize("letters", ["Zürich, Málaga, Orléans", "Köln – 5 €", "Gdansk"])
def test_letters_that_all_code_pages_share_are_certain(letters: str) -> None:
    assert doubtful_letters(letters) in (None, *_BALTIC.get(letters, ()))


_BALTIC = {"Zürich, Málaga, Orléans": ("Zürich, Málaga, Orléans or Zürich, Mįlaga, Orléans",)}


def _saved_by_excel(folder: Path, encoding: str, divider: str, start: str = "") -> None:
    for path in folder.glob("*.csv"):
        text = path.read_text(encoding="utf-8").replace(",", divider)
        lines = [line + divider * 3 for line in text.splitlines()]
        blank = divider * (lines[0].count(divider))
        path.write_bytes((start + "\r\n".join([*lines, blank, blank, ""])).encode(encoding))


@pytest.mark.parametrize(
    ("encoding", "divider", "start"),
    [
        ("utf-8-sig", ";", ""),
        ("cp1252", ";", ""),
        ("utf-16", "\t", ""),
        ("utf-8", ";", "sep=;\r\n"),
        ("utf-8", ",", ""),
    ],
)
def test_a_table_saved_by_excel_is_the_same_table(tables: WriteTables, encoding: str, divider: str, start: str) -> None:
    named = with_cells("territories", 1, label="Köln@de")
    plain = load_tables(tables(named, folder="plain"), "x").quads
    folder = tables(named, folder="excel")
    _saved_by_excel(folder, encoding, divider, start)
    found = load_tables(folder, "x")
    assert found.quads == plain
    assert any(f"divided by {'tabs' if divider == chr(9) else 'semicolons'}" in remark for remark in found.remarks) == (
        divider != ","
    )
    assert any("Windows-1252" in remark for remark in found.remarks) == (encoding == "cp1252")


def test_every_cell_that_was_read_otherwise_is_told_by_file_column_and_number(tables: WriteTables) -> None:
    changed = with_cells("flows", valid_from="12.03.2005", valid_to="14.03.2005", amount_min="1000000,0")
    found = load_tables(tables(changed))
    told = [remark.partition("flows.csv, ")[2] for remark in found.remarks]
    assert told == [
        "column amount_min: numbers as 1000000,0 were read with a decimal comma or divided thousands (1 cell)",
        "column valid_from: dates as 12.03.2005 were read day first (1 cell)",
        "column valid_to: dates as 14.03.2005 were read day first (1 cell)",
    ]


def test_a_declared_encoding_settles_doubtful_letters(tables: WriteTables) -> None:
    folder = tables(with_cells("territories", 0, label="España@es"))
    (folder / "territories.csv").write_bytes((folder / "territories.csv").read_text("utf-8").encode("cp1252"))
    with pytest.raises(InputRefused):
        read_tables(folder)
    rows = read_tables(folder, encoding="cp1252").rows["territories"]
    assert rows[0].value("label") == "España"


def test_a_cell_beyond_the_header_that_says_something_is_refused(tables: WriteTables) -> None:
    folder = tables()
    path = folder / "territories.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], lines[1] + ",,lost", *lines[2:]]), encoding="utf-8")
    with pytest.raises(InputRefused) as refused:
        read_tables(folder)
    assert [(problem.row, problem.reason[:7]) for problem in refused.value.problems] == [(2, "the row")]


def test_an_empty_file_has_commas_and_no_rows() -> None:
    sheet = open_sheet(b"", None, ["key"])
    assert (sheet.divider, sheet.remarks, list(sheet.rows())) == (",", (), [])
