"""Reader: CSV files in, rows of RDF terms out, with every problem named by file, row, column and value."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from pyoxigraph import Literal

from loaders.known import NOTHING, Known
from loaders.tables.cells import CellRefused, Term, parse_cell, parts
from loaders.tables.conflicts import conflicts
from loaders.tables.rows import Row, Tables
from loaders.tables.schema import CASEBOOK_TABLES, Column, Table
from loaders.tables.spreadsheet import CellDoubtful, Sheet, doubtful_letters, open_sheet, restored
from ontology.errors import CellProblem, InputRefused, near_matches
from ontology.identifiers import is_slug, mint, slug, slugified

__all__ = ["read_tables"]


@dataclass(slots=True)
class _Reading:
    """What is collected while a folder is read."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    problems: list[CellProblem] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)  # IRIs of rows that are there, but have a problem of their own
    unread: set[str] = field(default_factory=set)  # kinds of thing whose file could not be read to its end
    remarks: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # by file, column and remark


def read_tables(folder: Path, known: Known = NOTHING, encoding: str | None = None) -> Tables:
    """Read a folder of governance tables.

    Parameters
    ----------
    folder
        holds one CSV file a table (`actors.csv`, `flows.csv`, …); a table may be left out, not all of them.
    known
        what is there already: rows may refer to it, and may add to it, and may not contradict it.
    encoding
        of the files, where their owner declares it; None for UTF-8, or what can be told for certain.

    Raises
    ------
    InputRefused
        with every problem of every file, so that one correction round is enough.
    """
    reading = _Reading()
    _check_names(folder, reading)
    for table in CASEBOOK_TABLES:
        path = folder / f"{table.name}.csv"
        if path.exists():
            reading.rows[table.name] = list(_read(path, table, reading, encoding))
    if not reading.rows and not reading.problems:
        expected = ", ".join(f"{table.name}.csv" for table in CASEBOOK_TABLES)
        reading.problems.append(CellProblem(str(folder), 0, "", "", f"no governance table here; expected {expected}"))
    tables = Tables(slugified(folder.resolve().name), reading.rows, _told(reading.remarks))
    reading.problems += _duplicates(tables)
    reading.problems += _dangling(tables, reading, known)
    reading.problems += _contradictions(tables)
    reading.problems += conflicts(tables, known)
    if reading.problems:
        raise InputRefused(reading.problems)
    return tables


def _check_names(folder: Path, reading: _Reading) -> None:
    if not folder.is_dir():
        reading.problems.append(CellProblem(str(folder), 0, "", "", "expected a folder of CSV files"))
        return
    known = {table.name for table in CASEBOOK_TABLES}
    for path in sorted(path for path in folder.iterdir() if path.suffix.casefold() == ".csv"):
        if path.stem not in known or path.suffix != ".csv":
            near = near_matches(path.stem, known)
            hint = f"; did you mean {near[0]}.csv?" if near else ""
            reading.problems.append(CellProblem(str(path), 0, "", "", f"not a governance table{hint}"))


def _told(remarks: Mapping[tuple[str, str, str], int]) -> tuple[str, ...]:
    """Write the remarks as lines, one for each kind of cell that was read otherwise than written."""
    return tuple(
        f"{file}, column {column}: {remark} ({count} {'cell' if count == 1 else 'cells'})"
        if column
        else f"{file}: {remark}"
        for (file, column, remark), count in sorted(remarks.items())
    )


def _read(path: Path, table: Table, reading: _Reading, encoding: str | None) -> Iterator[Row]:
    reading.unread.add(table.thing)
    try:
        sheet = open_sheet(path.read_bytes(), encoding, [column.name for column in table.columns])
    except UnicodeDecodeError as error:
        kind = encoding or "UTF-8"
        reason = f"not {kind} (byte {error.start}); save it as UTF-8"
        reading.problems.append(CellProblem(str(path), 0, "", "", reason))
        return
    except OSError as error:
        reading.problems.append(CellProblem(str(path), 0, "", "", f"cannot be read ({error.strerror})"))
        return
    reading.remarks.update((str(path), "", remark) for remark in sheet.remarks)
    lines = sheet.rows()
    number = 0  # of the last whole row, as a spreadsheet counts: a cell with line breaks is in one row
    try:
        header = _without_blank_end([name.strip() for name in next(lines, [])])
        if not _header_is_right(path, table, header, reading):
            return
        number = 1
        for number, cells in enumerate(lines, start=2):
            if any(cell.strip() for cell in cells):
                row = _row(path, number, table, header, _fitting(cells, header), reading, sheet)
                if row:
                    yield row
    except csv.Error as error:
        reading.problems.append(CellProblem(str(path), number + 1, "", "", f"not well-formed CSV ({error})"))
        return
    reading.unread.discard(table.thing)


def _header_is_right(path: Path, table: Table, header: list[str], reading: _Reading) -> bool:
    known = {column.name for column in table.columns}
    problems = []
    for name in header:
        if name not in known:
            near = near_matches(name, known)
            hint = f"did you mean {near[0]}?" if near else f"expected {', '.join(c.name for c in table.columns)}"
            problems.append(CellProblem(str(path), 1, name, name, f"{table.name} has no such column; {hint}"))
    for name in sorted({name for name in header if header.count(name) > 1}):
        problems.append(CellProblem(str(path), 1, name, name, "the column stands twice"))
    for column in table.columns:
        if column.required and column.name not in header:
            problems.append(CellProblem(str(path), 1, column.name, "", "the column is missing and must be there"))
    reading.problems += problems
    return not problems


def _without_blank_end(cells: list[str]) -> list[str]:
    """Drop the empty cells at the end of a row.

    >>> _without_blank_end(["key", "", "label", "", " "])
    ['key', '', 'label']
    """
    last = max((place for place, cell in enumerate(cells, start=1) if cell.strip()), default=0)
    return cells[:last]


def _fitting(cells: list[str], header: list[str]) -> list[str]:
    """Drop the empty cells of a row beyond its header; a cell that says something stays, to be refused."""
    beyond = cells[len(header) :]
    return cells if any(cell.strip() for cell in beyond) else cells[: len(header)]


def _row(
    path: Path, number: int, table: Table, header: list[str], cells: list[str], reading: _Reading, sheet: Sheet
) -> Row | None:
    raw = dict(zip(header, cells, strict=False))
    if is_slug(raw.get("key", "").strip()):
        reading.refused.add(mint(table.thing, raw["key"].strip()))
    if len(cells) != len(header):
        reason = f"the row has {len(cells)} cells and the header {len(header)}"
        reading.problems.append(CellProblem(str(path), number, "", "", reason))
        return None
    terms: dict[str, tuple[Term, ...]] = {}
    problems = []
    remarks: list[tuple[str, str]] = []
    for column in table.columns:
        cell = raw.get(column.name, "").strip()
        try:
            terms[column.name], written = _terms(column, cell, sheet)
            remarks += [(column.name, remark) for remark in written]
        except (CellRefused, CellDoubtful) as error:
            problems.append(CellProblem(str(path), number, column.name, cell, str(error)))
    reading.problems += problems
    if problems:
        return None
    reading.remarks.update((str(path), name, remark) for name, remark in remarks)
    key = terms["key"][0].value
    reading.refused.discard(mint(table.thing, key))
    return Row(table, str(path), number, key, {name: found for name, found in terms.items() if found}, raw)


def _terms(column: Column, cell: str, sheet: Sheet) -> tuple[tuple[Term, ...], list[str]]:
    """Give the terms of a cell, and remarks on values that were written otherwise than the tables have them."""
    if not cell:
        if column.required:
            raise CellRefused("must not be empty")
        return (), []
    if sheet.doubtful and (readings := doubtful_letters(cell)):
        raise CellDoubtful(f"not UTF-8, and can be {readings}; save it as UTF-8, or load it with --encoding")
    read = [restored(column.kind, part) for part in parts(column, cell)]
    values = [value for value, _ in read]
    if not all(values):
        raise CellRefused("there is an empty value beside a |")
    found = tuple(parse_cell(column, value) for value in values)
    if len(set(found)) < len(found):
        raise CellRefused("the same value stands twice")
    return found, [remark for _, remark in read if remark]


def _duplicates(tables: Tables) -> Iterator[CellProblem]:
    first: dict[str, Row] = {}
    for row in tables:
        if row.iri in first:
            yield row.problem("key", f"row {first[row.iri].number} has the same key")
        else:
            first[row.iri] = row


def _dangling(tables: Tables, reading: _Reading, known: Known) -> Iterator[CellProblem]:
    here = {row.iri for row in tables}
    for row in tables:
        for column in row.table.columns:
            if column.kind not in ("ref", "any-ref"):
                continue
            for term in row.terms.get(column.name, ()):
                described = term.value in here or term.value in reading.refused or _kind(term.value) in reading.unread
                if not described and not known.has(term.value):
                    yield row.problem(column.name, _unknown(term, here, known))


def _unknown(term: Term, here: set[str], known: Known) -> str:
    kind = _kind(term.value)
    near = near_matches(slug(term.value), {slug(iri) for iri in here if _kind(iri) == kind} | set(known.keys(kind)))
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    return f"no {kind} of that key, here or in the store{hint}"


def _kind(iri: str) -> str:
    return iri.split("/")[-2]


def _contradictions(tables: Tables) -> Iterator[CellProblem]:
    lengths = {row.iri: int(row.value("characters") or 0) for row in tables.rows.get("sources", [])}
    for row in tables:
        yield from _time(row)
        yield from _itself(row)
        if row.table.name in ("passages", "mentions"):
            yield from _offsets(row, lengths)
        elif row.table.name == "flows":
            yield from _figures(row)
        elif row.table.name == "mechanisms" and len(row.terms["participants"]) < 2:
            yield row.problem("participants", "a tie needs two participants or more")
        elif row.table.name == "identities" and row.value("one") == row.value("other"):
            yield row.problem("other", "a claim of identity needs two different things")


def _time(row: Row) -> Iterator[CellProblem]:
    for begin, end in (("valid_from", "valid_to"), ("date", "date_end")):
        first, last = row.value(begin), row.value(end)
        if first and last:
            shorter = min(len(first), len(last))
            if last[:shorter] < first[:shorter]:
                yield row.problem(end, f"ends before it begins ({first})")


def _itself(row: Row) -> Iterator[CellProblem]:
    for column in row.table.columns:
        if column.kind == "ref" and any(term.value == row.iri for term in row.terms.get(column.name, ())):
            yield row.problem(column.name, f"{row.key} cannot be a part of itself")


def _offsets(row: Row, lengths: Mapping[str, int]) -> Iterator[CellProblem]:
    start, end = row.value("start"), row.value("end")
    if (start is None) != (end is None):
        yield row.problem("end" if end is None else "start", "start and end come together")
    elif start is None or end is None:
        if row.one("locator") is None:
            yield row.problem("locator", "a passage needs start and end, or a locator")
    else:
        length = lengths.get(row.value("source") or "", 0)
        if int(end) <= int(start):
            yield row.problem("end", f"ends at or before its start ({start})")
        elif length and int(end) > length:
            yield row.problem("end", f"outside its document, which has {length} characters")
        if row.table.name == "passages" and row.one("digest") is None:
            yield row.problem("digest", "a passage with offsets needs the digest of its words")


def _figures(row: Row) -> Iterator[CellProblem]:
    low, high = row.one("amount_min"), row.one("amount_max")
    ceiling = slug(row.value("quantity") or "") == "ceiling"
    if low is not None and high is None:
        yield row.problem("amount_max", "the upper end is missing; it equals amount_min where the amount is exact")
    if high is not None and low is None and not ceiling:
        yield row.problem("amount_min", "the lower end is missing; only a ceiling has none")
    if isinstance(low, Literal) and isinstance(high, Literal) and Decimal(low.value) > Decimal(high.value):
        yield row.problem("amount_max", f"is less than amount_min ({low.value})")
    if (low or high) and row.one("currency") is None:
        yield row.problem("currency", "an amount needs its currency")
    if row.one("share") is not None and row.one("share_of") is None:
        yield row.problem("share_of", "a share needs the flow that it is a share of")
    if row.one("cofinancing_of") is not None and row.one("cofinancing_rate") is None:
        yield row.problem("cofinancing_rate", "a reading of the rate needs the rate")
