"""Workbook: a sheet of an Excel workbook (.xlsx), read row by row, its cells as text without the noise of floats."""

from __future__ import annotations

import struct
import warnings
import weakref
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice, takewhile
from pathlib import Path
from typing import Any, Final

from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import WorkSheetParser

from loaders.delimited import header_names
from loaders.encodings import file_refused, regular_size
from loaders.package import Package, Sheet, never_read
from loaders.records import RealNumber, Record, RecordRefused
from ontology.errors import CellProblem, near_matches

__all__ = ["Workbook"]

_MOST_ROWS: Final = 1_048_576  # of a sheet, by the format
_READ: Final = ("main+xml", "sharedStrings", "worksheet", "styles")
_LOOKED_AT: Final = 1000  # rows in which a sheet shows that it is not empty
_BROKEN: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
"""What the library of workbooks lets through for a file that is none, or a damaged one."""


class Workbook:
    """A sheet of a workbook: a reader of records of one kind, `row`.

    Numbers are given as their shortest decimal text of at most 15 digits, which is what a spreadsheet holds, and as
    RealNumber, so that no declared style of writing is asked of them; dates as
    ISO dates, with the time where there is one; a formula as its saved result; truth as TRUE or FALSE.

    Parameters
    ----------
    path
        a regular file.
    sheet
        its name; None for the first visible one that is not empty.
    header
        the row that has the names of the columns; the rows above it are left out, but for names of cells that reach
        down into it.

    Raises
    ------
    InputRefused
        where the file is no workbook, would unpack to more than is read (before it is unpacked), declares entities,
        has formulas without results, has no such sheet, or the sheet has no header or one with a name that stands
        twice. Links to other files are never followed.
    """

    def __init__(self, path: Path, *, sheet: str | None = None, header: int = 1) -> None:
        self._path = path
        regular_size(path)
        if header < 1:
            raise file_refused(path, f"the header is in row 1 or below, not {header}")
        self._header = header
        self._at_end = False
        self._part: Any = None
        self._part_size = 1
        package = Package(path)
        try:
            file = path.open("rb")
            weakref.finalize(self, file.close)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of styles and validations, which are not read
                reader = _Reader(file, read_only=True, data_only=True, keep_links=False)
                reader.read()
            self._book = reader.wb
        except _BROKEN as error:
            raise file_refused(path, f"not a workbook that can be read ({_why(error)})") from error
        remarks: list[str] = []
        self._sheet = self._chosen(sheet, remarks)
        self._found = package.sheet(self._sheet._worksheet_path)
        above = dict(takewhile(lambda row: row[0] <= header, self._rows(self._sheet)))
        self._names = header_names(path, _reaching(above, self._found, header), header, remarks)
        if merged := self._found.merged_below(header):
            remarks.append(f"{merged} merged cells below the header: the first row of each has its value, no other")
        self._remarks = tuple(remarks)

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def columns(self) -> Mapping[str, Sequence[str]]:
        """The names of the columns, white space folded; one without a name is called by its place."""
        return {"row": self._names}

    @property
    def remarks(self) -> Sequence[str]:
        """What had to be found out: the sheet, columns without a name, merged cells."""
        return self._remarks

    def records(self) -> Iterator[Record | RecordRefused]:
        """Give the rows below the header; rows that are wholly blank are left out.

        A row with a cell beyond the last named column is given as RecordRefused; InputRefused where the file is
        damaged further down.
        """
        width = len(self._names)
        self._at_end = False
        for number, cells in self._rows(self._sheet):
            if number <= self._header or not any(map(str.strip, cells)):
                continue
            if any(map(str.strip, cells[width:])):
                reason = f"the row has {len(cells)} cells where the header has {width}"
                yield RecordRefused(CellProblem(str(self._path), number, "", "", reason))
            else:
                yield Record("row", number, [*cells[:width], *[""] * (width - len(cells))])
        self._at_end = True

    def progress(self) -> float:
        """Say how much of the sheet has been read by the pass under way, from 0 to 1."""
        if self._part is None or self._part.closed:
            return float(self._at_end)
        return min(1.0, float(self._part.tell() / self._part_size))

    def _chosen(self, name: str | None, remarks: list[str]) -> Any:
        sheets = {sheet.title: sheet for sheet in self._book.worksheets}
        if name is not None:
            if name not in sheets:
                near = near_matches(name, sheets) or list(sheets)
                raise file_refused(self._path, f"no sheet {name!r}; there are {', '.join(map(repr, near[:10]))}")
            return sheets[name]
        for title, sheet in sheets.items():
            begins = islice(self._rows(sheet), _LOOKED_AT)
            if sheet.sheet_state == "visible" and any(any(map(str.strip, cells)) for _, cells in begins):
                if len(sheets) > 1:
                    others = ", ".join(repr(other) for other in sheets if other != title)
                    remarks.append(f"the sheet {title!r} is read, the first that is not empty; others are {others}")
                return sheet
        raise file_refused(self._path, "every visible sheet is empty")

    def _rows(self, sheet: Any) -> Iterator[tuple[int, list[str]]]:
        """Give the rows of a sheet that are in the file, with their numbers, and their cells as text."""
        last = 0
        try:
            with sheet._get_source() as self._part:
                self._part_size = max(1, self._book._archive.getinfo(sheet._worksheet_path).file_size)
                parser = WorkSheetParser(
                    self._part,
                    sheet._shared_strings,
                    data_only=True,
                    epoch=self._book.epoch,
                    date_formats=self._book._date_formats,
                    timedelta_formats=self._book._timedelta_formats,
                )
                rows = parser.parse()
                while True:
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore")  # of a date beyond the calendar: the cell is #VALUE!
                        row = next(rows, None)
                    if row is None:
                        return
                    number, cells = row
                    if not last < number <= _MOST_ROWS:
                        raise ValueError(f"row {number} follows row {last}")
                    yield number, _texts(number, cells)
                    last = number
                    parser.row_dimensions.clear()  # their heights
        except _BROKEN as error:
            raise file_refused(self._path, f"the workbook is damaged ({_why(error)})", last + 1) from error


def _texts(number: int, cells: Sequence[Mapping[str, Any]]) -> list[str]:
    """Give the cells of a row as text, each in its column; ValueError where they are in disorder."""
    texts: list[str] = []
    for cell in cells:
        column = cell["column"]
        if cell["row"] != number or column <= len(texts):
            raise ValueError(f"the cells of row {number} are not in their order")
        texts += [""] * (column - 1 - len(texts))
        texts.append(_text(cell["value"]))
    return texts


def _why(error: Exception) -> str:
    """Give the first line of what the library says, of the cause where it has one."""
    said = str(error.__cause__ or error).strip()
    return said.splitlines()[0] if said else type(error).__name__


class _Reader(ExcelReader):  # type: ignore[misc]
    """The library's reader, kept to parts that were looked through."""

    def read_manifest(self) -> None:
        """Read what each part is; InputRefused where one that is read bears the name of one that never is."""
        super().read_manifest()
        self._check(part.PartName[1:] for part in self.package.Override if any(k in part.ContentType for k in _READ))

    def read_worksheets(self) -> None:
        """Name the sheets, charts left out; InputRefused where one bears the name of a part that is never read."""
        for sheet, relation in self.parser.find_sheets():
            self._check([relation.target])
            if relation.target in self.valid_files and "chartsheet" not in relation.Type:
                opened = _Sheet(self.wb, sheet.name, relation.target, self.shared_strings)
                opened.sheet_state = sheet.state
                self.wb._sheets.append(opened)

    def _check(self, names: Iterable[str]) -> None:
        for name in filter(never_read, names):
            raise file_refused(Path(self.archive.filename), f"its part {name} is not what it is called")


class _Sheet(ReadOnlyWorksheet):  # type: ignore[misc]
    """The library's sheet, not asked for its size, which may be wrong and takes a reading to find out."""

    def _get_size(self) -> None: ...


def _reaching(above: Mapping[int, list[str]], sheet: Sheet, header: int) -> list[str]:
    """Give the names of a header, with those of cells above it that reach down into it."""
    found = list(above.get(header, []))
    for row, column in sheet.reaching(header):
        found += [""] * (column - len(found))
        top = above.get(row, [])
        if not found[column - 1].strip() and column <= len(top):
            found[column - 1] = top[column - 1]
    return found


def _text(value: Any) -> str:
    """Write the value of a cell.

    >>> [_text(value) for value in (None, "a ", 12, 0.1 + 0.2, 1e15, 5e-7, True, datetime(2010, 3, 14))]
    ['', 'a ', '12', '0.3', '1000000000000000', '0.0000005', 'TRUE', '2010-03-14']
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("_x000D_", "\r")
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return RealNumber(_decimal(value))
    if isinstance(value, int):
        return RealNumber(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _decimal(value: float) -> str:
    text = f"{Decimal(f'{value:.15g}'):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
