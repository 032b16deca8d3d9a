"""Columns: how a section fills one column of its table, as a function from a record to terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from loaders.mapping.document import Section
from loaders.mapping.figures import figure
from loaders.mapping.formats import Formats
from loaders.mapping.refusals import ValueRefused, mapping_refused
from loaders.mapping.terms import Terms, iri, literal
from loaders.mapping.texts import Cells, Scope, Text, constant, looked_up_words, template_columns, text
from loaders.tables.cells import canonical
from loaders.tables.schema import Column, table_named
from ontology.errors import near_matches
from ontology.identifiers import is_slug, mint

__all__ = ["Filler", "Made", "References", "constant_terms", "filler", "is_known_thing"]

Made = Mapping[tuple[str, str], str]
"""The IRIs of the things that a record makes, by table and section."""
Filler = Callable[[Cells, Made], tuple[str, ...]]
_FIGURES: Final = ("share", "decimal", "integer")


class References:
    """The sections that a record's sections may refer to: those about the same kind of record."""

    def __init__(self, file: str, sections: Mapping[tuple[str, str], Section]) -> None:
        self.file, self._sections = file, sections

    def resolve(self, given: Any, table: str, place: str) -> Callable[[Made], str | None]:
        """Turn what a reference names into a function from what a record makes to an IRI.

        It is the name of a section, a thing that is known already (actor/eu), or { first = […] } of several.
        """
        if isinstance(given, dict) and set(given) == {"first"} and isinstance(given["first"], list):
            options = [self.resolve(each, table, place) for each in given["first"]]
            return lambda made: next((found for option in options if (found := option(made))), None)
        if is_known_thing(given, table):
            kind, _, key = str(given).partition("/")
            fixed = mint(kind, key)
            return lambda made: fixed
        if not isinstance(given, str) or (table, given) not in self._sections:
            names = [name for kind, name in self._sections if kind == table]
            near = near_matches(str(given), names)
            known = f"did you mean {near[0]}?" if near else f"there is {', '.join(names) or 'none'}"
            reason = f"expected the name of a section of {table} for the same records ({known}), or {table[:-1]}/key"
            raise mapping_refused(self.file, place, given, reason)
        return lambda made: made.get((table, given))


def is_known_thing(given: object, table: str) -> bool:
    """Say whether a reference names a thing that others describe.

    >>> is_known_thing("actor/eu", "actors"), is_known_thing("beneficiary", "actors")
    (True, False)
    """
    kind, slash, key = str(given).partition("/")
    return bool(slash) and kind == table_named(table).thing and is_slug(key)


def filler(
    section: Section,
    column: Column,
    given: Any,
    scope: Scope,
    formats: Formats,
    references: References,
    language: str,
) -> Filler:
    """Turn an expression for a column into a function that gives the column's terms for a record."""
    place = f"{section.place}.{column.name}"
    if column.kind == "ref":
        return _reference(given, column, references, place)
    if column.kind == "names":
        return _names(given, column, scope, place, language)
    if column.kind == "date":
        return _date(given, column, scope, formats, place)
    if column.kind in _FIGURES:
        return _figure(given, column, scope, formats, place)
    return _text(given, column, scope, place)


def _reference(given: Any, column: Column, references: References, place: str) -> Filler:
    names = [part.strip() for part in given.split("|")] if isinstance(given, str) else [given]
    if len(names) > 1 and not column.many:
        raise mapping_refused(references.file, place, given, "it holds one reference only")
    found = [references.resolve(name, column.table, place) for name in names]
    if len(found) == 1:
        (only,) = found
        return lambda cells, made: (iri(each),) if (each := only(made)) else ()
    return lambda cells, made: tuple(iri(each) for option in found if (each := option(made)))


def _names(given: Any, column: Column, scope: Scope, place: str, language: str) -> Filler:
    if constant(given):
        terms = Terms(column, place)
        fixed = tuple(t for part in str(given).split("|") for t in constant_terms(part.strip(), terms, scope, place))
        return lambda cells, made: fixed
    if isinstance(given, list):
        parts = [_names(each, column, scope, place, language) for each in given]
        return lambda cells, made: tuple(dict.fromkeys(term for part in parts for term in part(cells, made)))
    tongue = text(language, scope, place)
    if isinstance(given, dict) and set(given) == {"text", "language"}:
        tongue, given = text(given["language"], scope, place), given["text"]
    words = text(given, scope, place)

    def named(cells: Cells, made: Made) -> tuple[str, ...]:
        del made
        found = words.of(cells)
        try:
            return (literal(found, tongue.of(cells).lower() or language),) if found else ()
        except ValueError as error:
            raise ValueRefused(", ".join(tongue.columns), tongue.of(cells), "expected a language code") from error

    return named


def _date(given: Any, column: Column, scope: Scope, formats: Formats, place: str) -> Filler:
    options = given["first"] if isinstance(given, dict) and set(given) == {"first"} else [given]
    parts = [_one_date(each, scope, formats, place) for each in options]
    origin = ", ".join(dict.fromkeys(name for part in parts for name in part.columns)) or place
    terms = Terms(column, origin)
    for option in options:
        _check_words(option, terms, scope, place)
    if len(parts) == 1:
        (only,) = parts
        return lambda cells, made: terms.of(only.of(cells))

    def dated(cells: Cells, made: Made) -> tuple[str, ...]:
        del made
        return terms.of(next((found for part in parts if (found := part.of(cells))), ""))

    return dated


def _one_date(given: Any, scope: Scope, formats: Formats, place: str) -> Text:
    """Read a cell by the format of its column; what is looked up, or the same for all, is written 2006-03-14."""
    names = template_columns(given) if isinstance(given, str) else []
    if len(names) != 1 or not isinstance(given, str) or given.strip() != "{" + given.strip()[1:-1] + "}":
        return text(given, scope, place)
    index, read = scope.index(names[0], place), formats.dates[names[0]]

    def of(cells: Cells) -> str:
        cell = cells[index].strip()
        try:
            return read(cell) if cell else ""
        except ValueError as error:
            raise ValueRefused(names[0], cell, str(error)) from error

    return Text((names[0],), of)


def _figure(given: Any, column: Column, scope: Scope, formats: Formats, place: str) -> Filler:
    number = figure(given, scope, place, formats.numbers)
    terms = Terms(column, ", ".join(number.columns) or place)

    def figured(cells: Cells, made: Made) -> tuple[str, ...]:
        del made
        found = number.of(cells)
        return () if found is None else terms.of(canonical(found))

    return figured


def _text(given: Any, column: Column, scope: Scope, place: str) -> Filler:
    words = text(given, scope, place)
    terms = Terms(column, ", ".join(words.columns) or place)
    if constant(given):
        fixed = constant_terms(str(given), terms, scope, place)
        return lambda cells, made: fixed
    _check_words(given, terms, scope, place)
    return lambda cells, made: terms.of(words.of(cells))


def _check_words(given: Any, terms: Terms, scope: Scope, place: str) -> None:
    """Refuse a look-up that gives a word which the column cannot hold, before a record is read."""
    for word in looked_up_words(given, scope, place):
        constant_terms(word, terms, scope, place)


def constant_terms(given: str, terms: Terms, scope: Scope, place: str) -> tuple[str, ...]:
    """Give the terms of what is the same for every record; the mapping is wrong where the column cannot hold it."""
    try:
        return terms.of(given)
    except ValueRefused as error:
        raise mapping_refused(scope.file, place, given, error.reason) from error
