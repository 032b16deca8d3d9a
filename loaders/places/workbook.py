"""Workbook: the spreadsheet in which Eurostat publishes NUTS, with the changes since the vintage before."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError

import openpyxl

from loaders.package import Package
from loaders.places.files import refuse, regular
from loaders.places.lists import list_columns, listed_regions
from loaders.places.regions import Change, Listing, Region

__all__ = ["workbook_listing"]

_MOST_BYTES: Final = 64 * 1024 * 1024
_MOST_ROWS: Final = 100_000
_MOST_COLUMNS: Final = 64
_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, ParseError, SyntaxError, KeyError, ValueError, TypeError, AttributeError,
    IndexError, EOFError, OSError, NotImplementedError, RuntimeError, AssertionError,
)  # fmt: skip
"""What the library of spreadsheets lets through for a file that is none, or a damaged one."""
_LISTED: Final = re.compile(r"NUTS ?(20[0-9]{2})")
_CODE_OF: Final = re.compile(r"code (20[0-9]{2})")

Rows = Sequence[tuple[int, list[str]]]


def workbook_listing(path: Path) -> Listing:
    """Read a workbook: every sheet that lists codes with names, transliterations, and changes between two vintages.

    Raises InputRefused for what is no workbook, unpacks to too much (Package), or lists no regions.
    """
    sheets = _sheets(path)
    regions: list[Region] = []
    latin: dict[str, str] = {}
    changes: list[Change] = []
    vintages = ("", "")
    named = ""
    for name, rows in sheets:
        header = [" ".join(cell.casefold().split()) for cell in rows[0][1]] if rows else []
        scheme = _scheme(header)
        columns = list_columns(header)
        if "transliteration to latin" in header:
            latin |= {row[0].strip(): row[header.index("transliteration to latin")].strip() for _, row in rows[1:]}
        elif columns:
            regions += listed_regions(rows[1:], columns, scheme)
            named = named or (found[1] if (found := _LISTED.fullmatch(name.strip())) else "")
        elif "change" in header and any("level 1" in cell for cell in header):
            vintages, found_changes = _changes(header, rows[1:])
            changes += found_changes
    if not regions:
        refuse(path, "no sheet lists regions: expected one with the columns NUTS Code and NUTS label")
    regions = [_transliterated(region, latin) for region in regions]
    return Listing(tuple(regions), named or vintages[1], tuple(changes), vintages[0])


def _sheets(path: Path) -> list[tuple[str, Rows]]:
    regular(path, _MOST_BYTES)
    Package(path)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            return [(sheet.title, list(_rows(path, sheet))) for sheet in book.worksheets]
        finally:
            book.close()
    except _BROKEN as error:
        refuse(path, f"cannot be read as a workbook ({type(error).__name__}: {error})"[:300])


def _rows(path: Path, sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """Give the rows of a sheet that have any cell, each with its number, as text."""
    for place, row in enumerate(islice(sheet.iter_rows(values_only=True), _MOST_ROWS + 1), start=1):
        if place > _MOST_ROWS:
            refuse(path, f"sheet {sheet.title} has more than {_MOST_ROWS} rows", place)
        cells = ["" if value is None else str(value) for value in row[:_MOST_COLUMNS]]
        if any(cell.strip() for cell in cells):
            yield place, cells


def _changes(header: Sequence[str], rows: Rows) -> tuple[tuple[str, str], Iterator[Change]]:
    """Give the two vintages that a sheet compares, the earlier first, and the rows in which something changed."""
    codes = sorted((found[1], index) for index, name in enumerate(header) if (found := _CODE_OF.fullmatch(name)))
    if len(codes) != 2:
        return ("", ""), iter(())
    (earlier, old), (later, new) = codes
    labels = [index for index, name in enumerate(header) if "level" in name and "(" in name]
    word, scheme = header.index("change"), _scheme(header)

    def changed() -> Iterator[Change]:
        for place, row in rows:
            before, after, what = row[old].strip(), row[new].strip(), " ".join(row[word].split())
            if before != after or what:
                code = after or before
                label = next((row[index].strip() for index in labels if row[index].strip()), "")
                yield Change(place, before, after, str(len(code) - 2), label, what, scheme)

    return (earlier, later), changed()


def _scheme(header: Sequence[str]) -> str:
    """Tell the sheets of the Union's regions from those of its neighbours, which are no NUTS by law."""
    return "statistical regions" if any(name.startswith("sr ") for name in header) else "NUTS"


def _transliterated(region: Region, latin: dict[str, str]) -> Region:
    """Put the Latin form of a name that is written in Greek or Cyrillic first."""
    name = latin.get(region.code, "")
    return region._replace(label=name, native=region.label) if name and name != region.label else region
