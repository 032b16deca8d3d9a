"""Formats: how the numbers and dates of a file are written, as its mapping declares, or as its cells decide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from loaders.dates import date_reader, find_pattern
from loaders.mapping.document import MappingDocument, Section
from loaders.mapping.figures import figure_columns
from loaders.mapping.refusals import mapping_refused
from loaders.mapping.texts import template_columns
from loaders.numbers import NUMBERS, find_style, number_reader
from loaders.records import Reader, RealNumber, Record
from ontology.errors import CellProblem, InputRefused, near_matches

__all__ = ["Formats", "date_columns", "find_formats", "number_columns"]

_FIGURES: Final = ("amount", "share", "decimal", "integer")
_DISTINCT: Final = 100_000
"""So many different cells of a column are looked at where its format has to be found out."""


@dataclass(frozen=True, slots=True)
class Formats:
    """How each column's numbers and dates are read, and what had to be found out."""

    numbers: Mapping[str, Callable[[str], Decimal]]
    dates: Mapping[str, Callable[[str], str]]
    remarks: tuple[str, ...]


def number_columns(sections: Iterable[Section]) -> list[str]:
    """Give the columns of a file that the sections read numbers from, each once."""
    found = [
        column
        for section in sections
        for name, given in {**section.cells, "amount": section.options.get("amount", "")}.items()
        if name == "amount" or section.table.column(name).kind in _FIGURES
        for column in figure_columns(given)
    ]
    return list(dict.fromkeys(found))


def date_columns(sections: Iterable[Section]) -> list[str]:
    """Give the columns of a file that the sections read dates from, each once."""
    found = [
        column
        for section in sections
        for name, given in section.cells.items()
        if section.table.column(name).kind == "date"
        for option in (given["first"] if isinstance(given, dict) and "first" in given else [given])
        if isinstance(option, str)
        for column in template_columns(option)
    ]
    return list(dict.fromkeys(found))


def find_formats(document: MappingDocument, reader: Reader) -> Formats:
    """Take the formats that the mapping declares, and find out the others from the cells of the file.

    Of a column with very many different cells the first are looked at; a later one that is written otherwise is set
    aside when it is read. Raises InputRefused for a declared format that there is none of, for a declared column that
    the file has not, and for a column that can be read in two ways.
    """
    numbers, dates = number_columns(document.sections), date_columns(document.sections)
    styles = _declared(document, "numbers", numbers, reader)
    patterns = _declared(document, "dates", dates, reader)
    for column, style in styles.items():
        if style not in NUMBERS:
            near = near_matches(str(style), NUMBERS)
            hint = f"; did you mean {near[0]}?" if near else ""
            reason = f"write a number as the file does: one of {', '.join(NUMBERS)}{hint}"
            raise mapping_refused(document.file, f"read.numbers, {column}", style, reason)
    open_columns = [column for column in (*numbers, *dates) if column not in styles and column not in patterns]
    remarks: list[str] = []
    if open_columns:
        cells = _distinct(reader, open_columns, dates)
        styles |= {c: _found(reader, c, find_style(cells[c]), "numbers", remarks) for c in numbers if c not in styles}
        patterns |= {c: _found(reader, c, find_pattern(cells[c]), "dates", remarks) for c in dates if c not in patterns}
    try:
        read_dates = {column: date_reader(pattern) for column, pattern in patterns.items()}
    except ValueError as error:
        raise mapping_refused(document.file, "read.dates", None, str(error)) from error
    return Formats({column: number_reader(style) for column, style in styles.items()}, read_dates, tuple(remarks))


def _declared(document: MappingDocument, word: str, columns: list[str], reader: Reader) -> dict[str, Any]:
    """Give the declared format of each column: one for all, or a table of columns, each of them one of the file's."""
    given = document.read.get(word)
    if given is None:
        return {}
    if isinstance(given, dict):
        known = {" ".join(name.split()) for names in reader.columns.values() for name in names}
        for column in given:
            if " ".join(column.split()) not in known:
                near = near_matches(column, known)
                hint = f"; did you mean {near[0]}?" if near else ""
                reason = f"the file has no such column{hint}"
                raise mapping_refused(document.file, f"read.{word}", column, reason)
        return {" ".join(column.split()): form for column, form in given.items()}
    return dict.fromkeys(columns, given)


def _distinct(reader: Reader, columns: list[str], dates: list[str]) -> dict[str, dict[str, None]]:
    """Give the different cells of each column, in the order of the file; real numbers only where they are dates."""
    found: dict[str, dict[str, None]] = {column: {} for column in columns}
    places = {
        kind: [(found[column], list(names).index(column), column in dates) for column in columns if column in names]
        for kind, names in reader.columns.items()
    }
    for record in reader.records():
        if isinstance(record, Record):
            for cells, index, dated in places[record.kind]:
                given = record.cells[index]
                tells = dated or not isinstance(given, RealNumber)
                if tells and len(cells) < _DISTINCT and (cell := given.strip()):
                    cells[cell] = None
    return found


def _found(reader: Reader, column: str, found: Any, word: str, remarks: list[str]) -> Any:
    """Give the format that the cells decide, with a remark; a column that two formats read otherwise is refused."""
    form = found.style if word == "numbers" else found.pattern
    if found.doubtful:
        reason = f"its {word} can be read in two ways ({found.doubtful}); declare read.{word} in the mapping"
        raise InputRefused([CellProblem(str(reader.path), 0, column, "", reason)])
    if found.read:
        remarks.append(f"{reader.path.name}, column {column}: {word} are read as {form}")
    return form
