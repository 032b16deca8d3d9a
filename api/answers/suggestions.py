"""Suggestions: entities, types and properties of the Reconciliation Service API by what has been typed so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

from api.answers.document import Row
from api.answers.reconcile import PROPERTIES, description, type_name, types
from graph.reconciliation.index import Thing, index_of
from graph.reconciliation.names import folded, name_of
from graph.snapshot import Snapshot

__all__ = ["suggested_entities", "suggested_properties", "suggested_types"]

_PAGE: Final = 10
_FUZZY: Final = 60.0


def suggested_entities(snapshot: Snapshot, prefix: str, skip: int, kind: str | None = None) -> list[Row]:
    """Give things by id, by the beginning of a name or of a word of it, and at last by names that are alike."""

    def wanted(thing: Thing) -> bool:
        return kind is None or kind in thing.types

    return [
        {
            "id": thing.id,
            "name": thing.label,
            "description": description(thing),
            "notable": [{"id": each, "name": type_name(each)} for each in thing.types],
        }
        for thing in islice(_things(snapshot, prefix, wanted), skip, skip + _PAGE)
    ]


def _things(snapshot: Snapshot, prefix: str, wanted: Callable[[Thing], bool]) -> Iterator[Thing]:
    index, told = index_of(snapshot), set[str]()

    def found() -> Iterator[Thing]:
        yield from (thing for thing in index.entries(prefix) if wanted(thing))
        yield from index.begin(prefix, wanted)
        yield from (each.thing for each in index.find(name_of(prefix), wanted, 2 * _PAGE) if each.score >= _FUZZY)

    for thing in found():
        if thing.iri not in told:
            told.add(thing.iri)
            yield thing


def suggested_types(prefix: str, skip: int) -> list[Row]:
    """Give the types whose id or name begins with the prefix, then those that have it within."""
    return _starting([{**each, "description": each["id"]} for each in types()], prefix)[skip : skip + _PAGE]


def suggested_properties(prefix: str, skip: int) -> list[Row]:
    """Give the properties whose id or name begins with the prefix, then those that have it within."""
    rows: list[Row] = [{"id": name, "name": name, "description": words} for name, words in PROPERTIES.items()]
    return _starting(rows, prefix)[skip : skip + _PAGE]


def _starting(rows: list[Row], prefix: str) -> list[Row]:
    wanted = folded(prefix.strip())
    names = [(folded(row["name"]), folded(row["id"]), row) for row in rows]
    first = [row for name, key, row in names if name.startswith(wanted) or key.startswith(wanted)]
    return first + [row for name, key, row in names if row not in first and (wanted in name or wanted in key)]
