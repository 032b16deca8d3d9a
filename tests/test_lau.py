"""LAU: lists of local administrative units, where each unit lies, and files that are damaged or made to be."""

from __future__ import annotations

import gzip
import os
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.places import packed
from loaders.places.choice import open_places
from loaders.places.lau import LauReader
from loaders.records import Record, RecordRefused
from ontology.errors import InputRefused

REAL = Path(__file__).parents[2] / "shared" / "data" / "lau2016" / "lau_2016.trig.gz"
HEAD = """\
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix lau: <https://example.org/lau/2016/> .
@prefix nuts: <https://example.org/nuts/2013/> .
"""
LIST = """\
GRAPH <https://example.org/lau/2016> {
<https://example.org/lau/2016/dk/7422> skos:broaderTransitive <https://example.org/lau/2016/dk/219> ;
  skos:notation "7422" ; skos:prefLabel "Alsønderup"@da .
<https://example.org/lau/2016/dk/219> skos:broaderTransitive nuts:DK013 ; skos:prefLabel "Hillerød"@da .
<https://example.org/lau/2016/dk/259> skos:broaderTransitive nuts:DK021, nuts:DK022 ; skos:prefLabel "Køge"@da .
<https://example.org/lau/2016/dk/10> skos:broaderTransitive nuts:DK013 ; skos:notation "10" .
lau:0205879b skos:broaderTransitive <https://example.org/lau/2016/dk/259> ; skos:prefLabel "Uoplyst Sogn"@da .
<https://example.org/lau/2016/el/01> skos:broaderTransitive nuts:EL303 ; skos:notation "01" ;
  skos:prefLabel "Αθήνα"@el .
<https://example.org/lau/2016/uk/95a%2001> skos:broaderTransitive nuts:UKN01 ;
  skos:notation "95A 01" ; skos:prefLabel "A ward"@en .
<https://example.org/lau/2016/be/1> skos:broaderTransitive nuts:BE211 ; skos:notation "1" ;
  skos:prefLabel "Aartselaar"@be .
<https://example.org/lau/2016/hu/2> skos:broaderTransitive nuts:HU331 ; skos:notation "2" ;
  skos:prefLabel "Ágasegyháza" .
<https://example.org/lau/2016/nl/gm0361> skos:notation "GM0361" ; skos:prefLabel "Alkmaar"@nl .
nuts:DK013 skos:notation "DK013" .
}
"""


def listed(folder: Path, text: str = LIST, name: str = "lau.trig.gz") -> Path:
    """Write a list, packed where its name says so."""
    path = folder / name
    content = (HEAD + text).encode()
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def rows(reader: LauReader, kind: str = "unit") -> list[dict[str, str]]:
    """Give the records of a kind, each as column and cell; none may be refused."""
    found = list(reader.records())
    assert not [each for each in found if isinstance(each, RecordRefused)]
    return [
        dict(zip(reader.columns[kind], each.cells, strict=True))
        for each in found
        if isinstance(each, Record) and each.kind == kind
    ]


def picked(reader: LauReader, *names: str, kind: str = "unit") -> list[tuple[str, ...]]:
    """Give some columns of the records of a kind."""
    return [tuple(row[name] for name in names) for row in rows(reader, kind)]


def test_a_unit_has_code_name_and_the_region_that_it_lies_in_or_its_upper_unit_does(tmp_path: Path) -> None:
    found = picked(LauReader(listed(tmp_path)), "Key", "Label", "NUTS 3", "Within")
    assert found == [
        ("2016-dk-7422", "Alsønderup", "DK013", "2013-dk013"),  # by way of 219, which comes later
        ("2016-dk-219", "Hillerød", "DK013", "2013-dk013"),
        ("2016-dk-259", "Køge", "", "2013-dk02"),  # in DK021 and DK022: DK02 holds both
        ("", "Uoplyst Sogn", "", "2013-dk02"),  # no code, so no key
        ("2016-el-01", "Αθήνα", "EL303", "2013-el303"),
        ("2016-uk-95a-01", "A ward", "UKN01", "2013-ukn01"),
        ("2016-be-1", "Aartselaar", "BE211", "2013-be211"),
        ("2016-hu-2", "Ágasegyháza", "HU331", "2013-hu331"),
        ("2016-nl-gm0361", "Alkmaar", "", ""),  # in no region: in its country
    ]


def test_codes_are_as_written_and_countries_have_their_iso_codes(tmp_path: Path) -> None:
    found = picked(LauReader(listed(tmp_path)), "Code", "NUTS country", "Country")
    assert found == [
        *(("7422", "DK", "DK"), ("219", "DK", "DK"), ("259", "DK", "DK"), ("", "DK", "DK")),
        *(("01", "EL", "GR"), ("95A 01", "UK", "GB")),
        *(("1", "BE", "BE"), ("2", "HU", "HU"), ("GM0361", "NL", "NL")),
    ]


def test_a_name_is_not_said_to_be_in_a_language_that_it_is_not_in(tmp_path: Path) -> None:
    found = {row["Label"]: row["Language"] for row in rows(LauReader(listed(tmp_path)))}
    assert (found["Aartselaar"], found["Ágasegyháza"], found["Αθήνα"]) == ("und", "und", "el")


def test_countries_and_regions_come_first_each_after_the_one_that_it_lies_in(tmp_path: Path) -> None:
    reader = LauReader(listed(tmp_path))
    found = [each for each in reader.records() if isinstance(each, Record)]
    assert [each.cells[:2] for each in found[:9]] == [
        ("BE", "Belgium"),
        ("2013-be2", "BE2"),
        ("2013-be21", "BE21"),
        ("2013-be211", "BE211"),
        ("DK", "Denmark"),
        ("2013-dk0", "DK0"),
        ("2013-dk01", "DK01"),
        ("2013-dk013", "DK013"),
        ("2013-dk02", "DK02"),
    ]
    assert picked(reader, "Within", kind="region")[:3] == [("",), ("2013-be2",), ("2013-be21",)]
    assert picked(reader, "Country", kind="country") == [("BE",), ("DK",), ("GR",), ("HU",), ("NL",), ("GB",)]
    keys = {key for (key,) in picked(reader, "Key", kind="region")}
    assert {within for (within,) in picked(reader, "Within")} <= keys | {""}


def test_what_is_left_out_or_doubtful_is_counted(tmp_path: Path) -> None:
    assert LauReader(listed(tmp_path)).remarks == (
        "1 units have no name and are left out, such as upper units and replaced ones",
        "1 units have a name and no code",
        "1 names in Belgium are tagged be, which is Belarusian; read as of unknown language",
        "2 units lie in several NUTS 3 regions by the list; placed in the smallest region of all",
        "1 units lie in no region; placed in their country",
    )


def test_a_list_need_not_be_packed_and_is_the_same_each_time(tmp_path: Path) -> None:
    reader = LauReader(listed(tmp_path, name="lau.trig"))
    assert list(reader.records()) == list(reader.records()) == list(LauReader(listed(tmp_path)).records())
    assert reader.progress() == 1


def test_the_end_of_the_name_chooses_the_reader(tmp_path: Path) -> None:
    reader, mapping = open_places(listed(tmp_path))
    assert (type(reader), mapping) == (LauReader, "lau")


def test_a_unit_that_comes_again_or_lies_in_another_country_is_set_aside(tmp_path: Path) -> None:
    again = """
    <https://example.org/lau/2016/at/1> skos:broaderTransitive nuts:AT112 ; skos:prefLabel "A"@de .
    <https://example.org/lau/2016/at/2> skos:broaderTransitive nuts:DE112 ; skos:prefLabel "B"@de .
    <https://example.org/lau/2016/qq/3> skos:broaderTransitive nuts:AT112 ; skos:prefLabel "C"@de .
    <https://example.org/lau/2016/at/1> skos:prefLabel "D"@de .
    <https://example.org/lau/2016/at/4> skos:broaderTransitive nuts:AT112, nuts:DE112 ; skos:prefLabel "E"@de .
    """
    found = list(LauReader(listed(tmp_path, again)).records())
    assert [each.cells[2] for each in found if isinstance(each, Record) and each.kind == "unit"] == ["A"]
    refused = [(each.problem.row, each.problem.value) for each in found if isinstance(each, RecordRefused)]
    assert refused == [(2, "2"), (3, "3"), (4, "1"), (5, "4")]


def test_units_that_lie_in_each_other_lie_in_their_country(tmp_path: Path) -> None:
    ring = """
    @prefix at: <https://example.org/lau/2016/at/> .
    at:1 skos:broaderTransitive at:2 ; skos:prefLabel "A"@de .
    at:2 skos:broaderTransitive at:1 ; skos:prefLabel "B"@de .
    """
    assert picked(LauReader(listed(tmp_path, ring)), "NUTS 3", "Within") == [("", ""), ("", "")]


# --- Files that are none ----------------------------------------------------------------------------------------------


def test_what_is_no_list_is_refused_with_the_reason(tmp_path: Path) -> None:
    whole = listed(tmp_path).read_bytes()
    wrong = {
        "cut.trig.gz": (whole[:-30], "cut off"),
        "plain.trig.gz": (b"not packed at all", "cannot be read"),
        "damaged.trig.gz": (whole[:40] + bytes(20) + whole[60:], "cannot be read|not well-formed"),
        "words.trig": (b"this is no TriG", "not well-formed RDF"),
        "latin.trig": ('<a:b> <a:c> "Österreich" .'.encode("cp1252"), "not well-formed RDF"),
        "end.trig": (b"<a:b> <a:c> ", "not well-formed RDF"),
    }
    for name, (content, reason) in wrong.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(InputRefused, match=reason):
            LauReader(path)
    (tmp_path / "folder.trig").mkdir()
    os.mkfifo(tmp_path / "pipe.trig.gz")
    for name, reason in (("folder.trig", "folder"), ("pipe.trig.gz", "pipe"), ("missing.trig", "cannot be read")):
        with pytest.raises(InputRefused, match=reason):
            LauReader(tmp_path / name)


def test_a_small_file_that_unpacks_to_much_is_cut_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "_MOST_UNPACKED", 10_000_000)
    path = listed(tmp_path, '<a:b> <a:c> "d" .\n' * 1_000_000)
    assert path.stat().st_size < 100_000
    with pytest.raises(InputRefused, match="unpacks to more than 10000000 bytes"):
        LauReader(path)


def test_one_endless_literal_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "endless.trig.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b'<a:b> <a:c> "')
        for _ in range(40):
            file.write(b"x" * 1024 * 1024)
    with pytest.raises(InputRefused, match="a word or literal is too long"):
        LauReader(path)


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, compressed: bool
) -> None:
    path = tmp_path_factory.mktemp("bytes") / "any.trig.gz"
    path.write_bytes(gzip.compress(content) if compressed else content)
    try:
        list(LauReader(path).records())
    except InputRefused as refusal:
        assert refusal.problems


# --- The real file ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real() -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Read the regions and the units of the real list."""
    if not REAL.exists():
        pytest.skip(f"no {REAL.name} beside the checkout")
    reader = LauReader(REAL)
    found = [each for each in reader.records() if isinstance(each, Record)]
    named = [dict(zip(reader.columns[each.kind], each.cells, strict=True)) for each in found]
    return [row for row in named if "Level" in row], [row for row in named if "Label" in row]


Rows = tuple[list[dict[str, str]], list[dict[str, str]]]


@pytest.mark.sources
@pytest.mark.slow
def test_every_named_unit_of_the_real_list_is_there(real: Rows) -> None:
    _, found = real
    # counted over the text, without a parser: a blank line divides the concepts, and each begins with its IRI
    blocks = re.split(r"\n\s*\n", gzip.decompress(REAL.read_bytes()).decode())
    named = [block for block in blocks if "core#prefLabel" in block and "/lau/2016/" in block]
    own = [re.match(r"\s*<[^>]*/lau/2016/([a-z]{2})/[^/>]+>", block) for block in named]
    assert len(found) == len(named) == 117_824
    assert Counter(row["NUTS country"] for row in found if row["Code"]) == Counter(
        match[1].upper() for match in own if match
    )
    assert len({row["Key"] for row in found if row["Key"]}) == 117_824 - 93
    assert {row["Country"] for row in found} >= {"GR", "GB"}
    assert not {row["Country"] for row in found} & {"EL", "UK"}


@pytest.mark.sources
@pytest.mark.slow
def test_units_of_the_real_list_lie_in_regions_of_their_country_that_it_describes(real: Rows) -> None:
    regions = {row["Key"] for row in real[0]}
    for row in real[1]:
        assert row["Within"] in regions | {""}
        assert row["Within"].startswith(f"2013-{row['NUTS country']}".lower() if row["Within"] else "")
        assert not row["NUTS 3"] or row["Within"] == f"2013-{row['NUTS 3']}".lower()
    vienna = next(row for row in real[1] if row["Key"] == "2016-at-90001")
    assert (vienna["Label"], vienna["NUTS 3"]) == ("Wien", "AT130")
