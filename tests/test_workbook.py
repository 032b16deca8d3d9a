"""Workbooks: the cells of a sheet as text, each with its place; hostile archives refused before they are unpacked."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import partial
from pathlib import Path

import openpyxl
import pytest

from loaders.records import Record, RecordRefused
from loaders.workbook import Workbook
from ontology.errors import InputRefused


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "grants.xlsx"


def write(file: Path, **sheets: Iterable[Iterable[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, cells in sheets.items():
        sheet = book.create_sheet(name)
        for row in cells:
            sheet.append(list(row))
    book.save(file)
    return file


def rows(reader: Workbook) -> list[tuple[int, list[str]]]:
    return [(record.place, list(record.cells)) for record in reader.records() if isinstance(record, Record)]


def changed(file: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """Change one part of a workbook."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts.get(part, b""))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file


def test_cells_are_given_as_text_without_noise(file: Path) -> None:
    cells = ["a ", 12, 1234.56, 0.1 + 0.2, 1.1, 1e-7, 10**15, -0.5, True, None, date(2010, 3, 14)]
    reader = Workbook(write(file, S=[[f"c {n}\n" for n in range(11)], cells]))
    expected = ["a ", "12", "1234.56", "0.3", "1.1", "0.0000001", "1000000000000000", "-0.5", "TRUE", "", "2010-03-14"]
    assert reader.columns == {"row": tuple(f"c {n}" for n in range(11))}
    assert rows(reader) == [(2, expected)]
    assert reader.remarks == ()


def test_a_date_with_a_time_keeps_it(file: Path) -> None:
    reader = Workbook(write(file, S=[["a"], [datetime.fromisoformat("2010-03-14T09:30")]]))
    assert rows(reader) == [(2, ["2010-03-14T09:30:00"])]


def test_places_are_the_rows_that_a_spreadsheet_shows(file: Path) -> None:
    reader = Workbook(write(file, S=[["a", "b"], [1, 2], [], [None, " "], [3], [4, 5, None], [6, 7, 8]]))
    assert rows(reader) == [(2, ["1", "2"]), (5, ["3", ""]), (6, ["4", "5"])]
    broken = [record for record in reader.records() if isinstance(record, RecordRefused)]
    assert [(record.problem.row, record.problem.reason) for record in broken] == [
        (7, "the row has 3 cells where the header has 2")
    ]
    assert rows(reader) == rows(reader)
    assert reader.progress() == 1


def test_a_header_below_titles_has_the_names_that_reach_down_into_it(file: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in [["Grants", None, None], ["Name", "Amount", None], [None, "EU", "State"], ["A", 1, 2], ["B", 3, None]]:
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("B2:C2")
    sheet.merge_cells("C4:C5")
    book.save(file)
    reader = Workbook(file, header=3)
    assert reader.columns["row"] == ("Name", "EU", "State")
    assert rows(reader) == [(4, ["A", "1", "2"]), (5, ["B", "3", ""])]
    assert reader.remarks == ("1 merged cells below the header: the first row of each has its value, no other",)


def test_the_first_sheet_that_is_not_empty_is_read_and_told(file: Path) -> None:
    write(file, Empty=[[None, " "]], Grants=[["a"], [1]], Notes=[["b"], [2]])
    assert rows(Workbook(file)) == [(2, ["1"])]
    told = "the sheet 'Grants' is read, the first that is not empty; others are 'Empty', 'Notes'"
    assert Workbook(file).remarks == (told,)
    assert Workbook(file, sheet="Notes").columns["row"] == ("b",)
    assert Workbook(file, sheet="Notes").remarks == ()
    with pytest.raises(InputRefused, match="no sheet 'Grant'; there are 'Grants'"):
        Workbook(file, sheet="Grant")
    with pytest.raises(InputRefused, match="row 1: there are no names"):
        Workbook(file, sheet="Empty")


def test_a_workbook_without_a_cell_is_refused(file: Path) -> None:
    with pytest.raises(InputRefused, match="every visible sheet is empty"):
        Workbook(write(file, S=[]))


def test_names_of_columns_are_told_apart(file: Path) -> None:
    with pytest.raises(InputRefused, match="'a b': the name stands twice, in columns 1 and 2"):
        Workbook(write(file, S=[["a b", "a\nb"]]))


def test_what_a_sheet_says_of_its_size_is_not_believed(file: Path) -> None:
    write(file, S=[["a", "b"], [1, 2]])
    changed(file, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"A1:B2", b"A1:A1"))
    assert rows(Workbook(file)) == [(2, ["1", "2"])]


def test_a_formula_is_its_result_and_refused_without_one(file: Path) -> None:
    sheet = "xl/worksheets/sheet1.xml"
    write(file, S=[["a", "b"], [1, "=A2*2"]])
    with pytest.raises(InputRefused, match="row 2: B2 has a formula without its result"):
        Workbook(file)
    for cell, result in [(b"<v>2</v>", "2"), (b"<v>0.30000000000000004</v>", "0.3")]:
        write(file, S=[["a", "b"], [1, "=A2*2"]])
        changed(file, sheet, partial(re.compile(rb"(?<=</f>)<v ?/?>(</v>)?").sub, cell))
        assert rows(Workbook(file)) == [(2, ["1", result])]
    write(file, S=[["a", "b"], [1, "=A2*2"]])
    changed(file, sheet, lambda xml: xml.replace(b'<c r="B2"', b'<c r="B2" t="str"'))
    assert rows(Workbook(file)) == [(2, ["1", ""])]  # its result is a text of no letters


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (b'<row r="2"><c r="A2"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>', "row 2 follows row 2"),
        (b'<row r="5"><c r="A5"><v>1</v></c></row><row r="3"><c r="A3"><v>2</v></c></row>', "row 3 follows row 5"),
        (b'<row r="0"><c r="A0"><v>1</v></c></row>', "damaged"),
        (b'<row r="0"><c><v>1</v></c></row>', "row 0 follows row 1"),
        (b'<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>', "row 99999999999 follows row 1"),
        (b'<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>2</v></c></row>', "cells of row 2 are not in their order"),
        (b'<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>2</v></c></row>', "cells of row 2 are not in their order"),
        (b'<row r="2"><c r="A3"><v>1</v></c></row>', "cells of row 2 are not in their order"),
        (b'<row r="2"><c r="A2" t="s"><v>99</v></c></row>', "row 2: the workbook is damaged"),
        (b'<row r="2"><c r="A2"><v>nan</v></c></row>', "row 2: the workbook is damaged"),
        (b'<row r="2"><c r="AAAA2"><v>1</v></c></row>', "row 2: the workbook is damaged"),
    ],
)
def test_a_sheet_in_disorder_is_refused_and_not_read_in_part(file: Path, cells: bytes, said: str) -> None:
    write(file, S=[["a", "b"]])
    changed(file, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</sheetData>", cells + b"</sheetData>"))
    with pytest.raises(InputRefused, match=said):
        list(Workbook(file).records())


def test_rows_and_cells_may_leave_out_where_they_stand(file: Path) -> None:
    write(file, S=[["a", "b"]])
    cells = b"<row><c><v>1</v></c><c t='e'><v>#N/A</v></c></row><row r='1048576'><c r='B1048576'><v>2</v></c></row>"
    changed(file, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</sheetData>", cells + b"</sheetData>"))
    assert rows(Workbook(file)) == [(2, ["1", "#N/A"]), (1048576, ["", "2"])]


def test_progress_grows_from_nothing_to_all(file: Path) -> None:
    reader = Workbook(write(file, S=[["a"], *([f"text {n}"] for n in range(5000))]))
    assert reader.progress() == 0
    seen = [reader.progress() for _ in reader.records()]
    assert seen == sorted(seen)
    assert seen[0] < 0.9 < seen[-1] <= 1
    assert reader.progress() == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"]
)
def test_declared_entities_are_refused(file: Path, part: str, encoding: str) -> None:
    write(file, S=[["a"], ["text"]])
    attack = "<?xml version='1.0'?>" + " " * 2_000_000 + "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
    changed(file, part, lambda xml: attack.encode(encoding) + xml)
    with pytest.raises(InputRefused, match="declares entities"):
        Workbook(file)


def test_what_would_unpack_to_too_much_is_refused_before_it_is_unpacked(file: Path) -> None:
    write(file, S=[["a"], [1]])
    changed(file, "xl/worksheets/sheet1.xml", lambda xml: xml + b" " * 70_000_000)
    with pytest.raises(InputRefused, match="packed more than 200 to 1"):
        Workbook(file)
    write(file, S=[["a"], [1]])
    changed(file, "xl/styles.xml", lambda xml: xml + b" " * 40_000_000)
    with pytest.raises(InputRefused, match="has more than 32 MB"):
        Workbook(file)


def test_a_part_that_bears_the_name_of_another_kind_is_refused(file: Path) -> None:
    write(file, S=[["a"], ["text"]])
    attack = b'<!DOCTYPE x [<!ENTITY e "e">]><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    changed(file, "xl/media/strings.svg", lambda _: attack)
    assert rows(Workbook(file)) == [(2, ["text"])]  # a picture may declare what it likes
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    named = b'<Override PartName="/xl/media/strings.svg" ContentType="' + kind + b'"/></Types>'
    changed(file, "[Content_Types].xml", lambda xml: xml.replace(b"</Types>", named))
    with pytest.raises(InputRefused, match=r"xl/media/strings\.svg is not what it is called"):
        Workbook(file)
    write(file, S=[["a"], ["text"]])
    changed(file, "xl/media/sheet.svg", lambda _: b"<!DOCTYPE x [<!ENTITY e 'e'>]><worksheet/>")
    changed(
        file,
        "xl/_rels/workbook.xml.rels",
        lambda xml: xml.replace(b"/xl/worksheets/sheet1.xml", b"/xl/media/sheet.svg"),
    )
    with pytest.raises(InputRefused, match=r"xl/media/sheet\.svg is not what it is called"):
        Workbook(file)


def test_a_chart_is_no_sheet(file: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["a"])
    book.create_chartsheet("Chart", 0)
    book.save(file)
    assert Workbook(file).columns["row"] == ("a",)
    with pytest.raises(InputRefused, match="no sheet 'Chart'"):
        Workbook(file, sheet="Chart")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no archive, or cut off"),
        (b"a,b\n1,2\n", "no archive, or cut off"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000), "an old .xls, or locked by a password"),
        (b"PK\x05\x06" + bytes(18), "not a workbook"),
    ],
)
def test_what_is_no_workbook_is_refused(file: Path, content: bytes, said: str) -> None:
    file.write_bytes(content)
    with pytest.raises(InputRefused, match=said):
        Workbook(file)


def test_a_damaged_workbook_is_refused_wherever_it_is_cut_or_changed(file: Path) -> None:
    content = write(file, S=[["a", "b"], *([n, f"text {n}"] for n in range(50))]).read_bytes()
    for place in range(0, len(content), 97):
        for damaged in (content[:place], content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :]):
            file.write_bytes(damaged)
            try:
                list(Workbook(file).records())
            except InputRefused as refusal:
                assert str(file) in str(refusal)


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent.xlsx", Path("/dev/zero")):
        with pytest.raises(InputRefused):
            Workbook(path)
