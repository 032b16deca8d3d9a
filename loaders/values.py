"""Values: whether statements of any source hold what the program reckons with.

SHACL says what a good statement is, and its report may be long; this is the little without which sums, years and
levels cannot be made at all. It follows from the columns of the governance tables, so that RDF is refused where a
table would be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from loaders.tables.cells import CellRefused, parse_cell
from loaders.tables.schema import CASEBOOK_TABLES, Column
from ontology.errors import CellProblem
from ontology.identifiers import compact, expand
from ontology.vocabulary import vocabulary

__all__ = ["value_problems"]

# concepts that the program orders, adds or compares by; other schemes a partner may extend
_CLOSED: Final = frozenset({"level", "quantity", "per", "phase", "basis", "modality", "nature", "cofinancingBase"})
_LITERALS: Final = frozenset({"amount", "share", "decimal", "integer", "date", "country", "yes", "digest"})
_THINGS: Final = frozenset({"ref", "any-ref", "currency"})


@cache
def _columns() -> Mapping[str, Column]:
    """Map each of our properties to a column that holds its values; same property, same kind, in every table."""
    return {
        expand(column.property): column
        for table in CASEBOOK_TABLES
        for column in table.columns
        if column.property.startswith("gov:")
    }


@cache
def _concepts(scheme: str) -> frozenset[str]:
    return frozenset(concept.iri for concept in vocabulary().schemes[scheme].values())


def value_problems(file: str, quads: Iterable[Quad]) -> Iterator[CellProblem]:
    """Give a problem for each value of one of our properties that cannot be understood; columns name the property."""
    for quad in quads:
        column = _columns().get(quad.predicate.value)
        reason = column and _reason(column, quad.object)
        if reason:
            value = getattr(quad.object, "value", str(quad.object))
            yield CellProblem(file, 0, compact(quad.predicate.value), value, f"{reason}, of {quad.subject}")


def _reason(column: Column, value: object) -> str | None:
    """Say what was expected; None where the value is right."""
    if column.kind in _LITERALS:
        if not isinstance(value, Literal):
            return "expected a literal"
        if column.kind == "yes":
            return None if value.value in ("true", "false", "1", "0") else "expected true or false"
        try:
            parse_cell(column, value.value)
        except CellRefused as error:
            return str(error)
    elif column.kind in _THINGS and not isinstance(value, NamedNode):
        return "expected the IRI of a thing"
    elif column.kind == "concept" and column.scheme in _CLOSED:
        known = _concepts(column.scheme)
        if getattr(value, "value", None) not in known:
            return f"expected a concept of the scheme {column.scheme}: {', '.join(vocabulary().schemes[column.scheme])}"
    return None
