"""Terms: values of a record as N-Triples writes them, by the kinds of the governance tables' columns."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import sha256
from typing import Final

from pyoxigraph import Literal

from loaders.mapping.refusals import ValueRefused
from loaders.tables.cells import CellRefused, parse_cell
from loaders.tables.schema import Column
from ontology.identifiers import expand, is_slug, mint

__all__ = ["Terms", "identifier", "iri", "literal", "predicate", "thing_iri"]

_LONGEST: Final = 60
_KEPT: Final = 50_000


class Terms:
    """The values of one column as terms, each distinct value worked out once while there are not too many."""

    def __init__(self, column: Column, origin: str) -> None:
        """Make terms for a column; `origin` names the columns of the file that fill it."""
        self._column, self._origin = column, origin
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, value: str) -> tuple[str, ...]:
        """Give the terms that a value stands for: none for "", several where the column may hold many.

        Raises ValueRefused for a value that the column cannot hold.
        """
        if self._column.kind == "wkt":  # long, and seldom twice
            return self._made(value)
        found = self._known.get(value)
        if found is None:
            if len(self._known) > _KEPT:
                self._known.clear()
            found = self._known[value] = self._made(value)
        return found

    def _made(self, value: str) -> tuple[str, ...]:
        parts = [part.strip() for part in value.split("|")] if self._column.many else [value]
        try:
            return tuple(str(parse_cell(self._column, part)) for part in parts if part)
        except CellRefused as error:
            raise ValueRefused(self._origin, value, f"{self._column.name}: {error}") from error


def iri(value: str) -> str:
    """Write an IRI of ours as N-Triples does.

    >>> iri("https://w3id.org/subsidia/id/actor/eu")
    '<https://w3id.org/subsidia/id/actor/eu>'
    """
    return f"<{value}>"


@lru_cache(maxsize=64)  # the flows of a record have its name, one after the other
def literal(value: str, language: str | None = None) -> str:
    """Write words as N-Triples does.

    >>> literal('a "b"', "en")
    '"a \\\\"b\\\\""@en'
    """
    return str(Literal(value, language=language)) if language else str(Literal(value))


@lru_cache(maxsize=200_000)
def identifier(words: str) -> str:
    """Make words into what can end an IRI, different words into different ones.

    What is left of the words is followed by a digest of all of them, unless nothing but the case was changed.

    >>> identifier("UKE2100"), identifier("Stadt Zürich"), identifier("Ελλάδα")
    ('uke2100', 'stadt-zurich-89e6836f', 'x-e6f7401e')
    """
    if is_slug(words.lower()) and len(words) <= _LONGEST:
        return words.lower()
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    readable = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST].strip("-")
    return f"{readable or 'x'}-{sha256(words.encode()).hexdigest()[:8]}"


@lru_cache(maxsize=50_000)
def thing_iri(kind: str, source: str, name: str) -> str:
    """Give the IRI of a thing that a source names.

    >>> thing_iri("actor", "uk-esif", "york-college-1")
    'https://w3id.org/subsidia/id/actor/uk-esif-york-college-1'
    """
    return mint(kind, f"{source}-{name}")


def predicate(curie: str) -> str:
    """Give a property as N-Triples writes it."""
    return iri(expand(curie))
