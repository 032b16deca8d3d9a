"""Cells: what one cell of a governance table may hold, and the RDF terms that it becomes.

A cell is either understood or refused with a reason; it is never bent into shape.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from pyoxigraph import Literal, NamedNode

from loaders.tables.schema import Column, Kind, table_named
from ontology.errors import UnknownTerm
from ontology.identifiers import currency, expand, is_slug, mint
from ontology.vocabulary import vocabulary

__all__ = ["CellRefused", "canonical", "date_literal", "parse_cell", "parts"]

Term = NamedNode | Literal

# [0-9], as \d would let in the digits of all scripts, which are no numbers in RDF
_AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,4})?")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_INTEGER = re.compile(r"[0-9]{1,15}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")
_NAME = re.compile(r"(?P<text>.+?)(?:@(?P<language>[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*))?", re.DOTALL)
_SHAPE = re.compile(r"(?:POINT|(?:MULTI)?(?:POLYGON|LINESTRING))\s*\([-0-9., ()eE]+\)")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")


class CellRefused(ValueError):
    """A cell that cannot be understood; the message says what was expected."""


def parts(column: Column, cell: str) -> list[str]:
    """Split a cell into its values: several, divided by |, where the column may hold many."""
    if column.many or column.kind == "names":
        return [part.strip() for part in cell.split("|")]
    return [cell.strip()]


def parse_cell(column: Column, value: str) -> Term:
    """Turn one value into an RDF term; CellRefused says what was expected.

    References become IRIs here; whether the thing exists is checked when all tables have been read.
    """
    return _PARSERS[column.kind](column, value)


def date_literal(value: str) -> Literal:
    """Turn 2006, 2006-03 or 2006-03-14 into a typed literal.

    >>> date_literal("2006").datatype.value
    'http://www.w3.org/2001/XMLSchema#gYear'
    """
    match = _DATE.fullmatch(value)
    if not match:
        raise CellRefused("expected a date as 2006, 2006-03 or 2006-03-14")
    year, month, day = match.groups()
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError as error:
        raise CellRefused(f"no such date ({error})") from error
    kind = "xsd:date" if day else "xsd:gYearMonth" if month else "xsd:gYear"
    return Literal(value, datatype=NamedNode(expand(kind)))


def _pattern(pattern: re.Pattern[str], expected: str, datatype: str) -> Callable[[Column, str], Literal]:
    def parse(column: Column, value: str) -> Literal:
        del column
        if not pattern.fullmatch(value):
            raise CellRefused(f"expected {expected}")
        if datatype == "xsd:decimal":
            value = canonical(Decimal(value))
        return Literal(value, datatype=NamedNode(expand(datatype)))

    return parse


def canonical(number: Decimal) -> str:
    """Write a decimal in one way only: no exponent, no superfluous zeros, no sign of zero.

    >>> canonical(Decimal("4800000.50")), canonical(Decimal("120000000")), canonical(Decimal("-0.0"))
    ('4800000.5', '120000000', '0')
    """
    text = f"{number:f}" if number else "0"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _text(column: Column, value: str) -> Literal:
    del column
    return Literal(value)


def _names(column: Column, value: str) -> Literal:
    del column
    match = _NAME.fullmatch(value)
    if not match:
        raise CellRefused("expected a name, or a name and its language as in Stadt Wien@de")
    return Literal(match["text"].strip(), language=match["language"] or "en")


def _concept(column: Column, value: str) -> NamedNode:
    try:
        return NamedNode(vocabulary().schemes[column.scheme][value].iri)
    except KeyError:
        raise CellRefused(str(UnknownTerm(column.scheme, value, vocabulary().schemes[column.scheme]))) from None


def _reference(column: Column, value: str) -> NamedNode:
    if not is_slug(value):
        raise CellRefused(f"expected the key of a row of {column.table}: lower-case letters, digits, hyphens")
    return NamedNode(mint(_thing(column.table), value))


def _any_reference(column: Column, value: str) -> NamedNode:
    kind, _, key = value.partition("/")
    kinds = [_thing(table) for table in column.tables]
    if kind not in kinds or not is_slug(key):
        raise CellRefused(f"expected one of {', '.join(f'{known}/key' for known in kinds)}")
    return NamedNode(mint(kind, key))


def _thing(table: str) -> str:
    return table_named(table).thing


def _share(column: Column, value: str) -> Literal:
    del column
    if not _DECIMAL.fullmatch(value) or not 0 <= Decimal(value) <= 1:
        raise CellRefused("expected a share between 0 and 1, as 0.40")
    return Literal(canonical(Decimal(value)), datatype=NamedNode(expand("xsd:decimal")))


def _currency(column: Column, value: str) -> NamedNode:
    del column
    if not re.fullmatch(r"[A-Z]{3}", value):
        raise CellRefused("expected an ISO 4217 code, as EUR")
    return NamedNode(currency(value))


def _country(column: Column, value: str) -> Literal:
    del column
    if not re.fullmatch(r"[A-Z]{2}", value):
        raise CellRefused("expected an ISO 3166-1 alpha-2 code, as ES, or EU")
    return Literal(value)


def _iri(column: Column, value: str) -> NamedNode:
    del column
    if not _IRI.fullmatch(value):
        raise CellRefused("expected an IRI, as https://…")
    try:
        return NamedNode(value)
    except ValueError as error:
        raise CellRefused(f"expected an IRI, as https://… ({error})") from error


def _wkt(column: Column, value: str) -> Literal:
    del column
    if not _SHAPE.fullmatch(value):
        raise CellRefused("expected well-known text, as POLYGON((4.4 51.9, 4.5 51.9, 4.5 52, 4.4 51.9))")
    return Literal(value, datatype=NamedNode(expand("geo:wktLiteral")))


def _yes(column: Column, value: str) -> Literal:
    del column
    if value != "yes":
        raise CellRefused("expected yes, or nothing")
    return Literal("true", datatype=NamedNode(expand("xsd:boolean")))


def _date(column: Column, value: str) -> Literal:
    del column
    return date_literal(value)


def _key(column: Column, value: str) -> Literal:
    del column
    if not is_slug(value):
        raise CellRefused("expected lower-case letters, digits and single hyphens")
    return Literal(value)


_PARSERS: Final[Mapping[Kind, Callable[[Column, str], Term]]] = {
    "key": _key,
    "text": _text,
    "names": _names,
    "concept": _concept,
    "ref": _reference,
    "any-ref": _any_reference,
    "amount": _pattern(_AMOUNT, "an amount in digits with at most one decimal point, as 4800000.50", "xsd:decimal"),
    "share": _share,
    "decimal": _pattern(_DECIMAL, "a number with a decimal point, as 41.38", "xsd:decimal"),
    "integer": _pattern(_INTEGER, "a whole number in digits", "xsd:integer"),
    "date": _date,
    "currency": _currency,
    "country": _country,
    "iri": _iri,
    "wkt": _wkt,
    "yes": _yes,
    "digest": _pattern(_DIGEST, "sha256: and 64 hexadecimal digits", "xsd:string"),
}
