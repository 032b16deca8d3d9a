"""Researched scopes: where sources were read for presence and absence, so that "none found" means something.

Scopes are few, and each is read by itself: asking how far a place was searched costs a moment, however large the graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from graph.filters import Filters
from graph.places import places
from graph.remember import remembered
from graph.snapshot import Snapshot
from graph.time import holds, year
from ontology.identifiers import slug
from ontology.vocabulary import vocabulary

__all__ = ["Coverage", "Scope", "Search", "coverage_of", "scopes_of", "searches", "searches_asked", "tie_coverage"]

Coverage = Literal["researched", "partly", "not-assessed"]


@dataclass(frozen=True, slots=True)
class Search:
    """One researched scope: where, in which fields, for which ties, in which years; None for open or unknown."""

    iri: str
    spots: tuple[str, ...]
    fields: tuple[str, ...]
    ties: tuple[str, ...]
    begin: int | None
    end: int | None
    passages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a source was read for, presence and absence: fields, kinds of tie, years; `whole` where all of the place."""

    iri: str
    fields: tuple[str, ...]
    ties: tuple[str, ...]
    begin: int | None
    end: int | None
    whole: bool


@remembered(1)
def searches(snapshot: Snapshot) -> tuple[Search, ...]:
    """Read the researched scopes, by IRI; an empty graph has none."""
    return tuple(_read(snapshot, iri) for iri in snapshot.instances("gov:ResearchedScope"))


def _read(snapshot: Snapshot, iri: str) -> Search:
    def values(curie: str) -> list[str]:
        return snapshot.values_of(iri, curie)

    first, last = (next(iter(values(curie)), None) for curie in ("gov:validFrom", "gov:validTo"))
    return Search(
        iri=iri,
        spots=tuple(values("gov:over")),
        fields=tuple(map(slug, values("gov:field"))),
        ties=tuple(map(slug, values("gov:tie"))),
        begin=year(first),
        end=year(last),
        passages=tuple(values("prov:hadPrimarySource")),
    )


def searches_asked(snapshot: Snapshot, filters: Filters) -> list[Search]:
    """Give the scopes in the field and years that are asked for, of any place."""
    below = vocabulary().narrower("field", filters.field) if filters.field else None
    return [
        each
        for each in searches(snapshot)
        if (below is None or below.intersection(each.fields)) and holds(each.begin, each.end, *filters.span)
    ]


def scopes_of(snapshot: Snapshot, filters: Filters, place: str) -> tuple[Scope, ...]:
    """Give the scopes in the field and years asked for, over a place, what it lies in, or a part of it (not `whole`).

    What a place lies in counts within its country; the Union stands for itself.
    """
    where = places(snapshot)
    around = {each for each in where.chain(place) if where.code.get(each) != "EU" or each == place}
    union = where.code.get(place) == "EU"
    scopes = []
    for each in searches_asked(snapshot, filters):
        whole = bool(around.intersection(each.spots))
        if whole or (not union and any(where.contains(place, spot) for spot in each.spots)):
            scopes.append(Scope(each.iri, each.fields, each.ties, each.begin, each.end, whole))
    return tuple(scopes)


def coverage_of(scopes: Iterable[Scope], tie: str, fields: Sequence[str]) -> Coverage:
    """Say how far a kind of tie was researched in some fields: all of them, some (or in a part of the place), or none.

    >>> coverage_of([Scope("s", ("housing",), ("funding",), None, None, True)], "funding", ["housing", "health"])
    'partly'
    """
    read = [scope for scope in scopes if tie in scope.ties]
    if set(fields) <= {field for scope in read if scope.whole for field in scope.fields}:
        return "researched"
    below = {each for field in fields for each in vocabulary().narrower("field", field)}
    return "partly" if any(below.intersection(scope.fields) for scope in read) else "not-assessed"


def tie_coverage(snapshot: Snapshot, territories: Sequence[str], tie: str, filters: Filters) -> Mapping[str, Coverage]:
    """Say for each place how far it was searched for a kind of tie, in the field (or all) and years asked for."""
    fields = [filters.field] if filters.field else list(vocabulary().schemes["field"])
    return {place: coverage_of(scopes_of(snapshot, filters, place), tie, fields) for place in territories}
