"""Lists: regions in the rows of a table, a row a code, whatever its columns are called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from loaders.delimited import Delimited
from loaders.places.files import refuse, regular
from loaders.places.regions import Listing, Region
from loaders.records import Record, RecordRefused

__all__ = ["csv_listing", "list_columns", "listed_regions"]

_MOST_BYTES: Final = 64 * 1024 * 1024
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "code": ("nuts code", "sr code", "nuts_id", "nuts id", "code", "nuts", "geo"),
    "label": ("nuts label", "sr label", "name_latn", "label", "nuts_name", "name", "region"),
    "native": ("nuts_name",),
    "level": ("nuts level", "sr level", "levl_code", "level"),
}
"""What the columns of such lists are called, the most certain name first."""


def list_columns(header: Sequence[str]) -> dict[str, int] | None:
    """Find the columns of a list of regions; None where there are none for the code and the name.

    >>> list_columns(["Country code", "NUTS Code", "NUTS label", "NUTS level"])
    {'code': 1, 'label': 2, 'level': 3}
    >>> list_columns(["Code 2021", "Code 2024"])
    """
    names = [" ".join(name.casefold().split()) for name in header]
    found = {
        what: names.index(known[0])
        for what, choices in _NAMES.items()
        if (known := [choice for choice in choices if choice in names])
    }
    if found.get("native") == found.get("label"):
        found.pop("native", None)
    return found if {"code", "label"} <= set(found) else None


def listed_regions(
    rows: Iterable[tuple[int, Sequence[str]]], columns: Mapping[str, int], scheme: str = "NUTS"
) -> Iterator[Region]:
    """Give the regions of rows, each with its number; rows without any cell are passed over."""
    for place, row in rows:
        cells = {what: row[index].strip() if index < len(row) else "" for what, index in columns.items()}
        if any(cells.values()):
            yield Region(place, cells["code"], cells["label"], cells.get("native", ""), cells.get("level", ""), scheme)


def csv_listing(path: Path) -> Listing:
    """Read a CSV of codes and names, and of levels where there are any.

    Raises InputRefused for a file that cannot be read, is no CSV, or has no columns for code and name.
    """
    regular(path, _MOST_BYTES)
    table = Delimited(path)
    columns = list_columns(table.columns["row"])
    if columns is None:
        refuse(path, "expected a header with a column for the code and one for the name, as code,label", 1)
    found = list(table.records())
    rows = [(each.place, each.cells) for each in found if isinstance(each, Record)]
    refused = tuple(each for each in found if isinstance(each, RecordRefused))
    return Listing(tuple(listed_regions(rows, columns)), _vintage(path), remarks=table.remarks, refused=refused)


def _vintage(path: Path) -> str:
    """Give the year that the file's name tells.

    >>> _vintage(Path("NUTS_2021.csv")), _vintage(Path("regions.csv"))
    ('2021', '')
    """
    found = re.search(r"(?<![0-9])(20[0-9]{2})(?![0-9])", path.stem)
    return found[1] if found else ""
