"""Delimited: tables of text, cells divided by a sign, read row by row, with their encoding and sign found out."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from loaders.encodings import file_refused, find_encoding, regular_size
from loaders.records import Record, RecordRefused
from ontology.errors import CellProblem, InputRefused

__all__ = ["Delimited", "header_names"]

_BLOCK: Final = 1 << 20  # bytes that are looked at once
_LONGEST_ROW: Final = 1 << 22  # characters; a cell has at most csv.field_size_limit()
_SAMPLE: Final = 1 << 18  # characters in which the sign between the cells is looked for
_DELIMITERS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "upright bars"}
_DECLARATION: Final = re.compile(r'"?sep=(.)"?(?:\r\n?|\n)', re.I)


class Delimited:
    """A table of text, such as CSV: a reader of records of one kind, `row`.

    Parameters
    ----------
    path
        a regular file.
    encoding
        as its owner declares it; None for what a byte order mark says, or UTF-8, or else the Windows code page, where
        all code pages of the European languages in Latin script agree on the letters of the file.
    delimiter
        the sign between the cells; None for what a line `sep=` at the beginning says, or the one of comma, semicolon,
        tab and upright bar that divides the first rows evenly.
    header
        the row that has the names of the columns, as a spreadsheet counts; the rows above it are left out.

    Raises
    ------
    InputRefused
        where the file cannot be read to its end as text, has no header, or a header with a name that stands twice.
        The whole file is looked through for its encoding, so that it is not found half-way.
    """

    def __init__(
        self, path: Path, *, encoding: str | None = None, delimiter: str | None = None, header: int = 1
    ) -> None:
        self._path = path
        self._size = regular_size(path)
        self._header = header
        self._raw: io.FileIO | None = None
        self._at_end = False
        remarks: list[str] = []
        self._encoding = find_encoding(path, encoding, remarks)
        sample = self._sample()
        declared = _DECLARATION.match(sample)
        self._skipped = declared.end() if declared else 0
        if delimiter is None and declared:
            delimiter = declared[1]
        self._delimiter = delimiter or _divider(sample[self._skipped :], header)
        if len(self._delimiter) != 1 or self._delimiter in '"\r\n':
            raise file_refused(path, f"cells are divided by one sign, not {self._delimiter!r}")
        if self._delimiter != ",":
            remarks.append(f"cells are divided by {_DELIMITERS.get(self._delimiter, repr(self._delimiter))}")
        names = next((row for number, row in self._rows() if number == header), [])
        if isinstance(names, csv.Error):
            raise file_refused(path, f"not well-formed CSV ({names})", header)
        self._names = header_names(path, names, header, remarks)
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
        """What had to be found out: the encoding, the sign between the cells, columns without a name."""
        return self._remarks

    def records(self) -> Iterator[Record | RecordRefused]:
        """Give the rows below the header; rows that are wholly blank are left out.

        A row with too few or too many cells, empty ones at the end not counted, and a row whose quotes are not those
        of CSV, is given as RecordRefused. InputRefused where the file cannot be read further: a quote that is never
        closed or that swallowed lines, a cell or row that is too long, a file that changed.
        """
        width = len(self._names)
        self._at_end = False
        for number, cells in self._rows():
            if number <= self._header:
                continue
            if isinstance(cells, csv.Error):
                yield RecordRefused(CellProblem(str(self._path), number, "", "", f"not well-formed CSV ({cells})"))
            elif len(cells) == width:
                if any(cells) and (cells[0].strip() or any(map(str.strip, cells))):
                    yield Record("row", number, cells)
            elif any(map(str.strip, cells)):
                if len(cells) > width and not any(map(str.strip, cells[width:])):
                    yield Record("row", number, cells[:width])
                else:
                    reason = f"the row has {len(cells)} cells where the header has {width}"
                    yield RecordRefused(CellProblem(str(self._path), number, "", "", reason))
        self._at_end = True

    def progress(self) -> float:
        """Say how much of the file has been read by the pass under way, from 0 to 1."""
        if self._raw is None or self._raw.closed:
            return float(self._at_end)
        return min(1.0, self._raw.tell() / self._size)

    def _sample(self) -> str:
        try:
            with self._path.open(encoding=self._encoding, newline="") as text:
                return text.read(_SAMPLE)
        except (OSError, UnicodeError) as error:
            raise file_refused(self._path, f"cannot be read ({error})") from error

    def _rows(self) -> Iterator[tuple[int, list[str] | csv.Error]]:
        """Give all rows with their numbers, a broken one as its error; InputRefused where the next is not certain."""
        number = 0
        try:
            with self._path.open("rb", buffering=0) as raw:
                self._raw = raw
                text = io.TextIOWrapper(io.BufferedReader(raw, _BLOCK), self._encoding, newline="")
                text.read(self._skipped)
                lines = _Lines()
                rows = csv.reader(lines.of(text), delimiter=self._delimiter, strict=True)
                while True:
                    number += 1
                    line, lines.pending = rows.line_num, 0
                    try:
                        yield number, next(rows)
                    except StopIteration:
                        return
                    except csv.Error as error:
                        reason = _ending(error, rows.line_num - line)
                        if reason:
                            raise file_refused(self._path, reason, number) from error
                        yield number, error
        except _RowTooLong as error:
            raise file_refused(self._path, f"the row has more than {_LONGEST_ROW:,} characters", number) from error
        except (OSError, UnicodeError) as error:
            raise file_refused(self._path, f"cannot be read further ({error})", number) from error


class _RowTooLong(Exception):
    """A row with more characters than are held in memory."""


class _Lines:
    """The lines of a text, in bounded memory: `pending` counts the characters since a row was complete."""

    def __init__(self) -> None:
        self.pending = 0

    def of(self, text: io.TextIOWrapper) -> Iterator[str]:
        for line in iter(partial(text.readline, _LONGEST_ROW + 1), ""):
            self.pending += len(line)
            if self.pending > _LONGEST_ROW:
                raise _RowTooLong
            yield line


def _ending(error: csv.Error, lines: int) -> str:
    """Say why rows cannot be told apart after an error; nothing where the next line is certain to begin a row."""
    if "unexpected end" in str(error):
        return f"a quote is opened in this row and not closed in the {lines} lines to the end of the file"
    if "field larger" in str(error):
        return f"a cell has more than {csv.field_size_limit():,} characters, or a quote in this row is not closed"
    if lines > 1:
        return f"a quote is opened in this row and closed {lines - 1} further down, before other text ({error})"
    return ""


def _divider(sample: str, header: int) -> str:
    """Give the sign that divides the first rows most and most evenly; a comma where there is one column."""
    scores = {delimiter: _evenness(sample, delimiter, header) for delimiter in _DELIMITERS}
    return max(scores, key=lambda delimiter: scores[delimiter])


def _evenness(sample: str, delimiter: str, header: int) -> float:
    """Count the signs of the header, times the part of the rows below it that have as many."""
    rows: list[list[str]] = []
    try:
        rows += csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    except csv.Error:
        return 0.0
    if len(sample) == _SAMPLE:
        rows.pop()  # it may be cut
    if len(rows) < header:
        return 0.0
    width = len(rows[header - 1])
    below = [len(row) for row in rows[header:] if row]
    return (width - 1) * (below.count(width) / len(below) if below else 1.0)


def header_names(path: Path, row: Sequence[str], number: int, remarks: list[str]) -> tuple[str, ...]:
    """Give the names of a header, white space folded and empty ones at the end left out.

    One without a name is called by its place, with a remark. InputRefused where there is none or one stands twice.
    """
    names = [" ".join(cell.replace("\ufeff", "").split()) for cell in row]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise file_refused(path, "there are no names of columns in this row; say in which row the header is", number)
    unnamed = [place for place, name in enumerate(names, start=1) if not name]
    for place in unnamed:
        names[place - 1] = f"(column {place})"
    if unnamed:
        remarks.append(f"columns without a name are called {', '.join(names[place - 1] for place in unnamed)}")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        places = {name: " and ".join(str(i) for i, n in enumerate(names, start=1) if n == name) for name in twice}
        reasons = [(name, f"the name stands twice, in columns {places[name]}; give each its own") for name in twice]
        raise InputRefused(CellProblem(str(path), number, name, name, reason) for name, reason in reasons)
    return tuple(names)
