"""Delimited text: every row of a file with its place, or the reason why it is not read; never a half-read file."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.delimited import Delimited
from loaders.records import Record, RecordRefused
from ontology.errors import InputRefused


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "grants.csv"


def opened(file: Path, content: str | bytes, **options: object) -> Delimited:
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return Delimited(file, **options)  # type: ignore[arg-type]


def rows(reader: Delimited) -> list[tuple[int, list[str]]]:
    return [(record.place, list(record.cells)) for record in reader.records() if isinstance(record, Record)]


def refused(reader: Delimited) -> list[tuple[int, str]]:
    records = reader.records()
    return [(record.problem.row, record.problem.reason) for record in records if isinstance(record, RecordRefused)]


def reason(file: Path, content: str | bytes, **options: object) -> str:
    with pytest.raises(InputRefused) as caught:
        list(opened(file, content, **options).records())
    return str(caught.value)


def test_cells_are_given_as_they_are_written(file: Path) -> None:
    reader = opened(file, 'Name,"Total\n costs ", Fund \r\n A , "1 ",\r\n"say ""so""\nor not",2,ESF\r\n')
    assert reader.columns == {"row": ("Name", "Total costs", "Fund")}
    assert rows(reader) == [(2, [" A ", ' "1 "', ""]), (3, ['say "so"\nor not', "2", "ESF"])]
    assert reader.remarks == ()
    assert [record.kind for record in reader.records() if isinstance(record, Record)] == ["row", "row"]


def test_places_are_the_rows_that_a_spreadsheet_shows(file: Path) -> None:
    reader = opened(file, 'a,b\n"1\n2\n3",x\n\n , \n,\n4,y\n')
    assert rows(reader) == [(2, ["1\n2\n3", "x"]), (6, ["4", "y"])]
    assert refused(reader) == []


def test_a_header_may_stand_below_titles(file: Path) -> None:
    reader = opened(file, "List of operations\n\nName;Amount\nA;1,5\n", header=3)
    assert reader.columns["row"] == ("Name", "Amount")
    assert rows(reader) == [(4, ["A", "1,5"])]


def test_empty_cells_at_the_end_are_those_of_a_spreadsheet(file: Path) -> None:
    reader = opened(file, "a,b,,\n1,2,,\n3,4\n5,6,, \n7,8,9,\n")
    assert rows(reader) == [(2, ["1", "2"]), (3, ["3", "4"]), (4, ["5", "6"])]
    assert refused(reader) == [(5, "the row has 4 cells where the header has 2")]


def test_rows_of_another_width_are_set_aside_and_the_next_is_read(file: Path) -> None:
    reader = opened(file, "a,b,c\n1,2,3\n1,2\n1,2,3,4\n4,5,6\n")
    assert rows(reader) == [(2, ["1", "2", "3"]), (5, ["4", "5", "6"])]
    assert refused(reader) == [
        (3, "the row has 2 cells where the header has 3"),
        (4, "the row has 4 cells where the header has 3"),
    ]


def test_a_stray_quote_sets_its_row_aside(file: Path) -> None:
    reader = opened(file, 'a,b\n"x" y,1\nz,2\n')
    assert rows(reader) == [(3, ["z", "2"])]
    assert refused(reader) == [(2, "not well-formed CSV (',' expected after '\"')")]


def test_a_quote_that_swallows_rows_stops_the_reading(file: Path) -> None:
    assert "row 3: a quote is opened in this row and closed 1 further down" in reason(file, 'a,b\nx,1\n"y,2\nz" w,3\n')
    assert "row 3: a quote is opened in this row and not closed" in reason(file, 'a,b\nx,1\n"y,2\nz,3\n')
    assert "row 2: a cell has more than" in reason(file, 'a,b\n"' + "y,2\n" * 100_000)


@pytest.mark.parametrize(
    ("content", "remark", "cells"),
    [
        ("a;b;c\n1,5;2;x\n", "cells are divided by semicolons", ["1,5", "2", "x"]),
        ("a\tb\n1,5\t2\n", "cells are divided by tabs", ["1,5", "2"]),
        ("a|b\n1,5|2\n", "cells are divided by upright bars", ["1,5", "2"]),
        ("sep=;\na;b\n1;2\n", "cells are divided by semicolons", ["1", "2"]),
        ('"sep=^"\r\na^b\r\n1^2\r\n', "cells are divided by '^'", ["1", "2"]),
        ('Name;"Amount, in EUR";c\nA;1,5;x\n', "cells are divided by semicolons", ["A", "1,5", "x"]),
        ("Name; Amount, EUR; c\nA;1,5;x\n", "cells are divided by semicolons", ["A", "1,5", "x"]),
        ('a,"b;c;d;e"\n1,2\n', "", ["1", "2"]),
    ],
)
def test_what_divides_the_cells_is_found_out_and_told(file: Path, content: str, remark: str, cells: list[str]) -> None:
    reader = opened(file, content)
    assert reader.remarks == ((remark,) if remark else ())
    assert rows(reader) == [(2, cells)]


def test_a_file_of_one_column_is_read(file: Path) -> None:
    assert rows(opened(file, "name\nA\n\nB\n")) == [(2, ["A"]), (4, ["B"])]


def test_a_declared_delimiter_is_taken(file: Path) -> None:
    assert rows(opened(file, "a;b,c\n1;2,3\n", delimiter=",")) == [(2, ["1;2", "3"])]
    assert "one sign, not '::'" in reason(file, "a,b\n", delimiter="::")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_says_the_encoding(file: Path, encoding: str) -> None:
    reader = opened(file, "név,összeg\nŐr,1\n".encode(encoding))
    assert reader.columns["row"] == ("név", "összeg")
    assert rows(reader) == [(2, ["Őr", "1"])]


def test_a_declared_encoding_is_taken(file: Path) -> None:
    content = "név,összeg\nŐr,1\n"
    assert rows(opened(file, content.encode("cp1250"), encoding="windows-1250")) == [(2, ["Őr", "1"])]
    assert rows(opened(file, content.encode("utf-16-le"), encoding="utf-16-le")) == [(2, ["Őr", "1"])]
    reader = opened(file, content.encode("utf-8-sig"), encoding="cp1250")
    assert reader.columns["row"] == ("név", "összeg")
    assert reader.remarks == ("declared as cp1250; read as utf-8-sig, as the mark at its beginning says",)
    assert "no encoding is called 'latin-0'" in reason(file, content, encoding="latin-0")
    assert "no encoding is called 'hex'" in reason(file, content, encoding="hex")
    assert "no encoding is called 'undefined'" in reason(file, content, encoding="undefined")
    assert "not ascii (byte 1)" in reason(file, content, encoding="ascii")


def test_letters_on_which_the_code_pages_agree_are_read(file: Path) -> None:
    reader = opened(file, "Straße,Bürger\nKöln,5 €\n".encode("cp1252"))
    assert reader.columns["row"] == ("Straße", "Bürger")
    assert rows(reader) == [(2, ["Köln", "5 €"])]
    assert reader.remarks == ("not UTF-8; read as Windows-1252, where the Windows code pages agree",)


def test_letters_on_which_they_differ_have_to_be_declared(file: Path) -> None:
    told = reason(file, "a,b\nEspaña,1\n".encode("cp1252"))
    assert (
        "not UTF-8 (byte 8); declare its encoding: a word in it is España by cp1252 (Western), Espańa by cp1250" in told
    )


def test_a_byte_late_in_the_file_is_found_before_the_first_row_is_read(file: Path) -> None:
    content = "a,b\n" + "x,ü\n" * 700_000
    assert "not UTF-8 (byte 3500004)" in reason(file, content.encode() + b"\xf1,1\n")
    assert "not utf-8 (byte 3500004)" in reason(file, content.encode() + b"\xf1,1\n", encoding="UTF8")
    assert "not UTF-8 (byte 3500004)" in reason(file, content.encode() + b"\xc3")  # cut in the middle of a letter
    assert "NUL" in reason(file, content.encode() + b"\0,1\n")


@pytest.mark.parametrize("content", ["", "\n", ",,\n", "\ufeff", " , \na,b\n"])
def test_a_file_without_a_header_is_refused(file: Path, content: str) -> None:
    assert "row 1: there are no names of columns in this row" in reason(file, content)


def test_names_of_columns_are_told_apart(file: Path) -> None:
    assert "row 1, column a b: 'a b': the name stands twice, in columns 1 and 3" in reason(
        file, 'a b,c,"a\nb"\n1,2,3\n'
    )
    reader = opened(file, ",a,,b\n1,2,3,4\n")
    assert reader.columns["row"] == ("(column 1)", "a", "(column 3)", "b")
    assert reader.remarks == ("columns without a name are called (column 1), (column 3)",)
    assert list(opened(file, "a,b\n").records()) == []


def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, said in [("", "folder"), ("pipe", "a pipe"), ("absent", "cannot be read"), ("a\0b", "cannot be read")]:
        with pytest.raises(InputRefused, match=said):
            Delimited(tmp_path / name)
    with pytest.raises(InputRefused, match="a device"):
        Delimited(Path("/dev/zero"))


def test_a_row_that_never_ends_is_refused_in_bounded_memory(file: Path) -> None:
    assert "row 2: the row has more than 4,194,304 characters" in reason(file, "a,b\n" + "x," * 3_000_000)
    assert "row 2: the row has more than" in reason(file, "a,b\n" + '"\n",' * 2_000_000)


def test_progress_grows_from_nothing_to_all(file: Path) -> None:
    reader = opened(file, "a,b\n" + f"x,{'y' * 1000}\n" * 5_000)
    assert reader.progress() == 0
    seen = [reader.progress() for _ in reader.records()]
    assert seen == sorted(seen)
    assert seen[0] < 0.5 < seen[-1] <= 1
    assert reader.progress() == 1
    next(iter(reader.records()))
    assert reader.progress() < 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(file: Path) -> None:
    file.write_text("a,b\n")
    file.chmod(0)
    with pytest.raises(InputRefused, match="cannot be read"):
        Delimited(file)


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=3, max_size=3)
    )
)
def test_what_the_csv_module_writes_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, cells: list[list[str]]
) -> None:
    file = tmp_path_factory.mktemp("written") / "grants.csv"
    for delimiter in ",;\t|":
        with file.open("w", encoding="utf-8", newline="") as text:
            csv.writer(text, delimiter=delimiter).writerows([["one", "two", "three"], *cells])
        expected = [(place, row) for place, row in enumerate(cells, start=2) if "".join(row).strip()]
        assert rows(Delimited(file, delimiter=delimiter)) == expected


PIECES = st.sampled_from(
    [b"a", b"1,5", b",", b";", b"\t", b'"', b"\n", b"\r\n", b"\r", b" ", b"\xc3\xbc", b"\xfc", b"\xf1", b"\0"]
)


@given(st.lists(st.one_of(PIECES, st.binary(max_size=3)), max_size=60))
def test_no_bytes_break_the_reader(tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]) -> None:
    file = tmp_path_factory.mktemp("fuzz") / "grants.csv"
    file.write_bytes(b"".join(pieces))
    try:
        reader = Delimited(file)
        places = [r.place if isinstance(r, Record) else r.problem.row for r in reader.records()]
    except InputRefused as refusal:
        assert str(file) in str(refusal)
    else:
        assert places == sorted(set(places))
        assert all(len(r.cells) == len(reader.columns["row"]) for r in reader.records() if isinstance(r, Record))


LISTS = Path(__file__).parents[2] / "shared" / "data" / "esif_beneficiaries"


@pytest.mark.sources
@pytest.mark.parametrize("name", sorted(path.name for path in LISTS.glob("*.csv")))
def test_the_published_lists_have_the_rows_that_the_csv_module_counts(name: str) -> None:
    with (LISTS / name).open(encoding="utf-8", newline="") as text:
        expected = list(csv.reader(text))
    reader = Delimited(LISTS / name)
    records = list(reader.records())
    assert [list(record.cells) for record in records if isinstance(record, Record)] == expected[1:]
    assert len(records) == len(expected) - 1
    assert len(reader.columns["row"]) == len(expected[0])
