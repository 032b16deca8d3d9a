"""Shapes: what the constraints say against sources that are about to be loaded, by file, row and column."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from pyoxigraph import NamedNode, Quad

from graph.rdf import to_rdflib
from graph.snapshot import Snapshot
from loaders.base import Statements
from loaders.tables.rows import Row
from ontology.errors import CellProblem, InputRefused
from ontology.identifiers import compact, expand
from ontology.shacl import Violation, validate

__all__ = ["origins_of", "refuse_violations", "violation_row", "violations_of"]

_MOST: Final = 200_000
"""Statements that a load checks against the shapes; more are for `subsidia validate`."""


def violations_of(
    snapshot: Snapshot, statements: Iterable[Statements], replaced: Collection[str] = ()
) -> list[Violation]:
    """Check sources together with what the store says of the things that they name.

    Only their own things are judged; the graphs in `replaced` count as not there. The cost grows with the sources, not
    with the store.
    """
    added = [quad for found in statements for quad in found.quads]
    mine = {quad.subject for quad in added}
    # a store gives xsd:nonNegativeInteger back as xsd:integer: what is said again counts once, by its letters
    said = {_letters(quad) for quad in added}

    def stated(things: Iterable[object]) -> list[Quad]:
        return [
            quad
            for thing in things
            if isinstance(thing, NamedNode)
            for quad in snapshot.quads(subject=thing.value)
            if _letters(quad) not in said and getattr(quad.graph_name, "value", "") not in replaced
        ]

    more = stated(mine)
    there = [*more, *stated({quad.object for quad in (*added, *more)} - mine)]
    # a scope says of what absence was looked for, whatever names it
    scopes = [quad for scope in snapshot.instances("gov:ResearchedScope") for quad in snapshot.quads(subject=scope)]
    judged = {getattr(subject, "value", str(subject)) for subject in mine}
    return [item for item in validate(to_rdflib([*added, *there, *scopes])) if item.focus in judged]


def _letters(quad: Quad) -> tuple[object, str, str]:
    return (quad.subject, quad.predicate.value, getattr(quad.object, "value", ""))


def origins_of(statements: Iterable[Statements]) -> dict[str, Row]:
    """Give the row that describes each thing of tables."""
    return {iri: row for found in statements for iri, row in found.origins.items()}


def refuse_violations(snapshot: Snapshot, statements: Iterable[Statements], replaced: Collection[str] = ()) -> None:
    """Raise InputRefused where tables break a constraint whose severity is violation.

    RDF, and sets of more than 200,000 statements, are left to `subsidia validate`.
    """
    tables = [found for found in statements if found.origins]
    if sum(len(found.quads) for found in tables) > _MOST:
        return
    origins = origins_of(tables)
    problems = [
        _problem(item, origins[item.focus])
        for item in violations_of(snapshot, tables, replaced)
        if item.severity == "violation" and item.focus in origins
    ]
    if problems:
        raise InputRefused(problems)


def _problem(item: Violation, row: Row) -> CellProblem:
    column = _column(item, row)
    return CellProblem(row.file, row.number, column, row.raw.get(column, ""), item.message)


def _column(item: Violation, row: Row | None) -> str:
    columns = row.table.columns if row else ()
    return next((column.name for column in columns if column.property and expand(column.property) == item.path), "")


def violation_row(item: Violation, row: Row | None) -> Mapping[str, Any]:
    """Give a violation as the command prints it."""
    return {
        "severity": item.severity,
        "file": row.file if row else None,
        "row": row.number if row else None,
        "column": _column(item, row) or compact(item.path),
        "thing": item.focus,
        "value": item.value,
        "message": item.message,
    }
