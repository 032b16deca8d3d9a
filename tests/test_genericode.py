"""Genericode: authority lists as they are written, in all languages, and XML that is made to do harm."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from loaders.genericode import LANGUAGES, GenericodeReader
from loaders.places.countries import ALPHA_2, COUNTRIES, iso_code
from loaders.records import Record, RecordRefused
from ontology.errors import InputRefused

DATA = Path(__file__).parents[2] / "shared" / "data" / "eu_authority_gc"
ROWS = {
    "buyer-legal-type": 19,
    "corporate-body": 91,
    "country": 246,
    "country_nuts-country": 38,
    "currency": 154,
    "eu-programme": 145,
    "main-activity": 20,
}
AUTHORITY = "http://publications.europa.eu/resource/authority"


def code_list(
    folder: Path,
    rows: list[dict[str, str]],
    table: str = "country",
    columns: tuple[str, ...] = ("code", "Name", "eng_label", "deu_label"),
    head: str = '<?xml version="1.0" encoding="UTF-8"?>',
) -> Path:
    """Write a list of the shape of the authority's."""
    declared = "".join(f'<Column Id="{name}" Use="optional"><ShortName>{name}</ShortName></Column>' for name in columns)
    values = "".join(
        "<Row>"
        + "".join(f'<Value ColumnRef="{name}"><SimpleValue>{cell}</SimpleValue></Value>' for name, cell in row.items())
        + "</Row>\n"
        for row in rows
    )
    path = folder / f"{table}.gc"
    path.write_text(
        f"""{head}
<gc:CodeList xmlns:gc="http://docs.oasis-open.org/codelist/ns/genericode/1.0/">
<!-- made up -->
<Identification><LongName>{table}</LongName><LongName Identifier="listId">{AUTHORITY}/{table}</LongName>
<Version>20260617-0</Version></Identification>
<ColumnSet>{declared}</ColumnSet>
<SimpleCodeList>{values}</SimpleCodeList></gc:CodeList>""",
        encoding="utf-8",
    )
    return path


def rows(path: Path) -> list[dict[str, str]]:
    """Give the codes of a list, each as column and cell; none may be refused."""
    reader = GenericodeReader(path)
    found = list(reader.records())
    assert not [each for each in found if isinstance(each, RecordRefused)]
    names = reader.columns["code"]
    return [dict(zip(names, each.cells, strict=True)) for each in found if isinstance(each, Record)]


def test_a_code_has_its_iri_and_its_names_by_language(tmp_path: Path) -> None:
    path = code_list(tmp_path, [{"code": "GRC", "Name": "Greece", "eng_label": "Greece", "deu_label": "Griechenland"}])
    (found,) = rows(path)
    assert {name: cell for name, cell in found.items() if cell} == {
        "Table": "country",
        "Version": "20260617-0",
        "Code": "GRC",
        "Key": "grc",
        "IRI": f"{AUTHORITY}/country/GRC",
        "Name": "Greece",
        "Country": "GR",
        "en": "Greece",
        "de": "Griechenland",
    }
    assert set(LANGUAGES.values()) <= set(found)


def test_a_code_of_three_letters_is_that_of_a_country_in_the_list_of_countries_only(tmp_path: Path) -> None:
    assert rows(code_list(tmp_path, [{"code": "ERA", "Name": "x"}, {"code": "GBR", "Name": "y"}]))[1]["Country"] == "GB"
    assert rows(code_list(tmp_path, [{"code": "GBR", "Name": "y"}], "corporate-body"))[0]["Country"] == ""


@pytest.mark.parametrize(
    ("name", "years"),
    [
        ("Asylum and Migration Fund (AMF) (2014/2020)", ("2014", "2020")),
        ("European Social Fund Plus (ESF+) (2021/2027)", ("2021", "2027")),
        ("A fund (2014/2020) of old", ("", "")),
        ("A fund", ("", "")),
    ],
)
def test_the_years_that_a_name_ends_in_are_told(tmp_path: Path, name: str, years: tuple[str, str]) -> None:
    (found,) = rows(code_list(tmp_path, [{"code": "A_B", "Name": name}], "eu-programme"))
    assert (found["First year"], found["Last year"], found["Key"]) == (*years, "a-b")


def test_other_columns_keep_their_names_and_never_take_those_of_the_reader(tmp_path: Path) -> None:
    columns = ("code", "Name", "status", "Version", "de", "xho_label")
    path = code_list(
        tmp_path, [{"code": "X", "status": "old", "Version": "1", "de": "2", "xho_label": "3"}], "t", columns
    )
    (found,) = rows(path)
    assert list(found)[-4:] == ["status", "column Version", "column de", "xho_label"]
    assert [found[name] for name in ("status", "Version", "column Version", "de", "column de", "xho_label")] == [
        *("old", "20260617-0", "1"),
        *("", "2", "3"),
    ]


def test_a_row_that_is_no_code_is_set_aside_with_its_line(tmp_path: Path) -> None:
    given_rows = [
        {"code": "A"},
        {"Name": "without"},
        {"code": "A"},
        {"code": "B", "xxx": "1"},
        {"code": "a"},
        {"code": "C"},
    ]
    found = list(GenericodeReader(code_list(tmp_path, given_rows)).records())
    refused = [each.problem for each in found if isinstance(each, RecordRefused)]
    lines = code_list(tmp_path, given_rows).read_text(encoding="utf-8").splitlines()
    assert ["<Row>" in lines[problem.row - 1] for problem in refused] == [True] * 4
    assert [problem.reason.partition(",")[0] for problem in refused] == [
        "the row has no code",
        "the list has the code 'A' already",
        "the row has a value for 'xxx'",
        "the list has the code 'A' already",
    ]
    assert [each.cells[2] for each in found if isinstance(each, Record)] == ["A", "C"]


def test_a_code_that_cannot_end_an_iri_has_none(tmp_path: Path) -> None:
    assert [row["IRI"] for row in rows(code_list(tmp_path, [{"code": "a b"}, {"code": "c/d"}, {"code": "é"}]))] == [
        *("", ""),
        f"{AUTHORITY}/country/é",
    ]


def test_a_list_gives_the_same_records_each_time(tmp_path: Path) -> None:
    reader = GenericodeReader(code_list(tmp_path, [{"code": "A"}, {"code": "B"}]))
    assert list(reader.records()) == list(reader.records())
    assert reader.progress() == 1


# --- XML that is no list, or made to do harm --------------------------------------------------------------------------


def unfolding() -> str:
    """Give a document type whose entity j would unfold to 10**10 letters."""
    names = "abcdefghij"
    chain = "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise(names))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{chain}]>'


@pytest.mark.parametrize(
    "head",
    [
        unfolding(),
        f'<!DOCTYPE x [<!ENTITY a "{"a" * 100_000}">]>',
        '<!DOCTYPE x [<!ENTITY j SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE x PUBLIC "-//x//y" "http://127.0.0.1:9/x.dtd" [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p">%p;]>',
    ],
)
def test_a_document_type_is_refused_before_anything_of_it_is_unfolded_or_fetched(tmp_path: Path, head: str) -> None:
    path = code_list(tmp_path, [{"code": "&j;"}], head=head)
    tracemalloc.start()
    try:
        with pytest.raises(InputRefused, match=r"document type|not well-formed XML"):
            list(GenericodeReader(path).records())
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_what_is_no_list_is_refused_with_the_reason(tmp_path: Path) -> None:
    whole = code_list(tmp_path, [{"code": "A"}] * 3).read_bytes()
    latin = '<?xml version="1.0" encoding="UTF-8"?><gc name="Österreich"/>'.encode("cp1252")
    wrong = {
        "empty.gc": (b"", "not well-formed XML|empty"),
        "words.gc": (b"code,label", "not well-formed XML"),
        "other.gc": (b"<html/>", "expected a genericode CodeList, not html"),
        "columns.gc": (b"<CodeList><ColumnSet/></CodeList>", "a column that is called code"),
        "twice.gc": (whole.replace(b'"Name"', b'"code"'), "two have one name"),
        "identifier.gc": (whole.replace(b"http://publications", b"ht tp://publications"), "is no IRI"),
        "latin.gc": (latin, "not well-formed XML"),
        "encoding.gc": (whole.replace(b"UTF-8", b"KLINGON"), "not well-formed XML|cannot be read"),
        "deep.gc": (b"<CodeList>" + b"<a>" * 100_000, "not well-formed XML"),
        "head.gc": (whole[:300], "not well-formed XML"),
    }
    for name, (content, reason) in wrong.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(InputRefused, match=reason):
            GenericodeReader(path)
    (tmp_path / "folder.gc").mkdir()
    os.mkfifo(tmp_path / "pipe.gc")
    for name, reason in (("folder.gc", "folder"), ("pipe.gc", "pipe"), ("missing.gc", "cannot be read")):
        with pytest.raises(InputRefused, match=reason):
            GenericodeReader(tmp_path / name)


def test_a_list_that_is_cut_off_gives_what_is_whole_and_is_then_refused(tmp_path: Path) -> None:
    path = code_list(tmp_path, [{"code": "A"}, {"code": "B"}])
    path.write_bytes(path.read_bytes()[:-80])
    records = GenericodeReader(path).records()
    assert isinstance(next(records), Record)
    with pytest.raises(InputRefused, match="not well-formed XML"):
        list(records)


def test_memory_does_not_grow_with_the_list(tmp_path: Path) -> None:
    path = code_list(tmp_path, [{"code": f"C{number}", "Name": "x" * 500} for number in range(60_000)])
    assert path.stat().st_size > 38_000_000
    code = """
import resource, sys
from pathlib import Path
from loaders.genericode import GenericodeReader
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before = peak()
assert sum(1 for _ in GenericodeReader(Path(sys.argv[1])).records()) == 60_000
print(peak() - before)
"""
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 30  # MB: the codes that were seen; the whole tree takes more than 80


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("bytes") / "any.gc"
    path.write_bytes(content)
    with pytest.raises(InputRefused):
        GenericodeReader(path)


@given(st.integers(min_value=0), st.binary(min_size=1, max_size=4))
def test_a_list_damaged_anywhere_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, place: int, damage: bytes
) -> None:
    path = code_list(tmp_path_factory.mktemp("damaged"), [{"code": "A", "Name": "Ä"}, {"code": "B"}])
    whole = path.read_bytes()
    place %= len(whole)
    path.write_bytes(whole[:place] + damage + whole[place + len(damage) :])
    try:
        list(GenericodeReader(path).records())
    except InputRefused as refusal:
        assert refusal.problems


# --- The real lists ---------------------------------------------------------------------------------------------------


@pytest.mark.sources
@pytest.mark.parametrize(("name", "count"), ROWS.items())
def test_a_real_list_has_every_name_in_every_language(name: str, count: int) -> None:
    path = DATA / f"{name}.gc"
    if not path.exists():
        pytest.skip(f"no {path.name} beside the checkout")
    tree = etree.parse(path)
    list_id = tree.xpath("string(//LongName[@Identifier='listId'])")
    expected = [
        {str(value.get("ColumnRef")): str(value.findtext("SimpleValue")) for value in row.iter("Value")}
        for row in tree.iter("Row")
    ]
    found = rows(path)
    assert len(found) == len(expected) == count
    for row, values in zip(found, expected, strict=True):
        assert (row["Code"], row["Name"], row["IRI"]) == (values["code"], values["Name"], f"{list_id}/{values['code']}")
        assert {three: row[two] for three, two in LANGUAGES.items()} == {
            three: values.get(f"{three}_label", "") for three in LANGUAGES
        }


@pytest.mark.sources
def test_the_countries_that_have_regions_have_the_codes_of_the_real_list() -> None:
    path = DATA / "country.gc"
    if not path.exists():
        pytest.skip(f"no {path.name} beside the checkout")
    by_name = {row["en"]: row for row in rows(path)}
    assert {code: by_name[name]["Country"] for code, name in COUNTRIES.items()} == {
        code: iso_code(code) for code in COUNTRIES
    }
    assert [row["Code"] for row in by_name.values() if not row["Country"]] == [
        "CPT"
    ]  # Clipperton: of France, in no list


def test_codes_of_two_letters_and_of_three_go_together_one_to_one() -> None:
    assert len(ALPHA_2) == 250  # the 249 of ISO 3166-1, and Kosovo
    assert len(set(ALPHA_2.values())) == 250
    assert all(len(three) == 3 and len(two) == 2 and (three + two).isupper() for three, two in ALPHA_2.items())
    assert {"GRC": "GR", "GBR": "GB", "XKX": "XK", "AUT": "AT"}.items() <= ALPHA_2.items()
