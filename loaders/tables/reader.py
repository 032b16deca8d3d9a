"""Reader: CSV files in, rows of RDF terms out, with every problem named by file, row, column and value."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from loaders.tables.cells import CellRefused, Term, parse_cell, parts
from loaders.tables.schema import CASEBOOK_TABLES, Column, Table
from ontology.errors import CellProblem, InputRefused, near_matches
from ontology.identifiers import mint, slug

__all__ = ["Row", "Tables", "read_tables"]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where it stands, its IRI, and the terms of each column that is not empty."""

    table: Table
    file: str
    number: int
    key: str
    terms: Mapping[str, tuple[Term, ...]]
    raw: Mapping[str, str]

    @property
    def iri(self) -> str:
        """The IRI that the key gives."""
        return mint(self.table.thing, self.key)

    def one(self, column: str) -> Term | None:
        """Give the first term of a column, or None where the cell is empty."""
        return next(iter(self.terms.get(column, ())), None)

    def value(self, column: str) -> str | None:
        """Give the lexical value of the first term of a column, or None."""
        term = self.one(column)
        return None if term is None else term.value

    def problem(self, column: str, reason: str) -> CellProblem:
        """Describe something wrong in one of the row's cells."""
        return CellProblem(self.file, self.number, column, self.raw.get(column, ""), reason)


@dataclass(frozen=True, slots=True)
class Tables:
    """All rows of one folder, by table name, in file order."""

    name: str
    rows: Mapping[str, list[Row]]

    def __iter__(self) -> Iterator[Row]:
        for table in CASEBOOK_TABLES:
            yield from self.rows.get(table.name, [])


@dataclass(slots=True)
class _Reading:
    """What is collected while a folder is read."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    problems: list[CellProblem] = field(default_factory=list)


def read_tables(folder: Path, exists: Callable[[str], bool] = lambda iri: False) -> Tables:
    """Read a folder of governance tables.

    Parameters
    ----------
    folder
        holds one CSV file a table (`actors.csv`, `flows.csv`, …); a table may be left out, not all of them.
    exists
        says whether a thing that a row refers to, and no row here describes, is already known elsewhere.

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
            reading.rows[table.name] = list(_read(path, table, reading))
    if not reading.rows and not reading.problems:
        expected = ", ".join(f"{table.name}.csv" for table in CASEBOOK_TABLES)
        reading.problems.append(CellProblem(str(folder), 0, "", "", f"no governance table here; expected {expected}"))
    tables = Tables(folder.name, reading.rows)
    reading.problems += _duplicates(tables)
    reading.problems += _dangling(tables, exists)
    reading.problems += _contradictions(tables)
    if reading.problems:
        raise InputRefused(reading.problems)
    return tables


def _check_names(folder: Path, reading: _Reading) -> None:
    if not folder.is_dir():
        reading.problems.append(CellProblem(str(folder), 0, "", "", "expected a folder of CSV files"))
        return
    known = {table.name for table in CASEBOOK_TABLES}
    for path in sorted(folder.glob("*.csv")):
        if path.stem not in known:
            near = near_matches(path.stem, known)
            hint = f"; did you mean {near[0]}.csv?" if near else ""
            reading.problems.append(CellProblem(str(path), 0, "", "", f"not a governance table{hint}"))


def _read(path: Path, table: Table, reading: _Reading) -> Iterator[Row]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reading.problems.append(CellProblem(str(path), 0, "", "", f"not UTF-8 (byte {error.start}); save it as UTF-8"))
        return
    except OSError as error:
        reading.problems.append(CellProblem(str(path), 0, "", "", f"cannot be read ({error.strerror})"))
        return
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(lines, [])]
        if not _header_is_right(path, table, header, reading):
            return
        start = 2
        for cells in lines:
            if any(cell.strip() for cell in cells):
                row = _row(path, start, table, header, cells, reading)
                if row:
                    yield row
            start = lines.line_num + 1
    except csv.Error as error:
        reading.problems.append(CellProblem(str(path), lines.line_num, "", "", f"not well-formed CSV ({error})"))


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


def _row(path: Path, number: int, table: Table, header: list[str], cells: list[str], reading: _Reading) -> Row | None:
    if len(cells) != len(header):
        reason = f"the row has {len(cells)} cells and the header {len(header)}"
        reading.problems.append(CellProblem(str(path), number, "", "", reason))
        return None
    raw = dict(zip(header, cells, strict=True))
    terms: dict[str, tuple[Term, ...]] = {}
    problems = []
    for column in table.columns:
        cell = raw.get(column.name, "").strip()
        try:
            terms[column.name] = _terms(column, cell)
        except CellRefused as error:
            problems.append(CellProblem(str(path), number, column.name, cell, str(error)))
    reading.problems += problems
    if problems:
        return None
    key = terms["key"][0].value
    return Row(table, str(path), number, key, {name: found for name, found in terms.items() if found}, raw)


def _terms(column: Column, cell: str) -> tuple[Term, ...]:
    if not cell:
        if column.required:
            raise CellRefused("must not be empty")
        return ()
    found = tuple(parse_cell(column, part) for part in parts(column, cell))
    if len(set(found)) < len(found):
        raise CellRefused("the same value stands twice")
    return found


def _duplicates(tables: Tables) -> Iterator[CellProblem]:
    first: dict[str, Row] = {}
    for row in tables:
        if row.iri in first:
            yield row.problem("key", f"row {first[row.iri].number} has the same key")
        else:
            first[row.iri] = row


def _dangling(tables: Tables, exists: Callable[[str], bool]) -> Iterator[CellProblem]:
    here = {row.iri for row in tables}
    for row in tables:
        for column in row.table.columns:
            if column.kind not in ("ref", "any-ref"):
                continue
            for term in row.terms.get(column.name, ()):
                if term.value not in here and not exists(term.value):
                    yield row.problem(column.name, _unknown(term, here))


def _unknown(term: Term, here: set[str]) -> str:
    kind = term.value.split("/")[-2]
    near = near_matches(slug(term.value), [slug(iri) for iri in here if iri.split("/")[-2] == kind])
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    return f"no {kind} of that key, here or in the store{hint}"


def _contradictions(tables: Tables) -> Iterator[CellProblem]:
    lengths = {row.iri: int(row.value("characters") or 0) for row in tables.rows.get("sources", [])}
    for row in tables:
        yield from _time(row)
        if row.table.name == "passages":
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
        if row.one("digest") is None:
            yield row.problem("digest", "a passage with offsets needs the digest of its words")


def _figures(row: Row) -> Iterator[CellProblem]:
    low, high = row.one("amount_min"), row.one("amount_max")
    ceiling = row.raw.get("quantity") == "ceiling"
    if low is not None and high is None:
        yield row.problem("amount_max", "the upper end is missing; it equals amount_min where the amount is exact")
    if high is not None and low is None and not ceiling:
        yield row.problem("amount_min", "the lower end is missing; only a ceiling has none")
    if isinstance(low, Literal) and isinstance(high, Literal) and float(low.value) > float(high.value):
        yield row.problem("amount_max", f"is less than amount_min ({low.value})")
    if (low or high) and row.one("currency") is None:
        yield row.problem("currency", "an amount needs its currency")
    if row.one("share") is not None and row.one("share_of") is None:
        yield row.problem("share_of", "a share needs the flow that it is a share of")
    for column in ("share_of", "part_of"):
        term = row.one(column)
        if isinstance(term, NamedNode) and term.value == row.iri:
            yield row.problem(column, "a flow cannot be a part of itself")
    if row.one("cofinancing_of") is not None and row.one("cofinancing_rate") is None:
        yield row.problem("cofinancing_rate", "a reading of the rate needs the rate")
