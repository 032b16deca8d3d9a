"""NUTS: lists of regions in every form that they come in, their vintages, countries and outlines."""

from __future__ import annotations

import csv
import json
import os
import zipfile
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from loaders.places.choice import open_places
from loaders.places.countries import COUNTRIES, iso_code
from loaders.places.nuts import NutsReader
from loaders.places.outlines import OutlineBroken, outline
from loaders.records import Record, RecordRefused
from ontology.errors import InputRefused

DATA = Path(__file__).parents[2] / "shared" / "data"
WORKBOOK = DATA / "nuts_codes" / "NUTS2021-NUTS2024.xlsx"
YAML = DATA / "nuts_codes" / "NUTS2021-2024.yaml"
GEOMETRY = DATA / "nuts_geo" / "NUTS_RG_60M_2021_4326.geojson"
CONCEPTS = DATA / "nuts_skos" / "cl-geo.ttl"

SQUARE = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]
HOLE = [[2, 1], [2, 3], [3, 3], [3, 1], [2, 1]]


def present(path: Path) -> Path:
    """Give a file of the data beside the checkout, or skip."""
    if not path.exists():
        pytest.skip(f"no {path.name} beside the checkout")
    return path


def rows(reader: NutsReader, kind: str = "territory") -> list[dict[str, str]]:
    """Give the records of a kind, each as column and cell; none may be refused."""
    found = list(reader.records())
    assert not [each for each in found if isinstance(each, RecordRefused)]
    return [
        dict(zip(reader.columns[kind], each.cells, strict=True))
        for each in found
        if isinstance(each, Record) and each.kind == kind
    ]


def by_code(reader: NutsReader) -> dict[str, dict[str, str]]:
    """Give the countries and the territories by their codes."""
    countries = {row["NUTS country"]: row for row in rows(reader, "country")}
    return countries | {row["Code"]: row for row in rows(reader)}


def listed(folder: Path, text: str, name: str = "NUTS_2024.csv") -> Path:
    """Write a CSV list."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def feature(code: str, rings: Any, name: str = "A region", kind: str = "Polygon") -> dict[str, Any]:
    """Make a feature as GISCO has them."""
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": rings},
        "properties": {"NUTS_ID": code, "LEVL_CODE": len(code) - 2, "NAME_LATN": name, "NUTS_NAME": name},
    }


def mapped(folder: Path, features: list[Any], name: str = "NUTS_RG_60M_2021_4326.geojson", **more: Any) -> Path:
    """Write a GeoJSON file."""
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}), encoding="utf-8")
    return path


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """Make a workbook of the shape of Eurostat's: three regions, one recoded, one gone, one new, one shifted."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "NUTS2024"
    sheet.append(["Country code", "NUTS Code", "NUTS label", "NUTS level"])
    codes = (
        ("EL1", "Βόρεια", 1),
        ("EL11", "Ανατολή", 2),
        ("EL19", "Νέα", 2),
        ("EL18", "Δύση", 2),
        ("ELZ", "Extra-Regio", 1),
    )
    for code, label, level in codes:
        sheet.append(["EL", code, label, level])
    changes = book.create_sheet("NUTS2021- NUTS2024")
    levels = [f"NUTS level {number} \n(italics: NUTS 2021 else NUTS 2024)" for number in (1, 2, 3)]
    changes.append(["#", "Country Code", "Code 2021", "Code 2024", *levels, "Change", "NUTS level"])
    changes.append([1, "EL", "EL1", "EL1", "Βόρεια", None, None, "", 1])
    changes.append([2, "EL", "EL11", "EL11", None, "Ανατολή", None, "art. 5(2a)", 2])
    changes.append([3, "EL", "EL12", "EL18", None, "Δύση", None, "Code change", 2])
    changes.append([4, "EL", None, "EL19", None, "Νέα", None, "New region", 2])
    changes.append([5, "EL", "EL13", None, None, "Παλαιά", None, "Split", 2])
    changes.append([6, "EL", "EL131", None, None, None, "Μέρος", "Split", 3])
    latin = book.create_sheet("Cyrillic & Greek to Latin")
    latin.append(["Code", "Label", "Transliteration to Latin"])
    latin.append(["EL1", "Βόρεια", "Voreia"])
    path = tmp_path / "NUTS2021-NUTS2024.xlsx"
    book.save(path)
    return path


# --- What follows from the codes --------------------------------------------------------------------------------------


def test_a_region_lies_in_the_next_larger_one_of_the_list_and_its_country_is_made(tmp_path: Path) -> None:
    reader = NutsReader(listed(tmp_path, "code,label\nAT1,Ostösterreich\nAT13,Wien\nAT130,Wien\nDE212,München\n"))
    found = by_code(reader)
    assert [(code, row.get("Within"), row.get("Parent"), row.get("Level")) for code, row in found.items()] == [
        ("AT", None, None, None),
        ("DE", None, None, None),
        ("AT1", "", "AT", "1"),
        ("AT13", "2024-at1", "AT1", "2"),
        ("AT130", "2024-at13", "AT13", "3"),
        ("DE212", "", "DE", "3"),
    ]
    assert found["AT"]["Country name"] == "Austria"
    assert "2 countries are not in the list; made from the codes: AT, DE" in reader.remarks


def test_greece_and_the_united_kingdom_have_their_iso_codes(tmp_path: Path) -> None:
    found = by_code(NutsReader(listed(tmp_path, "code,label\nEL30,Attiki\nUKI3,Inner London\nAT13,Wien\n")))
    assert {code: (row["NUTS country"], row["Country"]) for code, row in found.items()} == {
        **dict.fromkeys(("EL", "EL30"), ("EL", "GR")),
        **dict.fromkeys(("UK", "UKI3"), ("UK", "GB")),
        **dict.fromkeys(("AT", "AT13"), ("AT", "AT")),
    }


def test_what_lies_in_no_region_is_kept_and_marked(tmp_path: Path) -> None:
    codes = ("AT", "ATZ", "ATZZ", "ATZZZ", "BEXXX", "BEZ1")
    text = "".join(f"{code},A name\n" for code in codes)
    found = by_code(NutsReader(listed(tmp_path, f"code,label\n{text}")))
    assert {code: row["Unit"] for code, row in found.items() if "Unit" in row} == {
        "ATZ": "extra-regio",
        "ATZZ": "extra-regio",
        "ATZZZ": "extra-regio",
        "BEXXX": "unknown",
        "BEZ1": "region",
    }


def test_one_code_in_two_vintages_has_two_keys(tmp_path: Path) -> None:
    text = "code,label\nNL33,Zuid-Holland\n"
    keys = {
        by_code(NutsReader(listed(tmp_path, text, "NUTS_2021.csv")))["NL33"]["Key"],
        by_code(NutsReader(listed(tmp_path, text, "list.csv"), vintage="2016"))["NL33"]["Key"],
        by_code(NutsReader(listed(tmp_path, text, "list.csv")))["NL33"]["Key"],
    }
    assert keys == {"2021-nl33", "2016-nl33", "nl33"}


def test_a_declared_vintage_goes_before_that_of_the_file_and_is_told(tmp_path: Path) -> None:
    reader = NutsReader(listed(tmp_path, "code,label\nNL33,Zuid-Holland\n", "NUTS_2021.csv"), vintage="2016")
    assert "vintage 2016 as declared; the file itself says 2021" in reader.remarks


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Wien,Wien,", "expected the capitals of a country"),
        ("at13,Wien,", "expected the capitals of a country"),
        ("AT1300,Wien,", "expected the capitals of a country"),
        ("QQ13,Nowhere,", "no country that has regions is written QQ"),
        ("GR30,Attiki,", "no country that has regions is written GR"),
        ("AT13,Wien,3", "a code of 4 signs has level 2, not 3"),
        ("AT13,,2", "the region has no name"),
        ("AT12,Wien,2", "stands in the list already"),
    ],
)
def test_a_row_that_cannot_be_a_region_is_set_aside(tmp_path: Path, row: str, reason: str) -> None:
    path = listed(tmp_path, f"code,label,level\nAT12,Niederösterreich,2\n{row}\n")
    refused = [each.problem for each in NutsReader(path).records() if isinstance(each, RecordRefused)]
    assert [(problem.row, problem.column) for problem in refused] == [(3, "Code")]
    assert reason in refused[0].reason


@pytest.mark.parametrize(
    "header", ["NUTS_ID;NAME_LATN;LEVL_CODE", "\ufeffcode\tlabel\tlevel", "NUTS Code,NUTS label,NUTS level"]
)
def test_columns_are_found_by_the_names_that_lists_have(tmp_path: Path, header: str) -> None:
    sign = next(sign for sign in ";\t," if sign in header)
    path = listed(tmp_path, f"{header}\n" + sign.join(["AT13", "Wien", "2"]) + "\n\n")
    assert by_code(NutsReader(path))["AT13"]["Label"] == "Wien"


def test_a_row_that_is_no_row_of_the_table_is_set_aside(tmp_path: Path) -> None:
    found = list(NutsReader(listed(tmp_path, "code,label\nAT1,Ost,too,much\nAT2,Süd\n")).records())
    assert [each.problem.row for each in found if isinstance(each, RecordRefused)] == [2]
    assert [each.cells[1] for each in found if isinstance(each, Record)] == ["Austria", "AT2"]


def test_of_a_region_that_stands_twice_the_first_is_taken_with_its_own_outline(tmp_path: Path) -> None:
    smaller = [[x / 2, y / 2] for x, y in SQUARE]
    found = list(NutsReader(mapped(tmp_path, [feature("AT", [SQUARE]), feature("AT", [smaller])])).records())
    assert [each.cells[-3:-1] for each in found if isinstance(each, Record)] == [("2.0000", "2.0000")]
    assert len(found) == 2


def test_a_list_gives_the_same_records_each_time_and_says_how_far_it_is(tmp_path: Path) -> None:
    reader = NutsReader(listed(tmp_path, "code,label\nAT1,Ost\nAT13,Wien\n"))
    first = reader.records()
    next(first)
    assert reader.progress() == pytest.approx(1 / 3)
    assert list(reader.records()) == list(reader.records())
    assert reader.progress() == 1


# --- The workbook -----------------------------------------------------------------------------------------------------


def test_a_workbook_gives_the_vintage_and_names_in_both_scripts(workbook: Path) -> None:
    found = by_code(NutsReader(workbook))
    assert list(found) == ["EL", "EL1", "EL11", "EL19", "EL18", "ELZ"]
    assert {row["Vintage"] for code, row in found.items() if code != "EL"} == {"2024"}
    names = ("Label", "Native label", "Native language")
    assert [found["EL1"][name] for name in names] == ["Voreia", "Βόρεια", "el"]
    assert [found["ELZ"][name] for name in names] == ["Extra-Regio", "", ""]
    assert (found["EL"]["Country name"], found["EL"]["Native label"]) == ("Greece", "")


def test_a_code_is_the_same_as_that_of_the_vintage_before_where_the_area_is(workbook: Path) -> None:
    found = by_code(NutsReader(workbook))
    assert {code: row["Same as"] for code, row in found.items() if code != "EL"} == {
        "EL1": "2021-el1",  # unchanged
        "EL11": "",  # the code was kept, the boundary was not
        "EL18": "2021-el12",  # only the code was changed
        "EL19": "",  # new
        "ELZ": "2021-elz",
    }


def test_changes_are_records_and_what_is_gone_lies_where_it_lay(workbook: Path) -> None:
    found = rows(NutsReader(workbook), "change")
    columns = ("Old key", "New key", "Change", "Gone", "Within")
    assert [tuple(row[name] for name in columns) for row in found] == [
        ("2021-el11", "2024-el11", "art. 5(2a)", "", ""),
        ("2021-el12", "2024-el18", "Code change", "yes", "2024-el1"),
        ("", "2024-el19", "New region", "", ""),
        ("2021-el13", "", "Split", "yes", "2024-el1"),
        ("2021-el131", "", "Split", "yes", "2021-el13"),
    ]
    assert [row["Label"] for row in found] == ["Ανατολή", "Δύση", "Νέα", "Παλαιά", "Μέρος"]


def test_outlines_of_the_vintage_before_join_by_the_code_that_the_area_had_then(workbook: Path, tmp_path: Path) -> None:
    geometry = mapped(tmp_path, [feature(code, [SQUARE]) for code in ("EL1", "EL11", "EL12", "EL13", "EL19")])
    reader = NutsReader(workbook, geometry=geometry)
    assert [code for code, row in by_code(reader).items() if row["WKT"]] == ["EL1", "EL11", "EL18"]
    assert [remark.partition(": ")[2] for remark in reader.remarks if remark.startswith(geometry.name)] == [
        "outlines of 2021 for 3 of 6 codes, 1 of them by the code that the same area had then",
        "no outline: 2 codes, EL, EL19",
        "extra-regio, so no outline: 1 codes, ELZ",
    ]


def test_a_broken_outline_of_another_file_is_named_and_the_region_kept(workbook: Path, tmp_path: Path) -> None:
    geometry = mapped(tmp_path, [feature("EL1", [SQUARE[:-1]]), feature("EL11", [SQUARE])])
    reader = NutsReader(workbook, geometry=geometry)
    assert [code for code, row in by_code(reader).items() if row["WKT"]] == ["EL11"]
    assert f"{geometry.name}: broken outlines: 1 codes, EL1" in reader.remarks


# --- Outlines ---------------------------------------------------------------------------------------------------------


def test_the_centre_of_a_square_with_a_hole_is_drawn_away_from_the_hole() -> None:
    # square: area 16, centre (2, 2). hole: area 2, centre (2.5, 2). x = (16·2 − 2·2.5) / 14 = 27/14, y = (32 − 4) / 14
    for hole in (HOLE, HOLE[::-1]):
        for square in (SQUARE, SQUARE[::-1]):
            found = outline({"type": "Polygon", "coordinates": [square, hole]})
            assert (found.longitude, found.latitude) == ("1.9286", "2.0000")


def test_the_centre_of_several_areas_is_weighed_by_their_size() -> None:
    # areas 16 at (2, 2) and 4 at (11, 1): x = (32 + 44) / 20 = 3.8, y = (32 + 4) / 20 = 1.8
    island = [[10, 0], [12, 0], [12, 2], [10, 2], [10, 0]]
    found = outline({"type": "MultiPolygon", "coordinates": [[SQUARE], [island]]})
    assert (found.longitude, found.latitude) == ("3.8000", "1.8000")
    assert found.wkt == "MULTIPOLYGON(((0 0,4 0,4 4,0 4,0 0)),((10 0,12 0,12 2,10 2,10 0)))"


def test_the_centre_of_a_small_place_far_from_zero_is_not_lost() -> None:
    ring = [[20, 60], [20.0001, 60], [20.0001, 60.0001], [20, 60.0001], [20, 60]]
    found = outline({"type": "Polygon", "coordinates": [ring]})
    assert (float(found.longitude), float(found.latitude)) == pytest.approx((20.00005, 60.00005), abs=0.0001)


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (None, "has no geometry"),
        ({"type": "Point", "coordinates": [1, 2]}, "not Point"),
        ({"type": "Polygon"}, "no rings"),
        ({"type": "Polygon", "coordinates": []}, "no rings"),
        ({"type": "Polygon", "coordinates": [[]]}, "fewer than four points"),
        ({"type": "Polygon", "coordinates": [SQUARE[:3]]}, "fewer than four points"),
        ({"type": "Polygon", "coordinates": [SQUARE[:-1]]}, "not closed"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [2, 2], [0, 0]]]}, "has no area"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, "a"], [2, 2], [0, 0]]]}, "in numbers"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, True], [2, 2], [0, 0]]]}, "in numbers"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, float("nan")], [2, 2], [0, 0]]]}, "outside of 180"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 10**400], [2, 2], [0, 0]]]}, "outside of 180"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [600000, 1], [2, 2], [0, 0]]]}, "outside of 180"),
        ({"type": "Polygon", "coordinates": [[0, 1, 2, 0]]}, "expected a point"),
        ({"type": "Polygon", "coordinates": [SQUARE, SQUARE]}, "has no area"),
        ({"type": "MultiPolygon", "coordinates": [SQUARE]}, "fewer than four points"),
    ],
)
def test_what_is_no_area_is_refused_with_the_reason(geometry: object, reason: str) -> None:
    with pytest.raises(OutlineBroken, match=reason):
        outline(geometry)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(["type", "coordinates"]), inner),
    ),
    st.sampled_from(["Polygon", "MultiPolygon"]),
)
def test_any_geometry_is_an_outline_or_broken(coordinates: object, kind: str) -> None:
    try:
        found = outline({"type": kind, "coordinates": coordinates})
    except OutlineBroken:
        return
    assert found.wkt.startswith(("POLYGON", "MULTIPOLYGON"))


def test_a_region_with_a_broken_ring_is_set_aside_and_the_next_is_read(tmp_path: Path) -> None:
    path = mapped(tmp_path, [feature("AT1", [SQUARE[:-1]]), feature("AT2", [SQUARE])])
    found = list(NutsReader(path).records())
    refused = [each.problem for each in found if isinstance(each, RecordRefused)]
    assert [(problem.row, problem.value) for problem in refused] == [(1, "AT1")]
    assert "a ring is not closed" in refused[0].reason
    assert [(each.cells[1], bool(each.cells[-1])) for each in found if isinstance(each, Record)] == [
        ("Austria", False),
        ("AT2", True),
    ]


# --- Files that are none ----------------------------------------------------------------------------------------------


def bomb(path: Path) -> Path:
    """Write a workbook of a few kilobytes that unpacks to 600 MB."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed,
        packed.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(600):
            part.write(bytes(1024 * 1024))
    return path


def entities(path: Path) -> Path:
    """Write a workbook whose list of sheets has entities that unfold to 10**9 letters."""
    openpyxl.Workbook().save(path)
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    names = "abcdefghij"
    unfold = "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise(names))
    head = f'<!DOCTYPE workbook [<!ENTITY a "aaaaaaaaaa">{unfold}]>'.encode()
    sheet = (
        parts["xl/workbook.xml"].replace(b"<workbook", head + b"<workbook", 1).replace(b'name="Sheet"', b'name="&j;"')
    )
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, sheet if name == "xl/workbook.xml" else content)
    return path


def broken_files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Make files that are no lists of regions, each with what its refusal says."""
    texts = {
        "empty.csv": ("", "no names of columns"),
        "headless.csv": ("AT1,Ost\n", "expected a header"),
        "quote.csv": ('code,label\nAT1,"Ost\n', "quote"),
        "words.ttl": ("this is no Turtle", "not well-formed RDF"),
        "other.ttl": ("<http://example.org/a> <http://example.org/b> 1 .", "no concept has a NUTS code"),
        "cut.geojson": ('{"type": "FeatureCollection", "features": [{"type": "Fea', "not well-formed JSON"),
        "deep.geojson": ("[" * 200_000, "not well-formed JSON"),
        "list.geojson": ("[1, 2]", "expected a GeoJSON FeatureCollection"),
        "empty.json": ("", "not well-formed JSON"),
        "nameless.json": ('{"features": [{"properties": {"x": 1}}]}', "has no NUTS_ID"),
        "string.json": ('{"features": ["a"]}', "has no NUTS_ID"),
        "digits.json": ('{"features": [' + "9" * 5000 + "]}", "not well-formed JSON"),
        "text.xlsx": ("code,label\n", "not a workbook"),
        "list.yaml": ("- a", "is read from a file of"),
        "list": ("code,label", "is read from a file of"),
    }
    for name, (text, reason) in texts.items():
        yield listed(folder, text, name), reason
    latin = folder / "latin.geojson"
    latin.write_bytes('{"features": [], "name": "Österreich"}'.encode("cp1252"))
    yield latin, "is not UTF-8"
    turtle = folder / "latin.ttl"
    turtle.write_bytes('<a:b> <a:c> "Österreich" .'.encode("cp1252"))
    yield turtle, "not well-formed RDF"
    (folder / "folder.csv").mkdir()
    yield folder / "folder.csv", "folder"
    yield folder / "missing.xlsx", "cannot be read"
    os.mkfifo(folder / "pipe.geojson")
    yield folder / "pipe.geojson", "pipe"
    yield bomb(folder / "bomb.xlsx"), "packed more than"
    yield entities(folder / "entities.xlsx"), "declares"
    book = openpyxl.Workbook()
    book.active.append(["nothing", "of interest"])
    book.save(folder / "other.xlsx")
    yield folder / "other.xlsx", "no sheet lists regions"
    whole = (folder / "other.xlsx").read_bytes()
    (folder / "cut.xlsx").write_bytes(whole[: len(whole) // 2])
    yield folder / "cut.xlsx", "not a workbook"
    yield (
        mapped(folder, [feature("AT1", [SQUARE])], "metres.geojson", crs={"properties": {"name": "EPSG:3035"}}),
        "not in degrees",
    )


def test_what_is_no_list_of_regions_is_refused_with_the_reason(tmp_path: Path) -> None:
    for path, reason in broken_files(tmp_path):
        with pytest.raises(InputRefused, match=reason) as refusal:
            NutsReader(path)
        assert all(problem.file == str(path) for problem in refusal.value.problems)


@given(st.binary(max_size=200), st.sampled_from([".csv", ".ttl", ".geojson", ".xlsx"]))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str) -> None:
    path = tmp_path_factory.mktemp("bytes") / f"any{suffix}"
    path.write_bytes(content)
    try:
        list(NutsReader(path).records())
    except InputRefused as refusal:
        assert refusal.problems


def test_a_workbook_cut_or_damaged_anywhere_is_read_or_refused(workbook: Path, tmp_path: Path) -> None:
    whole = workbook.read_bytes()
    path = tmp_path / "damaged.xlsx"
    for place in range(0, len(whole), len(whole) // 40):
        for content in (whole[:place], whole[:place] + b"\xff\x00" + whole[place + 2 :]):
            path.write_bytes(content)
            try:
                list(NutsReader(path).records())
            except InputRefused as refusal:
                assert refusal.problems


# --- Concepts ---------------------------------------------------------------------------------------------------------

TURTLE = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix c: <http://example.org/geo/> .
c:EUR skos:notation "EUR" ; skos:prefLabel "Europe"@en .
c:EU28 skos:notation "EU28" ; skos:prefLabel "European Union"@en ; skos:broader c:EUR .
c:EL skos:notation "EL" ; skos:prefLabel "Greece"@en ; skos:broader c:EU28 .
c:EL3 skos:notation "EL3" ; skos:prefLabel " Attica"@en, "Αττική"@el ; skos:broader c:EL .
c:EL_CAP skos:notation "EL_CAP" ; skos:prefLabel "Athens"@en ; skos:broader c:EL .
c:AT9 skos:notation "AT9" ; skos:prefLabel "Elsewhere"@en ; skos:broader c:EUR .
"""


def test_a_code_list_gives_the_concepts_that_are_regions(tmp_path: Path) -> None:
    reader = NutsReader(listed(tmp_path, TURTLE, "geo.ttl"))
    found = by_code(reader)
    assert list(found) == ["EL", "EL3"]
    assert [found["EL3"][name] for name in ("Label", "Native label", "Native language")] == ["Attica", "Αττική", "el"]
    assert "4 concepts are no regions; left out" in reader.remarks
    assert "the file does not say of which vintage it is" in reader.remarks


def test_the_end_of_the_name_chooses_the_reader(tmp_path: Path) -> None:
    reader, mapping = open_places(listed(tmp_path, "code,label\nAT1,Ost\n", "LIST.CSV"))
    assert (type(reader), mapping) == (NutsReader, "nuts")
    with pytest.raises(InputRefused, match=r"end in .xlsx"):
        open_places(tmp_path / "places.doc")


# --- The real files ---------------------------------------------------------------------------------------------------


def sheet_rows(name: str) -> list[tuple[Any, ...]]:
    """Read a sheet of the real workbook, without its header."""
    book = openpyxl.load_workbook(present(WORKBOOK), read_only=True)
    found = [row for row in book[name].iter_rows(values_only=True) if any(cell not in (None, "") for cell in row)]
    book.close()
    return found[1:]


@pytest.fixture(scope="module")
def real() -> NutsReader:
    """Read the real workbook with the real outlines."""
    return NutsReader(present(WORKBOOK), geometry=present(GEOMETRY))


@pytest.mark.sources
def test_every_code_of_the_real_workbook_is_there_with_its_level(real: NutsReader) -> None:
    expected = {row[1]: str(row[3]) for name in ("NUTS2024", "Statistical Regions") for row in sheet_rows(name)}
    found = by_code(real)
    assert {code: row["Level"] for code, row in found.items() if len(code) > 2} == expected
    of_nuts = Counter(row["Level"] for row in found.values() if row.get("Scheme") == "NUTS")
    assert of_nuts == {"1": 119, "2": 271, "3": 1192}
    assert sum(len(code) == 2 for code in found) == 27 + 12
    assert all(row["Parent"] == code[:-1] for code, row in found.items() if len(code) > 2)


@pytest.mark.sources
def test_the_real_workbook_agrees_with_the_list_that_others_made_of_it(real: NutsReader) -> None:
    lines = present(YAML).read_text(encoding="utf-8").splitlines()
    codes = {line.partition(": ")[2].strip() for line in lines if line.strip().startswith("NUTS Code: ")}
    found = {code for code, row in by_code(real).items() if row.get("Scheme") == "NUTS"}
    assert len(codes) == 1582
    assert found == codes


@pytest.mark.sources
def test_the_real_outlines_join_the_codes_that_have_them(real: NutsReader) -> None:
    features = {each["properties"]["NUTS_ID"] for each in json.loads(present(GEOMETRY).read_bytes())["features"]}
    codes = {row[1] for row in sheet_rows("NUTS2024")}
    recoded = {row[3]: row[2] for row in sheet_rows("NUTS2021- NUTS2024") if row[7] == "Code change"}
    assert (len(codes & features), len(recoded)) == (1446, 16)
    found = {code for code, row in by_code(real).items() if row["WKT"] and code in codes}
    assert found == (codes & features) | {new for new, old in recoded.items() if old in features}
    missing = next(remark for remark in real.remarks if ": no outline: " in remark)
    assert all(code in missing for code in codes - found if not code.endswith("Z"))


@pytest.mark.sources
def test_the_real_changes_are_those_of_the_change_table(real: NutsReader) -> None:
    table = sheet_rows("NUTS2021- NUTS2024")
    expected = Counter(row[7] or "" for row in table if row[2] != row[3] or (row[7] or "").strip())
    found = [row for row in rows(real, "change") if row["Scheme"] == "NUTS"]
    assert Counter(row["Change"] for row in found) == expected
    gone = {row[2] for row in table if row[2]} - {row[3] for row in table}
    assert {row["Old code"] for row in found if row["Gone"]} == gone
    assert len(gone) == 54


@pytest.mark.sources
def test_a_real_code_is_the_same_as_before_unless_the_table_says_otherwise(real: NutsReader) -> None:
    table = sheet_rows("NUTS2021- NUTS2024")
    expected = {
        row[3]: row[2] for row in table if row[2] and row[3] and row[7] in ("", None, "Name change", "Code change")
    }
    found = {
        code: row["Same as"].removeprefix("2021-").upper()
        for code, row in by_code(real).items()
        if row.get("Scheme") == "NUTS" and row["Same as"]
    }
    assert found == {new: old for new, old in expected.items() if len(new) > 2}


@pytest.mark.sources
def test_the_real_centres_lie_within_their_boxes_and_vienna_is_where_it_is(real: NutsReader) -> None:
    found = by_code(real)
    for each in json.loads(present(GEOMETRY).read_bytes())["features"]:
        row = found.get(each["properties"]["NUTS_ID"])
        if row and row["WKT"]:
            points = [point for ring in _rings(each["geometry"]) for point in ring]
            for place, name in enumerate(("Lon", "Lat")):
                sides = [point[place] for point in points]
                assert min(sides) <= float(row[name]) <= max(sides)
    assert (float(found["AT13"]["Lat"]), float(found["AT13"]["Lon"])) == pytest.approx((48.21, 16.37), abs=0.05)


def _rings(geometry: dict[str, Any]) -> list[list[list[float]]]:
    areas = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [ring for area in areas for ring in area]


@pytest.mark.sources
def test_the_real_map_is_a_list_of_its_own_with_the_united_kingdom() -> None:
    reader = NutsReader(present(GEOMETRY))
    found = by_code(reader)
    assert (len(found), {row.get("Vintage", "2021") for row in found.values()}) == (2010, {"2021"})
    assert (found["UKI31"]["Country"], found["EL303"]["Country"]) == ("GB", "GR")
    assert all(row["WKT"] for row in found.values())
    assert (found["BG411"]["Label"], found["BG411"]["Native language"]) == ("Sofia (stolitsa)", "bg")


@pytest.mark.sources
def test_the_real_code_list_gives_the_codes_that_it_gives_a_level() -> None:
    text = present(CONCEPTS).read_text(encoding="utf-8")
    blocks = [block for block in text.split("\n\n") if "ramon/ontology/level" in block]
    levelled = {block.split("cl-geo/", 1)[1].split(">", 1)[0] for block in blocks}
    found = by_code(NutsReader(CONCEPTS))
    assert levelled <= set(found)
    assert len(levelled) == 1828
    others = {code[:2] for code in set(found) - levelled if found[code].get("Unit") == "region"}
    assert others <= {"AL", "CH", "IS", "LI", "ME", "MK", "NO", "RS", "TR", "EL"}


@pytest.mark.sources
def test_countries_are_called_as_the_authority_table_calls_them() -> None:
    tree = etree.parse(present(DATA / "eu_authority_gc" / "country.gc"))
    names = {row.xpath("string(Value[@ColumnRef='eng_label']/SimpleValue)") for row in tree.iter("Row")}
    assert set(COUNTRIES.values()) <= names
    assert len({iso_code(code) for code in COUNTRIES}) == len(COUNTRIES)


def test_a_csv_of_many_rows_is_read_in_full(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["code", "label", "level"])
        for number in range(1000):
            writer.writerow([f"DE{number:03d}", f"Kreis {number}", 3])
    assert len(rows(NutsReader(path))) == 1000
