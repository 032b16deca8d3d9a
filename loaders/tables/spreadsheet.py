"""Spreadsheets: what a table has gone through when Excel saved it, undone where the meaning is certain.

A spreadsheet program saves a table in the manner of its country: a byte order mark, semicolons, the Windows code page,
empty columns at the end, 12.03.2005 for a date and 4.800.000,50 for an amount. Each is read as what it was where only
one reading is possible, and the reading is reported; where two are possible the cell is refused with both of them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from loaders.tables.schema import Kind

__all__ = ["CellDoubtful", "Sheet", "doubtful_letters", "open_sheet", "restored"]

CODE_PAGES: Final = ("cp1252", "cp1250", "cp1257")
"""The Windows code pages of the European languages in Latin script: Western, Central, Baltic."""
_DIVIDERS: Final = {",": "commas", ";": "semicolons", "\t": "tabs"}
_MARKS: Final = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class CellDoubtful(ValueError):
    """A cell with two possible readings; the message names them."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The text of a table, the character that divides its cells, and what had to be found out to read it.

    `doubtful` says that the text was decoded by the Western code page without anybody having said so: letters that
    the other code pages of `CODE_PAGES` read otherwise are then doubtful.
    """

    text: str
    divider: str
    doubtful: bool
    remarks: tuple[str, ...]

    def rows(self) -> Iterator[list[str]]:
        """Give the rows, header first; csv.Error where the text is not well-formed CSV."""
        return csv.reader(io.StringIO(self.text, newline=""), delimiter=self.divider, strict=True)


def open_sheet(content: bytes, encoding: str | None, columns: Iterable[str]) -> Sheet:
    """Decode a table and find out what divides its cells.

    Parameters
    ----------
    content
        the bytes of the file.
    encoding
        as its owner declares it; None for UTF-8, or what a byte order mark says, or else the Western code page.
    columns
        the names of the table's columns: what divides the header into the most of them divides the table.

    Raises
    ------
    UnicodeDecodeError
        where the bytes are not in the declared encoding, or in none that is tried.
    """
    remarks = []
    doubtful = False
    marked = next((name for mark, name in _MARKS.items() if content.startswith(mark)), None)
    if marked or encoding:
        text = content.decode(marked or encoding or "")
    else:
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            text = content.decode(CODE_PAGES[0])
            doubtful = True
            remarks.append("not UTF-8; read as Windows-1252, where the Windows code pages agree")
    declared = re.match(r'"?sep=(.)"?\r?\n', text)
    divider = declared[1] if declared else _divider(text, set(columns))
    if declared:
        text = text[declared.end() :]
    if divider != ",":
        remarks.append(f"cells are divided by {_DIVIDERS.get(divider, repr(divider))}")
    return Sheet(text, divider, doubtful, tuple(remarks))


def _divider(text: str, columns: set[str]) -> str:
    header = text.partition("\n")[0]
    known = {divider: sum(name.strip(' "\r') in columns for name in header.split(divider)) for divider in _DIVIDERS}
    return max(known, key=lambda divider: known[divider])


def doubtful_letters(value: str) -> str | None:
    """Say how else a value decoded by the Western code page can be read; None where the code pages agree.

    >>> doubtful_letters("Zürich, 5 €"), doubtful_letters("Espa\u00f1a")
    (None, 'España or Espańa')
    """
    content = value.encode(CODE_PAGES[0])
    readings = []
    for page in CODE_PAGES:
        try:
            readings.append(content.decode(page))
        except UnicodeDecodeError:
            continue
    different = list(dict.fromkeys(readings))
    return " or ".join(different) if len(different) > 1 else None


def restored(kind: Kind, value: str) -> tuple[str, str | None]:
    """Give a cell's value as the tables have it, and a remark where it was written otherwise.

    Raises CellDoubtful where two readings are possible.

    >>> restored("date", "12.03.2005")
    ('2005-03-12', 'dates as 12.03.2005 were read day first')
    >>> restored("amount", "4.800.000,50")
    ('4800000.50', 'numbers as 4.800.000,50 were read with a decimal comma or divided thousands')
    >>> restored("date", "2005-03"), restored("text", "12.03.2005")
    (('2005-03', None), ('12.03.2005', None))
    """
    if kind == "date":
        return _date(value)
    if kind in ("amount", "decimal"):
        return _number(value, thousands=kind == "amount")
    if kind == "share":
        return _share(value)
    if kind == "yes" and value.casefold() == "yes":
        return "yes", None
    return value, None


_DAY: Final = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")


def _date(value: str) -> tuple[str, str | None]:
    match = _DAY.fullmatch(value)
    if not match:
        return value, None
    first, mark, second, year = match.groups()
    if len(year) == 2:
        raise CellDoubtful("a year of two digits: its century is not certain; write 2005-03-12")
    readings = [(int(second), int(first))]  # month, day
    if mark != ".":
        readings.append((int(first), int(second)))
    possible = sorted({found for month, day in readings if (found := _day(int(year), month, day))})
    if not possible:
        return value, None
    if len(possible) > 1:
        raise CellDoubtful(f"can be {possible[0]} or {possible[1]}; write the one that it is")
    order = "day first" if (possible[0].month, possible[0].day) == readings[0] else "month first"
    return possible[0].isoformat(), f"dates as {value} were read {order}"


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_GROUPED: Final = re.compile(r"([0-9]{1,3})(?:(?P<mark>[.,' \u00a0\u202f\u2019])[0-9]{3})(?:(?P=mark)[0-9]{3})*")
_COMMA: Final = re.compile(r"-?[0-9]+,[0-9]+")


def _number(value: str, *, thousands: bool) -> tuple[str, str | None]:
    """Read a number written with a decimal comma or with divided thousands, where only one of them can be meant."""
    remark = f"numbers as {value} were read with a decimal comma or divided thousands"
    whole, mark, fraction = _split(value)
    grouped = _GROUPED.fullmatch(whole) if thousands else None
    if mark and grouped and grouped["mark"] != mark and fraction.isdigit():
        return f"{_digits(whole)}.{fraction}", remark
    grouped = _GROUPED.fullmatch(value) if thousands else None
    if grouped and grouped["mark"] in ".," and value.count(grouped["mark"]) == 1:
        point = value.replace(",", ".")
        raise CellDoubtful(f"can be {_digits(value)} or {point}0; write the one that it is")
    if grouped:
        return _digits(value), remark
    if _COMMA.fullmatch(value):
        return value.replace(",", "."), remark
    return value, None


def _split(value: str) -> tuple[str, str, str]:
    """Split a number at its last point or comma."""
    place = max(value.rfind("."), value.rfind(","))
    return (value, "", "") if place < 0 else (value[:place], value[place], value[place + 1 :])


def _digits(value: str) -> str:
    return re.sub(r"[^0-9]", "", value)


def _share(value: str) -> tuple[str, str | None]:
    """Read 40 % and 0,4; a share has no thousands, so a comma is a decimal comma."""
    match = re.fullmatch(r"([0-9]{1,3})(?:[.,]([0-9]{1,12}))?[ \u00a0\u202f]?%", value)
    if match:
        digits = f"{match[1]}{match[2] or ''}".zfill(3 + len(match[2] or ""))
        place = len(digits) - 2 - len(match[2] or "")
        return f"{digits[:place]}.{digits[place:]}", f"shares as {value} were read as parts of one hundred"
    if _COMMA.fullmatch(value):
        return value.replace(",", "."), f"shares as {value} were read with a decimal comma"
    return value, None
