"""Rows: what is read out of governance tables, before it becomes statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from loaders.tables.cells import Term
from loaders.tables.schema import CASEBOOK_TABLES, Table
from ontology.errors import CellProblem
from ontology.identifiers import mint

__all__ = ["Row", "Tables"]


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
    """All rows of one folder, by table name, in file order.

    `remarks` tell what was written otherwise than the tables have it, and how it was read.
    """

    name: str
    rows: Mapping[str, list[Row]]
    remarks: Sequence[str] = ()

    def __iter__(self) -> Iterator[Row]:
        for table in CASEBOOK_TABLES:
            yield from self.rows.get(table.name, [])
