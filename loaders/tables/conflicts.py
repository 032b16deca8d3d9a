"""Conflicts: rows that say something else of a thing than what is there already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pyoxigraph import Literal, NamedNode

from loaders.known import Known
from loaders.tables.rows import Row, Tables
from loaders.tables.schema import Column
from ontology.errors import CellProblem
from ontology.identifiers import expand, slug

__all__ = ["conflicts"]

Term = NamedNode | Literal


def conflicts(tables: Tables, known: Known) -> Iterator[CellProblem]:
    """Give a problem for each cell that contradicts what is known of the row's thing.

    A thing may be added to: another alias, passage, participant or language. It may not get a second level, amount,
    date or name in one language: such a key names something else, or the tables are a newer version of what was
    loaded and are meant to replace it.
    """
    for row in tables:
        there = known.described(row.iri)
        if there:
            for column in row.table.columns:
                if column.property and column.kind != "key":
                    yield from _differences(row, column, there)


def _differences(row: Row, column: Column, there: Mapping[str, frozenset[Term]]) -> Iterator[CellProblem]:
    before = there.get(expand(column.property), frozenset())
    for term in row.terms.get(column.name, ()):
        if term in before or not before:
            continue
        if column.kind == "names" and column.property == "skos:prefLabel":
            same = {other.value for other in before if _language(other) == _language(term)}
        else:
            same = set() if column.many or column.kind == "names" else {other.value for other in before}
        if same:
            said = " or ".join(sorted(slug(value) if value.startswith("http") else value for value in same))
            reason = f"{row.key} is there already, with {said!r}; choose another key, or load with --replace"
            yield row.problem(column.name, reason)


def _language(term: Term) -> str | None:
    return term.language if isinstance(term, Literal) else None
